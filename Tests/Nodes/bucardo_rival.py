"""Brings rows across with Bucardo 5.6.0, beside pgsync; see rival.py.

Debian packages: bucardo, postgresql-plperl-15. By hand: .cache/venv/bin/python Tests/Nodes/bucardo_rival.py
Bucardo runs all the time, and is kicked once the rows are written.
"""

import contextlib
import itertools
import time

from rival import Server, compare, main, measure

_serial = itertools.count(1)


class Bucardo:
    """Its own database, and its daemon."""

    def __init__(self, server: Server):
        self.server = server
        # Others may not read it, although it names no password.
        settings = f"dbhost = {server.work}\ndbport = 5432\ndbname = bucardo\ndbuser = bucardo\ndbpass =\n"
        self.file = server.write("bucardorc", settings)
        self.pids = server.work / "pids"
        server.run("mkdir", "-p", self.pids)
        with server.connect("postgres") as connection:
            connection.execute("drop database if exists bucardo with (force)")
        server.run(
            "bucardo", "install", "--no-bucardorc", "--batch", "--dbhost", server.work, "--dbport", "5432",
            "--dbuser", "postgres", "--dbname", "postgres", "--pid-dir", self.pids,
        )  # fmt: skip

    def run(self, *words):
        """A command of it."""
        return self.server.run("bucardo", "--bucardorc", self.file, *words)

    def replicate(self, source, target):
        """From one database to another, whenever it is kicked."""
        place = [f"dbhost={self.server.work}", "dbport=5432", "dbuser=bucardo"]
        for name, database in (("source", source), ("target", target)):
            self.run("add", "db", name, f"dbname={database}", *place)
        self.run("add", "table", "bench.items", "db=source", "relgroup=items")
        self.run("add", "sync", "items", "relgroup=items", "dbs=source:source,target:target", "autokick=0")
        self.run("set", f"reason_file={self.server.work}/reason", "log_level=terse")
        self.run("start", f"--log-destination={self.server.work}")
        time.sleep(5)

    def end(self):
        self.run("stop")
        time.sleep(2)


def round_of(server, changes):
    """One round."""
    number = next(_serial)
    source, target = f"bucardo_source{number}", f"bucardo_target{number}"
    server.create(source, target)
    bucardo = Bucardo(server)
    with contextlib.ExitStack() as stack:
        stack.callback(bucardo.end)
        bucardo.replicate(source, target)
        figures = measure(server, source, target, changes, lambda: bucardo.run("kick", "items"))
    return figures, compare(server, source, target)


if __name__ == "__main__":
    main("Bucardo", round_of)
