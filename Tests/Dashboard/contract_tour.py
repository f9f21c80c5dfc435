"""What schemathesis does not find by itself: acts that need what others made, and problems with what is around a request."""

import json
import uuid

from contract import Sight
from served import Server, eventually
from streams import Stream, Watch

FUNCTION = "create or replace function pgsync.error_classes() returns table (class text, meaning text)"

WAITING_RUN = """
with run as (
    insert into pgsync.sync_jobs (
        kind, subject, state, trigger, requested_by, attempts, started_at, heartbeat_at, waits_until
    )
    values ('import', 'stripe', 'waiting', 'api', 'tour', 1, now(), now(), 'infinity')
    returning id
)
insert into pgsync.import_jobs (job, version) select id, 3 from run
"""
UNFINISHED = "pgsync.sync_jobs where kind = 'import' and subject = 'stripe' and finished_at is null"


class Tour:
    """Asks a server and keeps what was seen."""

    def __init__(self, clinic, server, token):
        self.clinic, self.server, self.token = clinic, server, token
        self.seen = set()

    def ask(self, path, template=None, method="GET", body=None, headers=None, token=None):
        """Asks, and returns the headers and the data of the answer."""
        headers = ({"Idempotency-Key": str(uuid.uuid4())} if method == "POST" else {}) | (headers or {})
        asked = self.server.ask(f"/api/v1{path}", token or self.token, body, method, headers)
        status, answered, text = asked
        # What is not JSON has no code, which is seen as that.
        told = json.loads(text) if text and "json" in (answered["Content-Type"] or "") else {}
        self.seen.add(Sight(method, template or path.partition("?")[0], status, told.get("code")))
        return answered, told.get("data")

    def run(self):
        """Everything."""
        self.look()
        self.act()
        self.see_imports()
        self.see_comparisons()
        self.see_nodes()
        self.be_a_node()
        self.be_a_browser()
        self.go_wrong()
        return self.seen

    def look(self):
        """At what is there, and again at what has not changed."""
        self.ask("/openapi.json")
        self.ask("/find?q=1000")
        _, entries = self.ask("/ledger/entries?limit=1")
        own = entries[0]
        self.ask(f"/records/{own['table']}/{own['record']}", "/records/{table}/{key}")
        self.ask("/rules/" + own["rule"].replace("@", "/"), "/rules/{name}/{version}")
        for path, template in (
            ("/configuration/posting_paused", "/configuration/{key}"),
            ("/alerts/check", None),
            (f"/ledger/entries/{own['entry']}", "/ledger/entries/{id}"),
        ):
            tag = self.ask(path, template)[0]["ETag"]
            self.ask(path, template, headers={"If-None-Match": tag})

    def act(self):
        """On what has to be made first."""
        _, made = self.ask("/tokens", method="POST", body={"name": "toured", "scopes": ["read"]})
        self.ask(f"/tokens/{made['token']}", "/tokens/{id}", "DELETE")
        body = {"kind": "QUEUE_BACKUP", "ends_at": "2026-12-31T00:00:00Z", "reason": "a tour"}
        _, made = self.ask("/silences", method="POST", body=body)
        self.ask(f"/silences/{made['silence']}", "/silences/{id}", "DELETE")
        self.ask("/posting/pause", method="POST", body={})
        job = self.clinic.sql("select pgsync.request_job('verify', 'toured')")
        self.ask(f"/jobs/{job}", "/jobs/{id}")
        self.ask(f"/jobs/{job}/cancel", "/jobs/{id}/cancel", "POST", {})
        compared = {"rule": "lab_bill", "version": 1, "until": "2000-01-01"}
        _, made = self.ask("/rule-diffs", method="POST", body=compared)
        self.ask(f"/rule-diffs/{made['job']}", "/rule-diffs/{id}")
        dead = eventually(lambda: self.ask("/queue?limit=1")[1])
        self.ask("/changes/resolve", method="POST", body={"changes": [dead[0]["change"]], "reason": "a tour"})
        self.ask("/posting/resume", method="POST", body={})
        setting = ("/configuration/queue_batch_size", "/configuration/{key}", "PUT", {"value": "400"})
        self.ask(*setting, headers={"If-Match": "*"})
        # A year that nothing was ever posted in.
        self.clinic.sql("select ledger.open_period('empty', '1990-01-01', '1990-12-31')")
        for verb in ("start-closing", "close"):
            self.ask(f"/ledger/periods/empty/{verb}", f"/ledger/periods/{{period}}/{verb}", "POST", {})

    def see_imports(self):
        """How far they are; each act on them, and the forms that users wrote down."""
        name = "/imports/irelandpay"
        for path in ("", "/spans", "/failed-items"):
            self.ask(name + path, "/imports/{name}" + path)
        self.clinic.sql(f"select pgsync.cancel_job(id) from {UNFINISHED}")
        eventually(lambda: self.clinic.sql(f"select count(*) from {UNFINISHED}") == "0")
        self.clinic.sql(WAITING_RUN)
        _, runs = self.ask("/imports/runs?import=stripe&state=waiting")
        run = f"/imports/runs/{runs[0]['job']}"
        self.ask(run, "/imports/runs/{job}")
        self.ask(f"{run}/cancel", "/imports/runs/{job}/cancel", "POST", {})
        # A worker runs each at once, and it fails: nobody has set its secret.
        for verb, body in (("runs", {"dry_run": True}), ("retry", {})):
            act = (f"{name}/{verb}", f"/imports/{{name}}/{verb}", "POST", body)
            eventually(lambda act=act: self.ask(*act)[1])
        _, items = self.ask(f"{name}/failed-items", "/imports/{name}/failed-items")
        item = f"/imports/failed-items/{items[0]['failed_item']}"
        self.ask(f"{item}/payload", "/imports/failed-items/{id}/payload")
        self.ask(f"{item}/resolve", "/imports/failed-items/{id}/resolve", "POST", {"reason": "a tour"})
        self.ask("/endpoints/stripe", "/endpoints/{name}")
        for verb in ("resume", "pause"):
            self.ask(f"/endpoints/stripe/{verb}", f"/endpoints/{{name}}/{verb}", "POST", {})
        form = "/sync-{import}/enhanced"
        sync = f"/api/sync-stripe/enhanced?syncId={runs[0]['sync']}"
        start = ("/api/sync-irelandpay/enhanced", {"syncType": "daily"}, "POST")
        for path, body, method in (start, (sync, None, "GET")):
            asked = (path, self.token, body, method)
            status = eventually(lambda asked=asked: (it := self.server.ask(*asked)[0]) != 409 and it)
            self.seen.add(Sight(method, form, status, None))

    def see_comparisons(self):
        """What they found, and a run of one, which can compare nothing."""
        self.ask("/compares")
        name = "/compares/warehouse"
        for path in ("", "/runs"):
            self.ask(name + path, "/compares/{name}" + path)
        _, runs = self.ask(f"{name}/runs", "/compares/{name}/runs")
        run = f"{name}/runs/{runs[0]['job']}"
        for path in ("", "/differences", "/differences/rows"):
            self.ask(run + path, "/compares/{name}/runs/{job}" + path)
        act = (f"{name}/runs", "/compares/{name}/runs", "POST", {"entities": ["items"], "sync": True, "dry_run": True})
        eventually(lambda: self.ask(*act)[1])

    def see_nodes(self):
        """Nodes, masters and conflicts, and each act on them."""
        self.ask("/nodes/north", "/nodes/{name}")
        self.ask("/nodes/north/reset", "/nodes/{name}/reset", "POST", {"resync": True, "reason": "a tour"})
        self.ask("/masters/centre/sync", "/masters/{name}/sync", "POST", {})
        self.ask("/masters/centre/reset", "/masters/{name}/reset", "POST", {})
        _, conflicts = self.ask("/conflicts?record=3")
        conflict = f"/conflicts/{conflicts[0]['conflict']}"
        self.ask(conflict, "/conflicts/{id}")
        self.ask(f"{conflict}/resolve", "/conflicts/{id}/resolve", "POST", {"take": "local", "reason": "a tour"})

    def be_a_node(self):
        """Exchange records: as it should be, out of turn, and after this system or the node was restored."""
        token = self.clinic.node("tourist")
        self.exchange(token, "/status")
        page = self.exchange(token, "/download?tables=ward.stock")
        # Of what has changed since the first load.
        page = self.exchange(token, f"/download?cursor={page['cursor']}")
        record = {"table": "ward.stock", "id": "100", "data": {"id": 100, "name": "Plaster"}, "action": "create"}
        with Watch(stream := Stream(self.server.port, token, "/api/sync/stream")):
            eventually(lambda: stream.named("changed"))
            self.seen.add(Sight("GET", "/sync/stream", int(stream.head.split(" ")[1]), None))
            for is_again in (False, True):
                taken = self.exchange(token, "/upload", {"records": [record], "sequence": 1})
                assert taken["status"] == "success" and taken.get("replayed", False) == is_again, taken
            eventually(lambda: [event for event in stream.named("changed") if event.json.get("tick")])
        for told in (
            self.exchange(token, "/upload", {"records": [], "sequence": 7}),
            self.exchange(token, "/download?sequence=7"),
        ):
            assert (told["status"], told["expected"]) == (409, 2), told
        self.exchange(token, "/acknowledge", {"status": "success", "cursor": page["cursor"]})
        for node_is_restored in (True, False):
            restored = "resync_node('tourist')" if node_is_restored else "begin_incarnation()"
            self.clinic.sql(f"select pgsync.{restored}")
            assert self.exchange(token, f"/download?cursor={page['cursor']}")["code"] == "cursor-expired"
            if not node_is_restored:
                told = self.exchange(token, "/acknowledge", {"status": "success", "cursor": page["cursor"]})
                assert told["code"] == "cursor-expired", told
            page = self.exchange(token, "/download?limit=1")
            while page["has_more"]:
                page = self.exchange(token, f"/download?limit=1&cursor={page['cursor']}")
            told = self.exchange(token, "/acknowledge", {"status": "success", "cursor": page["cursor"]})
            assert told["status"] == "acknowledged", told
            assert not self.exchange(token, "/status")["must_resync"]
        # Who operates may send a node back to the start.
        key = {"Idempotency-Key": str(uuid.uuid4())}
        told = self.exchange(self.token, "/reset", {"node": "tourist", "resync": True}, key)
        assert told["data"] == {"node": "tourist", "status": "new"}, told
        assert self.exchange(token, "/status")["must_resync"]

    def exchange(self, token, path, body=None, headers=None):
        """Asks one of the paths of nodes, and returns what it answers."""
        method = "GET" if body is None else "POST"
        status, _, text = self.server.ask(f"/api/sync{path}", token, body, method, headers)
        told = json.loads(text)
        self.seen.add(Sight(method, "/sync" + path.partition("?")[0], status, told.get("code")))
        return told

    def be_a_browser(self):
        """Log in, show the token again, and log out."""
        answered, data = self.ask("/session", method="POST", body={"token": self.token})
        own = {"Cookie": answered["Set-Cookie"].split(";")[0], "X-CSRF-Token": data["csrf"]}
        # No header for the token: it would be asked before the cookie.
        token, self.token = self.token, None
        self.ask("/session/confirm", method="POST", body={"token": token}, headers=own)
        period = self.clinic.sql("select max(name) from ledger.periods where status = 'closing'")
        self.ask(
            f"/ledger/periods/{period or 'none'}/reopen",
            "/ledger/periods/{period}/reopen",
            "POST",
            {"reason": "a tour"},
            own,
        )
        self.ask("/session", method="DELETE", headers=own)
        self.token = token

    def go_wrong(self):
        """What is around a request: its cursor, form, host, size; what is gone; a database that is slow, broken or away."""
        self.ask("/queue?cursor=none")
        self.ask("/changes/999999999999999/image", "/changes/{id}/image")
        self.ask("/queue", headers={"Accept": "text/csv"})
        self.ask("/queue", headers={"Host": "elsewhere.example"})
        self.ask("/changes/retry", method="POST", body={"class": "x" * 70_000})
        original = self.clinic.sql("select pg_get_functiondef('pgsync.error_classes()'::regprocedure)")
        for words in ("perform pg_sleep(20)", "raise ''a secret'' using errcode = ''XX000''"):
            self.clinic.sql(f"{FUNCTION} language plpgsql volatile as 'begin {words}; end'")
            self.ask("/queue/classes")
        self.clinic.sql(original)
        # Nobody listens at the first port.
        here, self.server = self.server, Server("postgresql://postgres@127.0.0.1:1/nowhere")
        self.ask("/queue")
        self.server.stop()
        self.server = here
