"""A node with one command: `pgsync up --node-of URL`, beside another private server of the same user."""

import http.server
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading

import psycopg
import pytest

from network import edit
from served import PROGRAM, eventually, free_port

USAGE = 64
BILL = (
    "insert into consultation_invoices (id, invoice_number, patient_id, amount, payment_mode, status)"
    " values (%s, %s, 7, %s, 'cash', 'final')"
)
BILLS = "select amount from consultation_invoices where id = %s"


class Up:
    """A `pgsync up` that runs, what it has printed, and a session in its database."""

    def __init__(self, home, *options, token=None):
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("MASTER_", "PGSYNC_"))}
        environment |= {"XDG_STATE_HOME": str(home)} | ({"MASTER_TOKEN": token} if token else {})
        self.process = subprocess.Popen(
            [PROGRAM, "up", "--json", "--port", "0", *options],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.errors = ""
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()
        line = self.process.stdout.readline()
        if not line:
            self.listener.join(60)
            raise OSError(self.errors)
        self.banner = json.loads(line)
        self.said = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.connection = psycopg.connect(self.banner["url"], autocommit=True)

    def _read(self):
        for line in self.process.stdout:
            self.said.append(json.loads(line))

    def _listen(self):
        for line in self.process.stderr:
            self.errors += line

    def sql(self, text, *arguments):
        """The rows of a statement."""
        cursor = self.connection.execute(text, arguments or None)
        return cursor.fetchall() if cursor.description else []

    def pgsync(self, *arguments):
        """What a command prints."""
        address = {"PGSYNC_DATABASE_URL": self.banner["url"]}
        ran = subprocess.run([PROGRAM, *arguments], env=os.environ | address, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def exchanges(self):
        """How exchanges have ended, as far as that was news."""
        return [(line["exchange"]["status"], line["exchange"]["last_error"]) for line in self.said if "exchange" in line]

    def end(self):
        if self.process.poll() is None:
            self.connection.close()
            self.process.send_signal(signal.SIGTERM)
            assert self.process.wait(60) == 0, self.errors


@pytest.fixture
def home():
    """A directory that the server's user can pass through."""
    made = pathlib.Path(tempfile.mkdtemp(prefix="pgsync-up-", dir="/tmp"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def start(home):
    """Starts servers, which end with the test."""
    started = []

    def begin(*options, token=None):
        started.append(Up(home, *options, token=token))
        return started[-1]

    yield begin
    for up in reversed(started):
        up.end()


def test_a_clinic_and_its_node(start, home):
    """Bills go both ways, the master alone posts them, and a second start goes on."""
    address = f"http://127.0.0.1:{free_port()}"
    clinic = start("--demo", "--no-dashboard")
    eventually(lambda: clinic.sql("select count(*) from pgsync.sync_logs")[0][0] > 20)
    # The demo would also change the bills of this test.
    clinic.end()
    clinic = start("--listen", address.removeprefix("http://"))
    token = clinic.pgsync("node", "add", "north", "--quiet").strip()
    node = start("--node-of", address, "--demo", token=token)
    assert [side.banner["state_directory"] for side in (clinic, node)] == [f"{home}/pgsync", f"{home}/pgsync-node"]
    assert (node.banner["master_url"], node.banner["demo"], clinic.banner["master_url"]) == (address, True, None)

    clinic.sql(BILL, 500_000_001, "MASTER-1", 118.5)
    node.sql(BILL, 500_000_002, "NODE-1", 99)
    eventually(lambda: node.sql(BILLS, 500_000_001) == [(118.5,)] and clinic.sql(BILLS, 500_000_002) == [(99,)])
    eventually(lambda: ("success", None) in node.exchanges())
    written = "select id, gross_amount, status from lab_bills order by id"
    assert node.sql(written) == clinic.sql(written) != []
    entries = "select record_id from ledger.journal_entries where record_id in ('500000001', '500000002') order by 1"
    eventually(lambda: clinic.sql(entries) == [("500000001",), ("500000002",)])
    kept = "select (select count(*) from pgsync.sync_queue), (select count(*) from ledger.journal_entries)"
    assert node.sql(kept) == [(0, 0)]

    node.end()
    clinic.sql("update consultation_invoices set amount = 120 where id = 500000001")
    node = start("--node-of", address, "--demo", token=token)
    node.sql("update consultation_invoices set amount = 100 where id = 500000002")
    eventually(lambda: node.sql(BILLS, 500_000_001) == [(120,)] and clinic.sql(BILLS, 500_000_002) == [(100,)])
    assert node.sql("select count(*) from pgsync.masters") == [(1,)]
    assert token not in node.errors + clinic.errors + json.dumps(node.said)


def test_tables_that_are_made_later(start, home, master):
    """Rows that the master had before come, too; the token is in a file."""
    edit(master, "theirs", 1)
    file = home / "token"
    file.touch(0o600)
    file.write_text(master.token("north") + "\n")
    node = start("--node-of", master.serve.address, "--token-file", str(file), "--no-dashboard")
    eventually(lambda: node.exchanges())
    assert node.exchanges() == [("partial", "no table is exchanged on both sides; to begin: pgsync sync on TABLE")]
    node.sql("create table inventories (id text primary key, name text, qty integer, price numeric(12, 2))")
    node.pgsync("sync", "on", "inventories")
    eventually(lambda: node.sql("select id from inventories") == [("theirs",)])
    eventually(lambda: node.exchanges()[-1] == ("success", None))

    node.sql(
        "create table inventory_adjustments"
        " (id bigint primary key, reason text, change integer not null default 0);"
        "insert into inventory_adjustments values (2, 'mine')"
    )
    master.sql("insert into inventory_adjustments values (1, 'theirs')")
    eventually(lambda: master.value("select pgsync.pending_records('north')") == 0)
    node.pgsync("sync", "on", "inventory_adjustments")
    both = [(1,), (2,)]
    eventually(lambda: node.sql("select id from inventory_adjustments order by id") == both)
    eventually(lambda: master.sql("select id from inventory_adjustments order by id") == both)


@pytest.mark.parametrize(
    ("options", "token", "complaint"),
    [
        ([], None, "on the master, pgsync node add NAME prints one"),
        ([], "secret", "MASTER_TOKEN holds no token: a token begins with pgs_"),
        (["--no-worker"], "pgs_x", "--node-of needs the schema and a worker"),
        (["--demo", "--rate", "3"], "pgs_x", "a node writes no demo bills"),
    ],
)
def test_what_is_missing_is_said_before_anything_is_made(home, options, token, complaint):
    with pytest.raises(OSError, match="error") as refused:
        Up(home, "--node-of", "http://127.0.0.1:9", *options, token=token)
    assert complaint in str(refused.value)
    assert list(home.iterdir()) == []


def test_a_file_without_a_token(home):
    file = home / "token"
    file.touch(0o600)
    with pytest.raises(OSError, match="cannot read .*a token begins with pgs_"):
        Up(home, "--node-of", "http://127.0.0.1:9", "--token-file", str(file))


def test_a_wrong_token(start, master):
    """The node works on its own and says why; with the right token it exchanges at once."""
    wrong = "pgs_" + "A" * 44
    node = start("--node-of", master.serve.address, "--no-dashboard", token=wrong)
    eventually(lambda: node.exchanges())
    status, problem = node.exchanges()[0]
    assert status == "failed" and "pgsync node add" in problem and "pgsync node rotate" in problem, problem
    assert wrong not in node.errors + json.dumps(node.said)
    node.sql("create table inventories (id text primary key, name text, qty integer, price numeric(12, 2))")
    node.pgsync("sync", "on", "inventories")
    node.end()
    edit(master, "theirs", 1)
    node = start("--node-of", master.serve.address, "--no-dashboard", token=master.token("north"))
    eventually(lambda: node.sql("select id from inventories") == [("theirs",)], 20)


class Page(http.server.BaseHTTPRequestHandler):
    """Anything but a master."""

    status = 200

    def do_GET(self):
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(b"<html>hello</html>")

    def log_message(self, *_):
        pass


@pytest.mark.parametrize("answer", [200, 404])
def test_a_url_that_is_no_master(start, answer):
    handler = type("Answering", (Page,), {"status": answer})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        address = f"http://127.0.0.1:{server.server_port}"
        node = start("--node-of", address, "--no-dashboard", token="pgs_" + "A" * 44)
        eventually(lambda: node.exchanges())
        status, complaint = node.exchanges()[0]
        assert status == "failed" and complaint.startswith(f"the answer with status {answer} is not signed by the master")
        assert node.sql("select 1") == [(1,)]
    finally:
        server.shutdown()


def test_a_url_that_is_none(home):
    for url in ("127.0.0.1:8484", "ftp://127.0.0.1", "http://user:secret@127.0.0.1", "http://127.0.0.1:99999"):
        with pytest.raises(OSError, match="a URL such as https://books.example"):
            Up(home, "--node-of", url, token="pgs_x")
