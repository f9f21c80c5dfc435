"""A sync is started with a key in the form in which users asked for it: the process that took the key runs it, though
another one leads, and the key is found nowhere; when that process ends, the sync waits for its key."""

import http.server
import json
import os
import subprocess
import threading

import pytest

from served import PROGRAM, Clinic, eventually, free_port

KEY = "k3y-of-a-customer-0123456789"
ROWS = 250
DEFINITION = """import crm version 1
  base 'http://127.0.0.1:{port}'
  auth header 'Authorization' 'Bearer {{secret}}'
  secret env:CRM_API_KEY
  stream merchants into crm.merchants key id
    get '/merchants'
    page 'page' size 'per_page' 100 until empty
    rows 'data'
    count 'total'
    column id bigint
    column name text
"""


class Merchants(http.server.BaseHTTPRequestHandler):
    """An API with pages of merchants, for whoever shows the key; it can be held back."""

    protocol_version = "HTTP/1.1"
    gate = threading.Event()
    shown = set()

    def do_GET(self):
        """A page."""
        self.shown.add(self.headers["Authorization"])
        self.gate.wait(60)
        page = int(dict(pair.split("=") for pair in self.path.partition("?")[2].split("&"))["page"])
        rows = [{"id": n, "name": f"M{n}"} for n in range((page - 1) * 100, min(page * 100, ROWS))]
        is_known = self.headers["Authorization"] == f"Bearer {KEY}"
        text = json.dumps({"data": rows, "total": ROWS} if is_known else {"error": "who"}).encode()
        self.send_response(200 if is_known else 401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        """Says nothing."""


class Holder:
    """A worker that serves the dashboard, and so can hold keys; its log is kept."""

    def __init__(self, clinic):
        self.port = free_port()
        self.path = clinic.directory / f"holder-{self.port}.log"
        with self.path.open("wb") as log:
            self.process = subprocess.Popen(
                [PROGRAM, "worker", "-v", "--serve", f"127.0.0.1:{self.port}"],
                env=os.environ | {"PGSYNC_DATABASE_URL": clinic.url, "PGSYNC_ADDRESSES": "127.0.0.1"},
                stdout=log,
                stderr=log,
            )
        eventually(lambda: "Serving the dashboard" in self.log())

    def log(self):
        """All it said."""
        return self.path.read_text(errors="replace")

    def ask(self, token, body=None, query="", accept="application/json"):
        """Status, headers and text of an answer of the form's own path."""
        command = ["curl", "-sS", "-i", "-N", "--max-time", "60", "-H", f"Authorization: Bearer {token}"]
        command += ["-H", f"Accept: {accept}", f"http://127.0.0.1:{self.port}/api/sync-crm/enhanced{query}"]
        if body is not None:
            command += ["-H", "Content-Type: application/json", "-d", json.dumps(body)]
        answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        head, _, text = answer.partition("\n\n")
        return int(head.split(" ")[1]), head, text

    def kill(self):
        """Ends it at once."""
        self.process.kill()
        self.process.wait(30)

    def stop(self):
        """Ends it as users do."""
        self.process.terminate()
        self.process.wait(30)


@pytest.fixture(scope="module")
def crm():
    """A database whose leading worker knows no key, with an import of an API that wants one."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Merchants)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    clinic = Clinic(demo=False)
    clinic.sql("create schema crm; create table crm.merchants (id bigint primary key, name text)")
    path = clinic.directory / "crm.import"
    path.write_text(DEFINITION.format(port=server.server_port))
    clinic.run("import", "apply", str(path))
    eventually(lambda: clinic.sql("select count(*) from pgsync.worker_states where state = 'running'") == "1")
    yield clinic
    clinic.end()
    server.shutdown()


def events_of(text):
    """The events of a stream that has ended, as their fields."""
    blocks = [block.split("\n") for block in text.split("\n\n") if block.strip() and not block.startswith(":")]
    return [dict(line.split(": ", 1) for line in block) for block in blocks]


def everything_said(clinic, *holders):
    """The dump of the database, the logs of all processes and of PostgreSQL."""
    dump = subprocess.run(
        [clinic.psql_program.replace("psql", "pg_dump"), clinic.url], capture_output=True, text=True, check=True
    ).stdout
    logs = [(clinic.directory / "up.log").read_text(errors="replace")]
    logs += [log.read_text(errors="replace") for log in (clinic.directory / "state" / "log").glob("*")]
    return {"dump": dump, "logs": "\n".join(logs), "holders": "\n".join(holder.log() for holder in holders)}


def test_the_process_that_took_the_key_runs_the_sync_and_nothing_keeps_it(crm):
    clinic, token = crm, crm.token("nightly", {"read", "operate"})
    clinic.sql("alter system set log_statement = 'all'; ")
    clinic.sql("select pg_reload_conf()")
    Merchants.gate.set()
    holder = Holder(clinic)
    status, head, text = eventually(
        lambda: (seen := holder.ask(token, {"syncType": "initial", "apiKey": KEY}))[0] != 422 and seen
    )
    assert status == 202, text
    begun = json.loads(text)
    assert set(begun) == {"syncId", "syncType", "status"} and begun["status"] == "pending"
    assert f"enhanced?syncId={begun['syncId']}" in head
    query = f"?syncId={begun['syncId']}"
    status, _, text = holder.ask(token, query=query, accept="text/event-stream")
    events = events_of(text)
    last = json.loads(events[-1]["data"])
    assert events[-1]["id"] == "end"
    assert last["status"] == "completed" and last["progress"] == 100
    assert last["results"]["merchants"] == {"total": ROWS, "new": ROWS, "updated": 0, "unchanged": 0, "failed": 0}
    assert clinic.sql("select count(*) from crm.merchants") == str(ROWS)
    assert f"Bearer {KEY}" in Merchants.shown
    # Wrong keys are told nowhere either.
    status, _, text = holder.ask(token, {"syncType": "daily", "apiKey": KEY[::-1]})
    wrong = json.loads(text)["syncId"]
    told = eventually(
        lambda: (it := json.loads(holder.ask(token, query=f"?syncId={wrong}")[2]))["status"] == "failed" and it
    )
    assert told["error"].startswith("call.auth: merchants: the key that came with the request was refused")
    assert clinic.sql("select state from pgsync.endpoint_states") == "closed", "others call with another secret"
    holder.stop()
    said = everything_said(clinic, holder)
    assert "nightly" in said["dump"] and "request_import" in said["logs"] and "A job ended" in said["holders"]
    for place, words in said.items():
        assert KEY not in words and KEY[::-1] not in words, place


def test_a_sync_whose_process_was_killed_waits_for_its_key(crm):
    clinic, token = crm, crm.token("killed", {"read", "operate"})
    Merchants.gate.clear()
    first = Holder(clinic)
    asked = {"syncType": "initial", "apiKey": KEY}
    status, _, text = eventually(lambda: (seen := first.ask(token, asked))[0] != 422 and seen)
    assert status == 202, text
    sync = json.loads(text)["syncId"]
    state = f"select state from pgsync.import_runs where sync_id = '{sync}'"
    eventually(lambda: clinic.sql(state) == "running")
    first.kill()
    Merchants.gate.set()
    # The leader leaves it alone for a minute, which is over now.
    eventually(lambda: clinic.sql(state) == "interrupted")
    clinic.sql(
        "update pgsync.sync_jobs set requested_at = now() - interval '1 hour', heartbeat_at = now() - interval '1 hour'"
        " where kind = 'import' and finished_at is null"
    )
    second = Holder(clinic)
    told = eventually(
        lambda: (it := json.loads(second.ask(token, query=f"?syncId={sync}")[2]))["status"] == "waiting" and it
    )
    assert told["error"].startswith("auth.key_gone")
    status, _, text = second.ask(token, asked)
    assert status == 409 and json.loads(text)["syncId"] == sync
    clinic.sql("select pgsync.cancel_job(max(id)) from pgsync.sync_jobs where kind = 'import'")
    second.stop()
