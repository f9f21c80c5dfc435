"""Brings the load of `pgsync bench sync --only rate` across with another program, and with pgsync, in turns on one server.

The server is a private one with the settings of that benchmark. Each round makes new databases for both sides; what is
printed is changes/s until the last row is there, and how many times as fast pgsync is. A script that is run by hand:
--changes N, --rounds N, and --program PATH of a release build of pgsync.
"""

import argparse
import json
import os
import pathlib
import pwd
import shutil
import statistics
import subprocess
import tempfile
import time

import psycopg

BINARIES = pathlib.Path(os.environ.get("PGSYNC_PG_BINDIR", "/usr/lib/postgresql/15/bin"))
# Those of the private server of a benchmark; the rest is as PostgreSQL has it.
SETTINGS = {
    "checkpoint_timeout": "1h",
    "max_wal_size": "16GB",
    "track_commit_timestamp": "on",
    "wal_level": "logical",
    "listen_addresses": "",
}
TABLE = """
create schema bench;
create table bench.items (
    id bigint primary key, site_id integer not null, sku text not null, name text not null, status text not null,
    quantity integer not null, price numeric(12, 2) not null, cost numeric(12, 2) not null, note text,
    changed_at timestamptz not null
);
"""
INSERT = """
insert into bench.items
select
    n, n %% 50, 'SKU-' || lpad(n::text, 8, '0'), 'Item ' || n || ' of the catalogue',
    (array['new', 'active', 'held', 'ended'])[1 + n %% 4], n %% 1000, round(n %% 100000 / 7.0, 2),
    round(n %% 100000 / 9.0, 2), 'shelf ' || n %% 97 || ', row ' || n %% 13,
    timestamptz '2026-01-01 00:00+00' + n * interval '1 minute'
from generate_series(%s::bigint, %s::bigint) as n
"""
UPDATE = """
update bench.items set quantity = 5000000, changed_at = changed_at + interval '1 second'
where id between %s::bigint and %s::bigint
"""
# Rows of one transaction.
TOGETHER = 100
LOADS = ("inserts", "updates")


class Server:
    """A private server, and the user that it and the programs beside it run as."""

    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="pgsync-rival-", dir="/tmp"))
        self.directory.chmod(0o711)
        # PostgreSQL does not run as root.
        self.user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        self.work = self.directory / "work"
        self.work.mkdir()
        if os.geteuid() == 0:
            shutil.chown(self.work, self.user)
        data = self.work / "data"
        self.run(BINARIES / "initdb", "-D", data, "-U", "postgres", "-E", "UTF8", "--auth", "trust")
        lines = [f"{name} = '{value}'" for name, value in SETTINGS.items()]
        lines.append(f"unix_socket_directories = '{self.work}'")
        self.write("data/postgresql.auto.conf", "\n".join(lines) + "\n")
        self.run(BINARIES / "pg_ctl", "-D", data, "-w", "-l", self.work / "server.log", "start")

    def write(self, name, text):
        """Makes a file that the server's user can read; its path."""
        path = self.work / name
        path.write_text(text)
        if os.geteuid() == 0:
            shutil.chown(path, self.user)
        return path

    def command(self, words):
        """What runs a program as the server's user."""
        words = [str(word) for word in words]
        if os.geteuid() != 0:
            return words
        return ["setpriv", "--reuid", self.user, "--regid", self.user, "--init-groups", "--", *words]

    @property
    def environment(self):
        """How libpq finds the server."""
        return os.environ | {"HOME": str(self.work), "PGHOST": str(self.work), "PGPORT": "5432", "PGUSER": "postgres"}

    def run(self, *words):
        """Runs a program to its end; what it printed. Servers that it leaves behind do not hold its output."""
        with open(self.directory / "output", "w+b") as output:
            ran = subprocess.run(
                self.command(words), cwd=self.work, env=self.environment, stdout=output, stderr=output, check=False
            )
            output.seek(0)
            text = output.read().decode()
        if ran.returncode:
            raise SystemExit(f"{' '.join(map(str, words))} ended with {ran.returncode}:\n{text[-2000:]}")
        return text

    def begin(self, *words):
        """Starts a program that goes on meanwhile."""
        log = open(self.work / f"{pathlib.Path(str(words[0])).name}.log", "ab")  # noqa: SIM115
        return subprocess.Popen(
            self.command(words), cwd=self.work, env=self.environment, stdout=log, stderr=subprocess.STDOUT
        )

    def connect(self, database):
        return psycopg.connect(host=str(self.work), user="postgres", dbname=database, autocommit=True)

    def create(self, *databases):
        """Makes empty databases with the table."""
        with self.connect("postgres") as connection:
            for database in databases:
                connection.execute(f"drop database if exists {database} with (force)")
                connection.execute(f"create database {database} template template0 encoding 'UTF8'")
        for database in databases:
            with self.connect(database) as connection:
                connection.execute(TABLE)

    def processor_seconds(self):
        """Processor time of the server, with all its processes, as /proc has it."""
        postmaster = int((self.work / "data" / "postmaster.pid").read_text().split("\n")[0])
        ticks = 0
        for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                words = path.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(path.parent.name) == postmaster:
                ticks += sum(map(int, words[11:15]))
            elif int(words[1]) == postmaster:
                ticks += sum(map(int, words[11:13]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def end(self):
        self.run(BINARIES / "pg_ctl", "-D", self.work / "data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.directory, ignore_errors=True)


def write(server, database, load, changes):
    """Writes what is brought across."""
    with server.connect(database) as connection:
        for first in range(1, changes + 1, TOGETHER):
            statement = INSERT if load == "inserts" else UPDATE
            connection.execute(statement, (first, min(first + TOGETHER - 1, changes)))
        connection.execute("vacuum analyze")


def measure(server, source, target, changes, release, hold=lambda: None):
    """Changes/s of each load, and server CPU µs: it is written while the program waits, and then released."""
    figures = {}
    for load in LOADS:
        hold()
        write(server, source, load, changes)
        with server.connect("postgres") as connection, server.connect(target) as there:
            there.execute("vacuum analyze")
            connection.execute("checkpoint")
            used, start = server.processor_seconds(), time.monotonic()
            release()
            while not has_come(there, load, changes):
                if time.monotonic() - start > 600:
                    raise SystemExit(f"the {load} have not come within ten minutes; see {server.work}")
                time.sleep(0.02)
            seconds = time.monotonic() - start
            figures[load] = (changes / seconds, (server.processor_seconds() - used) / changes * 1e6)
    return figures


def has_come(connection, load, changes):
    """Whether the rows of the last transaction are there as they were written."""
    rows = connection.execute("select quantity from bench.items where id > %s", (changes - TOGETHER,)).fetchall()
    return len(rows) == TOGETHER and (load == "inserts" or all(quantity == 5_000_000 for (quantity,) in rows))


def compare(server, source, target):
    """How many rows differ."""
    rows = []
    for database in (source, target):
        with server.connect(database) as connection:
            rows.append(dict(connection.execute("select id, item::text from bench.items as item").fetchall()))
    return len(set(rows[0].items()) ^ set(rows[1].items()))


def pgsync(server, program, changes):
    """The same by `pgsync bench sync`, in databases of its own on the same server."""
    url = f"postgresql:///postgres?host={server.work}&user=postgres"
    ran = subprocess.run(
        [program, "bench", "sync", "--here", "--only", "rate", "--rounds", "1", "--changes", str(changes), "--json"],
        env=os.environ | {"PGSYNC_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise SystemExit(f"pgsync bench sync ended with {ran.returncode}:\n{ran.stderr}{ran.stdout[-2000:]}")
    figures = {}
    for figure in json.loads(ran.stdout)["figures"]:
        for load in LOADS:
            if figure["case"] == f"master to node, {load}":
                figures[load] = (figure["value"], figure["server_cpu_microseconds"])
    return figures


def main(name, rival):
    """Rounds of both; `rival` makes the databases, and returns its figures and how many rows differ."""
    parser = argparse.ArgumentParser(description=f"Beside {name}.")
    parser.add_argument("--changes", type=int, default=30_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--program", default=".build/release/pgsync")
    options = parser.parse_args()
    server = Server()
    try:
        ratios = {load: [] for load in LOADS}
        for _ in range(options.rounds):
            own = pgsync(server, options.program, options.changes)
            other, different = rival(server, options.changes)
            for load in LOADS:
                ratios[load].append(own[load][0] / other[load][0])
                print(
                    f"{load}: pgsync {own[load][0]:.0f} changes/s, {own[load][1]:.0f} µs of server CPU each;"
                    f" {name} {other[load][0]:.0f}, {other[load][1]:.0f} µs"
                )
            if different:
                raise SystemExit(f"WRONG: {different} rows differ after {name}")
        for load in LOADS:
            print(f"{load}: pgsync is {statistics.median(ratios[load]):.2f} times as fast, median of the rounds")
        print(f"load of the machine: {os.getloadavg()}")
    finally:
        server.end()
