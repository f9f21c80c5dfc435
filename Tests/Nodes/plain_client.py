"""A slave as users would write it from the document of the exchange alone: upload, download, acknowledge.

It knows tables, data, actions, ids and one time, and looks at nothing else in an answer.
"""

import datetime
import json
import sqlite3
import urllib.parse
import urllib.request

FORMS = {
    "inventories": ("id", "name", "qty", "price"),
    "transactions": ("id", "inventory_id", "amount", "note"),
    "inventory_adjustments": ("id", "reason", "change"),
}


class PlainClient:
    """Has its own rows, and marks those that are to be sent."""

    def __init__(self, address, token, own_clock=False):
        self.address = address
        self.token = token
        self.own_clock = own_clock
        self.last_synced_at = None
        self.rows = sqlite3.connect(":memory:", isolation_level=None)
        for table, columns in FORMS.items():
            self.rows.execute(f"create table {table} ({', '.join(columns)}, primary key (id))")
        self.rows.execute("create table pending (number integer primary key, name, id, action, unique (name, id))")

    # What its users do.

    def write(self, table, **row):
        """Creates or changes a row."""
        known = self.row(table, row["id"])
        marks = ", ".join(f":{name}" for name in row)
        changed = ", ".join(f"{name} = :{name}" for name in row)
        self.rows.execute(
            f"insert into {table} ({', '.join(row)}) values ({marks}) on conflict (id) do update set {changed}", row
        )
        self._mark(table, row["id"], "update" if known else "create")

    def delete(self, table, record):
        """Deletes a row."""
        self.rows.execute(f"delete from {table} where id = ?", (record,))
        self._mark(table, record, "delete")

    def _mark(self, table, record, action):
        before = self.rows.execute("select action from pending where name = ? and id = ?", (table, record)).fetchone()
        if before == ("create",):
            action = None if action == "delete" else "create"
        self.rows.execute("delete from pending where name = ? and id = ?", (table, record))
        if action:
            self.rows.execute("insert into pending (name, id, action) values (?, ?, ?)", (table, record, action))

    def row(self, table, record):
        """A row; none if there is none."""
        found = self.rows.execute(f"select * from {table} where id = ?", (record,)).fetchone()
        return dict(zip(FORMS[table], found, strict=True)) if found else None

    def all(self, table):
        """All rows by their ids."""
        return {row[0]: dict(zip(FORMS[table], row, strict=True)) for row in self.rows.execute(f"select * from {table}")}

    # What it says to the master.

    def call(self, method, path, document=None):
        """The document of an answer."""
        asked = urllib.request.Request(
            f"{self.address}/api/sync/{path}",
            None if document is None else json.dumps(document).encode(),
            {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return json.loads(answer.read())

    def pending(self):
        """The records that are to be sent."""
        return [
            {
                "table": table,
                "data": {} if action == "delete" else self.row(table, record),
                "action": action,
                "id": str(record),
            }
            for table, record, action in self.rows.execute("select name, id, action from pending order by number")
        ]

    def upload(self):
        """Sends what has changed here."""
        if records := self.pending():
            answer = self.call("POST", "upload", {"records": records})
            self.rows.execute("delete from pending")
            return answer
        return None

    def download(self, tables=()):
        """Takes what has changed there; how many records that were."""
        asked_at = datetime.datetime.now(datetime.UTC).isoformat().replace("+00:00", "Z")
        parameters = [("tables[]", table) for table in tables]
        if self.last_synced_at:
            parameters.append(("last_synced_at", self.last_synced_at))
        answer = self.call("GET", "download?" + urllib.parse.urlencode(parameters))
        for record in answer["records"]:
            if record["action"] == "delete":
                self.rows.execute(f"delete from {record['table']} where id = ?", (record["id"],))
                continue
            row = record["data"]
            self.rows.execute(
                f"insert or replace into {record['table']} ({', '.join(row)}) values ({', '.join('?' * len(row))})",
                list(row.values()),
            )
        self.last_synced_at = asked_at if self.own_clock else answer["timestamp"]
        return len(answer["records"])

    def acknowledge(self, status="success"):
        """Says that it has what it was given."""
        return self.call("POST", "acknowledge", {"timestamp": self.last_synced_at, "status": status})

    def sync(self):
        """One exchange as the document has it."""
        self.upload()
        self.download()
        self.acknowledge()
