"""Brings rows across with Londiste 3.11, beside pgsync; see rival.py.

Debian packages: python3-londiste, pgqd, postgresql-15-pgq3, postgresql-15-pgq-node, postgresql-15-londiste-sql.
By hand: .cache/venv/bin/python Tests/Nodes/londiste_rival.py
Its ticker runs all the time, with the settings that it comes with; its worker starts once the rows are written.
"""

import itertools
import time

from rival import compare, main, measure

_serial = itertools.count(1)


class Londiste:
    """A root and a leaf, and the ticker."""

    def __init__(self, server, source, target):
        self.server = server
        self.files = {}
        for node, database in (("root", source), ("leaf", target)):
            self.files[node] = server.write(
                f"{database}.ini",
                f"[londiste]\njob_name = {database}\nqueue_name = items\n"
                f"db = {self._place(database)}\n"
                f"pidfile = {server.work}/{database}.pid\nlogfile =\n",
            )
        self.ticker = None
        self.worker = None
        self.place = {"root": source, "leaf": target}

    def _place(self, database):
        return f"dbname={database} host={self.server.work} user=postgres"

    def run(self, node, *words):
        """A command of it."""
        return self.server.run("londiste", self.files[node], *words)

    def prepare(self):
        """From the one to the other, with nothing that has to be copied at first."""
        source, target = self._place(self.place["root"]), self._place(self.place["leaf"])
        self.run("root", "create-root", "root", source)
        self.run("leaf", "create-leaf", "leaf", target, f"--provider={source}")
        settings = self.server.write(
            "pgqd.ini", f"[pgqd]\nbase_connstr = host={self.server.work} user=postgres\ninitial_database = postgres\n"
        )
        self.ticker = self.server.begin("pgqd", settings)
        self.run("root", "add-table", "bench.items")
        self.run("leaf", "add-table", "bench.items", "--expect-sync")
        # It takes up the table.
        self.release()
        time.sleep(8)

    def release(self):
        """Lets the worker go on."""
        if self.worker is None:
            self.worker = self.server.begin("londiste", self.files["leaf"], "worker")

    def hold(self):
        """Stops the worker."""
        if self.worker is not None:
            self.worker.terminate()
            self.worker.wait()
            self.worker = None

    def end(self):
        self.hold()
        if self.ticker is not None:
            self.ticker.terminate()
            self.ticker.wait()


def round_of(server, changes):
    """One round."""
    number = next(_serial)
    source, target = f"londiste_source{number}", f"londiste_target{number}"
    server.create(source, target)
    londiste = Londiste(server, source, target)
    try:
        londiste.prepare()
        figures = measure(server, source, target, changes, londiste.release, londiste.hold)
    finally:
        londiste.end()
    return figures, compare(server, source, target)


if __name__ == "__main__":
    main("Londiste", round_of)
