"""Runs imports as users do, and reads what they wrote as exactly as the API said it."""

import contextlib
import dataclasses
import datetime
import decimal
import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile

from served import PROGRAM, eventually

STRIPE_KEY = "sk_of_the_tests"
BIN_KEY = "the key: of a bin & more"
SECRETS = tempfile.TemporaryDirectory(prefix="pgsync-imports-", dir="/tmp")
# Of the worker as well, which goes on with a run that waited.
ENVIRONMENT = {
    "PGSYNC_ADDRESSES": "127.0.0.1",
    "PGSYNC_SECRETS": SECRETS.name,
    "PGSYNC_SECRET_STRIPE": STRIPE_KEY,
    "BIN_API_KEY": BIN_KEY,
    "PGTZ": "UTC",
}


@dataclasses.dataclass
class Ran:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        """What it said with --json."""
        return json.loads(self.out)


class Importer:
    """One import: its definition, its runs, and what is in its tables."""

    def __init__(self, clinic, name):
        self.clinic = clinic
        self.name = name
        self.version = 0
        self.path = clinic.directory / f"{name}.import"

    def write(self, text):
        """Writes the next version of the definition."""
        self.version += 1
        self.path.write_text(f"import {self.name} version {self.version}\n{text}")
        return self.path

    def apply(self, text):
        """Brings the next version into force."""
        ran = self.pgsync("import", "apply", str(self.write(text)))
        assert ran.code == 0, ran.out + ran.err
        return self

    def pgsync(self, *arguments, environment=None):
        """Runs a command."""
        ran = subprocess.run(
            [PROGRAM, *arguments, *([] if arguments[1] == "test" and arguments[0] == "import" else self.database)],
            env=os.environ | ENVIRONMENT | (environment or {}),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return Ran(ran.returncode, ran.stdout, ran.stderr)

    @property
    def database(self):
        """The options that say where the database is."""
        return ["--database-url", self.clinic.url]

    def run(self, *options, environment=None):
        """Fetches, and returns the run as JSON beside the exit code."""
        ran = self.pgsync("import", "run", self.name, "--json", *options, environment=environment)
        assert ran.out, ran.err
        return ran.code, ran.json

    def complete(self, *options, environment=None):
        """Fetches, which has to work; returns how many rows were new, updated and unchanged, and how many failed."""
        code, run = self.run(*options, environment=environment)
        assert (code, run["state"]) == (0, "completed"), run
        return tuple(run[count] for count in ("added", "updated", "unchanged", "failed"))

    @contextlib.contextmanager
    def running(self, *options, environment=None):
        """A run that goes on meanwhile."""
        process = subprocess.Popen(
            [PROGRAM, "import", "run", self.name, *options, *self.database],
            env=os.environ | ENVIRONMENT | (environment or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.communicate()

    def endpoint(self):
        """What is known of the endpoint."""
        return self.pgsync("endpoint", "show", self.name, "--json").json

    def try_once(self, environment=None):
        """What one call brings: the exit code, and what is said of it."""
        ran = self.pgsync("endpoint", "test", self.name, environment=environment)
        return ran.code, ran.out

    def resume(self):
        """Lets the endpoint be called again, and goes on with the run that waited for it."""
        ran = self.pgsync("endpoint", "resume", self.name)
        assert (ran.code, ran.out) == (0, f"resumed {self.name}\n"), ran.err
        # A worker may do it first.
        self.pgsync("import", "run", self.name)
        left = f"select count(*) from pgsync.import_runs where import = '{self.name}' and finished_at is null"
        eventually(lambda: self.clinic.sql(left) == "0")

    def rows(self, table, key="id"):
        """All rows of a table by their keys, with exact numbers."""
        text = self.clinic.sql(f"set timezone to 'UTC'; select coalesce(json_agg(own), '[]') from {table} as own")
        return sorted(json.loads(text, parse_float=decimal.Decimal), key=lambda row: row[key])


def finish(process, seconds=60):
    """Waits for the end of a run that went on meanwhile."""
    out, err = process.communicate(timeout=seconds)
    return Ran(process.returncode, out, err)


class Shape:
    """The columns of a stream, each written as in a definition: as lines, as a table, and as what a row becomes."""

    FORM = re.compile(r"(?P<type>\S+)(?: required)?(?: from (?P<epoch>seconds )?'(?P<path>[^']+)')?")

    def __init__(self, **columns):
        self.columns = columns

    def lines(self):
        """The lines of a definition."""
        return "".join(f"    column {name} {text}\n" for name, text in self.columns.items())

    def table(self, name, key="id"):
        """The statement that creates the table."""
        types = {name: self.FORM.fullmatch(text)["type"] for name, text in self.columns.items()}
        return f"create table {name} ({', '.join(f'{c} {t}' for c, t in types.items())}, primary key ({key}))"

    def image(self, row):
        """What a row of the API is in the table."""
        return {name: self._value(row, name, text) for name, text in self.columns.items()}

    def _value(self, row, name, text):
        form = self.FORM.fullmatch(text)
        value = row
        for step in (form["path"] or name).split("."):
            value = None if value is None else value.get(step)
        if value is None or form["type"] != "timestamptz":
            return value
        if form["epoch"]:
            moment = datetime.datetime.fromtimestamp(int(value), datetime.UTC)
        else:
            moment = datetime.datetime.fromisoformat(value)
        return moment.astimezone(datetime.UTC).isoformat()

    def images(self, rows, key="id"):
        """What rows of the API are in the table, by their keys."""
        return sorted((self.image(row) for row in rows), key=lambda image: image[key])


def secret_file(name, text):
    """A file with a secret, which may be written again."""
    path = pathlib.Path(SECRETS.name) / name
    path.write_text(text + "\n")
    path.chmod(0o600)
    return path
