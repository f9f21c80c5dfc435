"""A master and three nodes that do one thing after the other by chance; the same again for the same seed.

A node's side of an exchange is made here of the functions that the program calls, each in a transaction of its own,
so that it can end between any two of them. The master's side is `pgsync serve`.
"""

import collections
import dataclasses
import http.client
import json
import random

import psycopg

from network import TABLES, Master, assert_same
from served import eventually

POLICIES = ("newer", "master", "node", "fields", "delta(qty)")
RECORDS = [f"r{number}" for number in range(8)]
# Those of the policy delta, which nobody deletes.
STOCK = [f"s{number}" for number in range(3)]


class Lost(Exception):
    """The call or its answer did not arrive, or the node was killed."""


class Refused(Exception):
    """The master does not take the call."""

    def __init__(self, status, problem):
        super().__init__(status, problem)
        self.status = status
        self.problem = problem


@dataclasses.dataclass(frozen=True)
class Kind:
    """What may happen in a run."""

    policy: str
    # Rows that refer to others, and that are refused where the others are gone.
    has_children: bool = True
    restores: bool = True
    # The master, too.
    restores_master: bool = False
    steps: int = 60


class Exchange:
    """One exchange of a node, which may end after each of its calls."""

    def __init__(self, machine, node, faults):
        self.machine = machine
        self.node = node
        self.faults = faults
        self.moved = 0

    def call(self, method, path, document=None):
        """A call, unless chance has it lost, or its answer."""
        if self.faults and self.machine.chance.random() < 0.04:
            self.machine.fired["lost call"] += 1
            raise Lost(f"{method} {path.partition('?')[0]}")
        if self.faults and self.machine.chance.random() < 0.01:
            self.machine.master.kill()
            self.machine.master.serve.start()
            self.machine.fired["killed master"] += 1
        status, answer = self.machine.ask(method, path, self.node.token, document)
        if self.faults and self.machine.chance.random() < 0.06:
            self.machine.fired["lost answer"] += 1
            raise Lost(f"the answer to {method} {path.partition('?')[0]}")
        if status != 200:
            raise Refused(status, answer)
        return answer

    def store(self, text, *arguments):
        """A function of the node; chance may kill it after that, and others may write before."""
        if self.faults and self.machine.chance.random() < 0.15:
            self.machine.write(self.machine.chance.choice(self.machine.sides))
        value = self.node.value(text, *arguments)
        if self.faults and self.machine.chance.random() < 0.015:
            self.machine.fired["killed node"] += 1
            raise Lost("killed after " + text)
        return value

    def look(self):
        """How far the node has come."""
        return self.node.sql("select next_page, sequence, unanswered is not null, is_resyncing, tables from pgsync.masters")[
            0
        ]

    def run(self):
        """Down, up, and down again; once more from the start where the master says so."""
        try:
            self.once(True)
        except Refused as refused:
            expected = refused.problem.get("expected")
            if not expected and refused.status != 410:
                raise
            self.resync(expected - 1 if expected else None)
            self.once(False)

    def resync(self, last_sequence):
        self.machine.fired["resync"] += 1
        self.store("select pgsync.resync_master('master', %s)", last_sequence)

    def once(self, may_resync):
        status = self.call("GET", "status")
        restored = self.store("select pgsync.note_master('master', %s, %s)", status["node"], status["incarnation"])
        _, sequence, has_unanswered, is_resyncing, _ = self.look()
        expected = status["expected_sequence"]
        if may_resync:
            if restored or expected != sequence + 1 and not (has_unanswered and expected == sequence + 2):
                self.resync(expected - 1)
            elif status["must_resync"] and not is_resyncing:
                self.resync(None)
        if self.look()[2]:
            self.push(only_unanswered=True)
        self.pull()
        self.push()
        page = self.pull()
        document = {"timestamp": page["timestamp"], "status": "success", "cursor": page["cursor"]}
        document["checksums"] = self.store("select pgsync.master_sums('master')")
        answer = self.call("POST", "acknowledge", document)
        self.machine.note("acknowledged", self.node.called, answer["diverged"])
        assert answer["diverged"] == []

    def pull(self):
        while True:
            cursor, sequence = self.look()[:2]
            path = f"download?sequence={sequence}&limit={self.machine.chance.choice([1, 3, 1000])}"
            page = self.call("GET", path + (f"&cursor={cursor}" if cursor else ""))
            self.machine.note(
                "page", self.node.called, [(own["id"], own["action"], own["version"]) for own in page["records"]]
            )
            self.moved += len(page["records"])
            self.store("select pgsync.stage_page('master', %s)", json.dumps(page))
            if not page["has_more"]:
                break
        while True:
            taken = self.store("select pgsync.take_staged('master', false)")
            something = sum(taken[name] for name in ("written", "deleted", "held", "unchanged"))
            if not something or taken["failures"]:
                return page

    def push(self, only_unanswered=False):
        if not only_unanswered:
            self.node.fold()
        for _ in range(60):
            limit = self.machine.chance.choice([1, 3, 500])
            upload = self.store("select pgsync.start_upload('master', %s, false, null)", limit)
            if upload is None:
                return
            answer = self.call("POST", "upload", upload)
            self.moved += sum(result["status"] != "failed" for result in answer["results"])
            self.machine.note("upload", self.node.called, list(zip(upload["records"], answer["results"], strict=True)))
            failures = self.store("select pgsync.take_answer('master', %s)", json.dumps(answer))["failures"]
            if only_unanswered or failures:
                return
        raise AssertionError("uploads without an end")


class Machine:
    """What happens, and what has to be so in the end."""

    def __init__(self, cluster, kind, seed):
        self.kind = kind
        self.seed = seed
        self.chance = random.Random(f"{seed} {kind}")
        self.fired = collections.Counter()
        self.history = []
        self.step = 0
        self.connection = None
        self.master = Master(cluster, kind.policy)
        self.nodes = [self.master.node(name) for name in ("north", "south", "west")]
        self.sides = [self.master, *self.nodes]
        self.copies = {}
        # What was written last, by record; none for a deletion.
        self.last = {}
        self.stock = collections.Counter()
        if kind.policy == "delta(qty)":
            for record in STOCK:
                self.master.sql("insert into inventories values (%s, 'stock', 100)", record)
                self.stock[record] = 100
            self.settle()

    def end(self):
        for copy in self.copies.values():
            self.master.cluster.drop(copy)
        self.master.end()

    def note(self, *what):
        """What has happened, for who has to find out why."""
        self.history.append((self.step, *what))

    def ask(self, method, path, token, document=None):
        """An answer of the master, over one connection as long as it lives."""
        body = None if document is None else json.dumps(document)
        for attempt in range(2):
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.master.serve.port, timeout=60)
            try:
                self.connection.request(
                    method,
                    "/api/sync/" + path,
                    body,
                    {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
                )
                answer = self.connection.getresponse()
                return answer.status, json.loads(answer.read())
            except (OSError, http.client.HTTPException):
                self.connection = None
                if attempt:
                    raise
        return None

    # What happens.

    def run(self):
        """All steps, and the end."""
        for step in range(self.kind.steps):
            self.step = step
            happens = self.chance.random()
            if happens < 0.6:
                self.write(self.chance.choice(self.sides))
            elif happens < 0.97 or not self.kind.restores:
                self.exchange(self.chance.choice(self.nodes), faults=True)
            elif self.copies and happens < 0.985:
                self.restore()
            elif self.kind.restores_master and happens > 0.994:
                self.turn_back()
            else:
                self.copy()
        self.step += 1
        self.settle()
        self.check()

    def exchange(self, node, faults):
        """An exchange, to its end or not; how many records it has moved."""
        exchange = Exchange(self, node, faults)
        try:
            exchange.run()
        except Lost as lost:
            self.note("lost", node.called, str(lost))
        except psycopg.errors.SerializationFailure:
            # As the program does: the next one goes on.
            self.note("others were in the way", node.called)
        return exchange.moved

    def copy(self):
        node = self.chance.choice(self.nodes)
        if node.called in self.copies:
            node.cluster.drop(self.copies[node.called])
        self.copies[node.called] = node.save()
        self.note("copy", node.called)

    def restore(self):
        called = self.chance.choice(sorted(set(self.copies) - {"hub"}) or ["north"])
        if called not in self.copies:
            return
        node = next(own for own in self.nodes if own.called == called)
        node.restore(self.copies[called])
        self.fired["restored"] += 1
        self.note("restore", called)

    def turn_back(self):
        """The master is restored from a copy, if there is one; else it is copied."""
        if copy := self.copies.pop("hub", None):
            self.master.restore(copy)
            self.master.sql("select pgsync.begin_incarnation()")
            self.master.cluster.drop(copy)
            self.fired["restored master"] += 1
            self.note("restore", "master")
        else:
            self.copies["hub"] = self.master.save()
            self.note("copy", "master")
        eventually(lambda: self.ask("GET", "status", self.nodes[0].token)[0] == 200)

    def write(self, side):
        """Somebody creates, changes or deletes a record, or one that refers to it."""
        chance = self.chance
        value = chance.randrange(1_000_000)
        if self.stock and chance.random() < 0.4:
            record, change = chance.choice(STOCK), chance.randrange(-1_000_000, 1_000_000)
            done = side.sql("update inventories set qty = qty + %s where id = %s returning 1", change, record)
            self.stock[record] += change * len(done)
            self.note("stock", side.name, record, change, bool(done))
            return
        record = chance.choice(RECORDS)
        there = side.value("select true from inventories where id = %s", record)
        what = chance.random()
        try:
            if self.kind.has_children and what < 0.2:
                if there:
                    child = f"t{chance.randrange(12)}"
                    side.sql(
                        "insert into transactions values (%s, %s, %s) on conflict (id) do update"
                        " set inventory_id = excluded.inventory_id, amount = excluded.amount",
                        child,
                        record,
                        value,
                    )
                    self.note("child", side.name, child, record)
                return
            if not there:
                side.sql("insert into inventories values (%s, %s, %s)", record, f"v{value}", value % 1_000)
            elif what > 0.85:
                side.sql("delete from transactions where inventory_id = %s", record)
                side.sql("delete from inventories where id = %s", record)
                value = None
            elif self.kind.policy in ("fields", "delta(qty)") and what < 0.5:
                side.sql("update inventories set name = %s where id = %s", f"w{value}", record)
            else:
                side.sql("update inventories set name = %s, qty = %s where id = %s", f"v{value}", value % 1_000, record)
        except psycopg.errors.ForeignKeyViolation:
            return
        self.last[record] = value if value is None else f"v{value}"
        self.note("write", side.name, record, value)

    # What has to be so.

    def settle(self):
        """Three exchanges of each node that nothing gets in the way of, after which nothing moves any more."""
        for turn in range(3):
            if turn == 2:
                # A version without a change of its row goes along with the next change of any.
                self.master.sql(
                    "insert into inventory_adjustments select coalesce(max(id), 0) + 1 from inventory_adjustments"
                )
            moved = [self.exchange(node, faults=False) for node in self.nodes]
            self.note("settle", moved)
        moved = [self.exchange(node, faults=False) for node in self.nodes]
        assert moved == [0, 0, 0], f"still moving: {moved}"

    def check(self):
        """All are the same; where the later change wins, it has won; what was added up is the sum."""
        assert_same(*self.sides)
        refused = set().union(*(side.refused() for side in self.sides))
        if self.kind.policy == "newer" and not self.kind.restores and not refused:
            rows = self.master.rows()
            got = {record: rows[record][1] if record in rows else None for record in self.last}
            assert got == self.last
        if self.stock and not self.kind.restores:
            assert {record: self.master.rows()[record][2] for record in STOCK} == dict(self.stock)

    def story(self):
        """All that has happened, line by line, and what there is in the end."""
        lines = [f"seed {self.seed}, {self.kind}; again: PGSYNC_TEST_SEED={self.seed}", dict(self.fired)]
        lines += self.history
        for side in self.sides:
            lines.append((side.name, {table: side.rows(table) for table in TABLES[:2]}))
            lines.append(sorted(side.versions().items()))
            lines.append(side.refused())
        return "\n".join(str(line) for line in lines)
