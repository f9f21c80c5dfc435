"""A master and its nodes: databases of one private server, `pgsync serve` for the master, and runs of the program."""

import contextlib
import itertools
import json
import os
import signal
import subprocess
import urllib.error
import urllib.request

import psycopg

from served import PROGRAM, Clinic, Server, eventually

TABLES = ("inventories", "transactions", "inventory_adjustments")
DDL = """
create table inventories (id text primary key, name text, qty integer, price numeric(12, 2));
create table transactions (
    id text primary key,
    inventory_id text constraint of_inventory references inventories deferrable,
    amount numeric(12, 2),
    note text
);
create table inventory_adjustments (id bigint primary key, reason text, change integer not null default 0);
grant usage on schema public to pgsync_node;
grant select, insert, update, delete on inventories, transactions, inventory_adjustments to pgsync_node;
"""
LEFT = 88  # records were left out, or conflicts wait for a person
GUARD = 89
AWAY = 102

_serial = itertools.count(1)


class Cluster:
    """A private server with a database that all others are copies of."""

    def __init__(self):
        self.clinic = Clinic("--no-worker", demo=False)
        # What is tested is not whether PostgreSQL keeps what it has committed.
        for setting in ("fsync = off", "synchronous_commit = off", "autovacuum = off"):
            self.clinic.sql(f"alter system set {setting}")
        self.clinic.sql("select pg_reload_conf()")
        self.admin = psycopg.connect(self.clinic.url, autocommit=True)
        self.admin.execute("create database ready")
        with Side(self, "ready") as ready:
            ready.pgsync("migrate")
            ready.sql(DDL)
            for table in TABLES:
                ready.sql("select pgsync.attach(%s, posts => false, before_image => true)", table)
                ready.pgsync("sync", "on", table)

    def url(self, database):
        """Where a database is."""
        return self.clinic.url.replace("/pgsync?", f"/{database}?", 1)

    def copy(self, original, name):
        """Makes a database a copy of another, which nobody may use meanwhile; one that there is goes first."""
        self.admin.execute(f"drop database if exists {name} with (force)")
        self.admin.execute(f"create database {name} template {original}")

    def drop(self, name):
        """Removes a database, whoever uses it."""
        self.admin.execute(f"drop database if exists {name} with (force)")

    def end(self):
        self.admin.close()
        self.clinic.end()


class Side:
    """One database, and commands of pgsync on it."""

    def __init__(self, cluster, name, environment=None):
        self.cluster = cluster
        self.name = name
        self.environment = environment or {}
        self.connection = None
        self.connect()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def connect(self):
        self.connection = psycopg.connect(self.url, autocommit=True)

    @property
    def url(self):
        """Where it is."""
        return self.cluster.url(self.name)

    def sql(self, text, *arguments):
        """The rows of a statement."""
        cursor = self.connection.execute(text, arguments or None)
        return cursor.fetchall() if cursor.description else []

    def value(self, text, *arguments):
        """The first value of the first row; none without a row."""
        rows = self.sql(text, *arguments)
        return rows[0][0] if rows else None

    @contextlib.contextmanager
    def transaction(self):
        """A session of its own with an open transaction, which is committed at the end."""
        with psycopg.connect(self.url) as connection:
            yield connection

    def start(self, *arguments):
        """A command that goes on meanwhile."""
        return subprocess.Popen(
            [PROGRAM, *arguments],
            env=os.environ | {"PGSYNC_DATABASE_URL": self.url} | self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def pgsync(self, *arguments, code=0):
        """What a command prints; it has to end with a code, if one is named."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=120)
        assert code is None or process.returncode == code, (arguments, process.returncode, out, err)
        return out if code is not None else (process.returncode, out, err)

    def rows(self, table="inventories"):
        """All rows by their keys."""
        return {row[0]: row for row in self.sql(f"select * from {table}")}

    def fold(self):
        """Notes the versions of what has changed."""
        if self.value("select pgsync.fold_is_due()"):
            # A tick is good once its transaction is over.
            tick = self.value("select pgsync.tick()")
            self.sql("select pgsync.fold_versions(%s)", tick)

    def versions(self):
        """The versions of the records that are there and that nobody has refused."""
        self.fold()
        return {
            (table, record): version
            for table, record, version in self.sql(
                "select source_table::regclass::text, coalesce(long_id, record_id),"
                " pgsync.version_text(stamp, origin) from pgsync.record_versions"
                " where deleted_at is null and refused_at is null"
            )
        }

    def refused(self):
        """The records that a master has refused, or that wait for another that it has."""
        return set(
            self.sql(
                "select source_table::regclass::text, coalesce(long_id, record_id) from pgsync.record_versions"
                " where refused_at is not null"
                " union select source_table::regclass::text, record_id from pgsync.staged_records"
            )
        )

    def save(self):
        """The name of a copy of the database as it is now."""
        copy = f"{self.name}_copy{next(_serial)}"
        self.connection.close()
        self.cluster.admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (self.name,))
        eventually(lambda: self._copied(copy))
        self.connect()
        return copy

    def _copied(self, copy):
        try:
            self.cluster.copy(self.name, copy)
        except psycopg.errors.ObjectInUse:
            return False
        return True

    def restore(self, copy):
        """Puts a copy in the place of the database."""
        self.connection.close()
        self.cluster.copy(copy, self.name)
        self.connect()

    def end(self):
        self.connection.close()
        self.cluster.drop(self.name)


class Master(Side):
    """The database that nodes exchange records with, and its `pgsync serve`."""

    def __init__(self, cluster, policy=None):
        name = f"master{next(_serial)}"
        cluster.copy("ready", name)
        super().__init__(cluster, name)
        self.sql("select pgsync.begin_incarnation('hub')")
        if policy:
            self.pgsync("sync", "on", "inventories", "--policy", policy)
        self.policy = policy
        self.serve = Server(self.url)
        self.nodes = []

    def token(self, name, *options):
        """Lets a system exchange records; its token."""
        return self.pgsync("node", "add", name, *options).split()[-1]

    def node(self, name, proxy=None):
        """A node that has joined, over a proxy if there is one."""
        node = Node(self.cluster, self, name, proxy.address if proxy else self.serve.address)
        self.nodes.append(node)
        return node

    def ask(self, method, path, token, body=None, headers=None):
        """The status of an answer, and its document."""
        given = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"} | (headers or {})
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        asked = urllib.request.Request(self.serve.address + "/api/sync/" + path, data, given, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=60) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as answer:
            return answer.code, json.loads(answer.read() or b"{}")

    def kill(self):
        """Ends `pgsync serve` at once."""
        self.serve.stop(signal.SIGKILL)

    def end(self):
        for node in self.nodes:
            node.end()
        if self.serve.process.poll() is None:
            self.serve.stop()
        super().end()


class Node(Side):
    """A system that works by itself and exchanges records now and then."""

    def __init__(self, cluster, master, name, address):
        database = f"{name}{next(_serial)}"
        cluster.copy("ready", database)
        self.master = master
        self.token = master.token(name)
        super().__init__(cluster, database, {"MASTER_TOKEN": self.token, "PGSYNC_ADDRESSES": "127.0.0.1/32"})
        self.called = name
        self.sql("select pgsync.begin_incarnation(%s)", f"own-{name}")
        if master.policy:
            self.pgsync("sync", "on", "inventories", "--policy", master.policy)
        self.pgsync("sync", "join", address)

    def run(self, *options, code=0):
        """Exchanges records; what it says it has done."""
        return json.loads(self.pgsync("sync", "run", "--json", *options, code=code))

    def recover(self, *options, code=0):
        """Exchanges records after calls have failed, which would be made again after a while only."""
        self.pgsync("endpoint", "resume", "master")
        return self.run(*options, code=code)

    def begin(self, *options):
        """An exchange that goes on meanwhile."""
        return self.start("sync", "run", "--json", *options)

    def status(self):
        """What is known of the exchange with the master."""
        return self.sql("select sequence, unanswered, next_page, uploaded_tick from pgsync.masters")[0]


def edit(side, record, qty, name="edited"):
    """Creates or changes a record."""
    side.sql(
        "insert into inventories values (%s, %s, %s, 1.50)"
        " on conflict (id) do update set qty = excluded.qty, name = excluded.name",
        record,
        name,
        qty,
    )


def assert_same(*sides):
    """All have the same rows of the same versions."""
    left_out = set().union(*(side.refused() for side in sides))
    expected = None
    for side in sides:
        seen = {
            (table, str(key)): row
            for table in TABLES
            for key, row in side.rows(table).items()
            if (table, str(key)) not in left_out
        }
        versions = {key: version for key, version in side.versions().items() if key not in left_out}
        if expected is None:
            expected = seen, versions
            continue
        assert seen == expected[0], (side.name, set(seen.items()) ^ set(expected[0].items()))
        assert versions == expected[1], (side.name, set(versions.items()) ^ set(expected[1].items()))
