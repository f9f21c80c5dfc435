"""Runs what the tests look at: a private PostgreSQL with the demo clinic, a worker, and `pgsync serve`."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Figures are those of a release build, if one is named.
PROGRAM = pathlib.Path(os.environ.get("PGSYNC_TEST_PROGRAM") or ROOT / ".build" / "debug" / "pgsync")
SCOPES = ("read", "images", "operate", "admin", "audit")


def eventually(look, seconds=60.0, every=0.05):
    """Waits until a look is true, and answers what it saw; who waits in vain is told the last sight."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            seen = look()
        except (OSError, urllib.error.URLError) as error:
            seen = None
            trouble = error
        else:
            trouble = None
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise AssertionError(f"nothing came within {seconds} s; last: {seen!r} {trouble or ''}")
        time.sleep(every)


def free_port():
    """A port of this machine that nobody uses."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Clinic:
    """A private server with the demo's data, to which bills are added and posted; or an empty one."""

    def __init__(self, *options, demo=True, environment=None):
        # Others may pass, because PostgreSQL runs as another user where the tests run as root.
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="pgsync-dashboard-", dir="/tmp"))
        self.directory.chmod(0o711)
        self.log = (self.directory / "up.log").open("wb")
        self.process = subprocess.Popen(
            [PROGRAM, "up", "--json", "--no-dashboard", "--port", "0", *(["--demo"] if demo else [])]
            + ["--state-dir", self.directory / "state", *options],
            env=os.environ | (environment or {}),
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )
        banner = json.loads(self.process.stdout.readline())
        self.url = banner["url"]
        self.loopback = banner.get("loopback_url")
        self.psql_program = banner["psql"].split(" ")[0]
        # The rest is read, so that the program never waits for a reader.
        self.reader = subprocess.Popen(["cat"], stdin=self.process.stdout, stdout=subprocess.DEVNULL)
        if demo:
            eventually(lambda: self.sql("select 1 from pgsync.sync_audit_log limit 1") == "1", 60)

    def sql(self, text):
        """What a statement answers, without headings."""
        ran = subprocess.run(
            [self.psql_program, self.url, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", text],
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            raise OSError(ran.stderr.strip())
        return ran.stdout.strip()

    def run(self, *arguments, url=None):
        """What a command of pgsync prints as JSON."""
        ran = subprocess.run(
            [PROGRAM, *arguments, "--json", "--database-url", url or self.url],
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout) if ran.stdout.strip() else None

    def run_any(self, *arguments, url=None):
        """Runs a command whose exit code says what it found."""
        subprocess.run([PROGRAM, *arguments, "--database-url", url or self.url], capture_output=True, check=False)

    def token(self, name, scopes=SCOPES, url=None):
        """A new token."""
        return self.run("token", "create", name, "--scopes", ",".join(scopes), url=url)["secret"]

    def node(self, name):
        """The token of a new node, which exchanges all tables that are exchanged."""
        return self.run("node", "add", name)["secret"]

    def postmaster(self):
        """The process of PostgreSQL."""
        return int((self.directory / "state" / "data" / "postmaster.pid").read_text().splitlines()[0])

    def end(self):
        """Stops everything and removes it."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        self.reader.wait(10)
        self.log.close()
        shutil.rmtree(self.directory, ignore_errors=True)


class Server:
    """A `pgsync serve` at a port of its own, which stays the same when it starts again."""

    def __init__(self, url, *options, port=None, host="127.0.0.1"):
        self.database = url
        self.options = options
        self.host = host
        self.port = port or free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.process = None
        self.start()

    def start(self):
        """Starts it and waits until it answers."""
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--quiet", "--listen", f"{self.host}:{self.port}", *self.options],
            env=os.environ | {"PGSYNC_DATABASE_URL": self.database},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        eventually(lambda: self.ask("/healthz")[0] == 200)

    def stop(self, how=signal.SIGTERM):
        """Stops it, or kills it, and waits for its end."""
        self.process.send_signal(how)
        self.process.wait(30)

    def ask(self, path, token=None, body=None, method=None, headers=None):
        """Status, headers and text of an answer."""
        given = {"Host": f"127.0.0.1:{self.port}"} | (headers or {})
        if token:
            given["Authorization"] = f"Bearer {token}"
        data = None
        if body is not None:
            given.setdefault("Content-Type", "application/json")
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
        asked = urllib.request.Request(self.address + path, data, given, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=30) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.headers, answer.read().decode()


class Worker:
    """A `pgsync worker` that shows its metrics."""

    def __init__(self, url, *options):
        self.port = free_port()
        self.process = subprocess.Popen(
            [PROGRAM, "worker", "--metrics-listen", f"127.0.0.1:{self.port}", *options],
            env=os.environ | {"PGSYNC_DATABASE_URL": url},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        # A worker knows the queue once it has kept house for the first time.
        eventually(lambda: "\npgsync_queue_changes " in self.metrics())

    def metrics(self):
        """What Prometheus reads."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=30) as answer:
            return answer.read().decode()

    def stop(self, how=signal.SIGTERM):
        """Stops it, or kills it, and waits for its end."""
        self.process.send_signal(how)
        self.process.wait(30)
