"""However many requests were answered, refused or given up: no more memory, files and connections than after the first."""

import contextlib
import http.client
import itertools
import json
import os
import pathlib
import re
import time

import pytest

import measure
import raw
from served import Server, eventually
from streams import Stream

REQUESTS = 100_000 if os.environ.get("PGSYNC_TEST_PROFILE", "default") != "default" else 2_500
# What a server may have more in memory after all requests than after the first tenth, in MB.
MOST_GROWTH = 6


class Asker:
    """Asks on connections that are kept, left, or cut, as browsers and programs do."""

    def __init__(self, server, token, listed):
        self.server = server
        self.token = token
        self.client = measure.Client(server.port, token)
        self.wrong = measure.Client(server.port, "pgs_" + "z" * 44)
        self.often = itertools.cycle(measure.PATHS)
        self.listed = itertools.cycle(listed)
        self.statuses = set()

    def read(self):
        """What an open page asks for."""
        self.statuses.add(self.client.get(next(self.often))[0])

    def read_other(self):
        """Any other list, figure or record."""
        self.statuses.add(self.client.get(next(self.listed))[0])

    def read_nothing(self):
        """What does not exist, or is refused."""
        self.statuses.add(self.client.get("/ledger/entries?min=x")[0])
        self.statuses.add(self.client.get("/changes/999999999999")[0])
        self.statuses.add(self.wrong.get("/status")[0])

    def leave(self):
        """A connection of its own, which the client ends."""
        self.statuses.add(self.server.ask("/api/v1/session", self.token)[0])
        self.statuses.add(self.server.ask("/")[0])

    def watch_and_go(self):
        """A stream of events that nobody waits for the end of."""
        stream = Stream(self.server.port, self.token)
        stream.take()
        stream.close()

    def cut(self):
        """A request whose answer nobody takes, such as an export."""
        with raw.connect(self.server.port) as connection:
            own = {"Authorization": f"Bearer {self.token}"}
            connection.sendall(raw.request("GET", "/api/v1/ledger/export", own))
        with raw.connect(self.server.port) as connection, contextlib.suppress(OSError):
            connection.sendall(b"POST /api/v1/posting/resume HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n{")

    def ask(self, count):
        """So many requests, most of them ordinary."""
        rare = (self.read_nothing, self.leave, self.watch_and_go, self.cut)
        kinds = itertools.cycle(kind for one in rare for kind in (self.read_other, one))
        for number in range(count):
            kind = next(kinds) if number % 10 == 0 else self.read
            try:
                kind()
            except http.client.HTTPException:
                # The server closes a kept connection now and then.
                self.client = measure.Client(self.server.port, self.token)


class Holdings:
    """What a server holds once all is quiet."""

    def __init__(self, clinic, server):
        self.clinic = clinic
        self.server = server
        self.process = pathlib.Path(f"/proc/{server.process.pid}")

    def files(self):
        """What it has open, by kind: sockets, pipes, files."""
        kinds = []
        for entry in (self.process / "fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                kinds.append(re.sub(r":.*", "", os.readlink(entry)))
        return len(kinds)

    def sessions(self):
        """Its connections to the database, of which none is within a transaction."""
        found = self.clinic.sql(
            "select count(*), count(*) filter (where state <> 'idle') from pg_stat_activity"
            " where application_name = 'pgsync dashboard' and pid <> pg_backend_pid()"
        )
        return tuple(int(it) for it in found.split("|"))

    def threads(self):
        """Its threads."""
        return len(list((self.process / "task").iterdir()))

    def now(self):
        """All of it, after the last viewer and the last export have gone."""
        # One that leaves is noticed when something is sent to it.
        eventually(lambda: self.sessions()[1] == 0, 60, 0.5)
        files, since = self.files(), time.monotonic()

        def is_quiet():
            nonlocal files, since
            if (now := self.files()) != files:
                files, since = now, time.monotonic()
            return time.monotonic() - since > 3

        eventually(is_quiet, 60, 0.2)
        return {
            "mb": measure.rss(self.server),
            "files": files,
            "threads": self.threads(),
            "sessions": self.sessions()[0],
        }


@pytest.fixture
def own(clinic):
    """A server that only this test asks."""
    server = Server(clinic.url)
    yield server
    server.stop()


def test_many_requests_leave_nothing_behind(clinic, own, tokens):
    listed = [path for path in measure.paths(own, tokens["all"]) if path not in ("/openapi.json", "/ledger/export")]
    assert len(listed) > 30
    asker, holdings = Asker(own, tokens["all"], listed), Holdings(clinic, own)
    asker.ask(REQUESTS // 10)
    first = holdings.now()
    began = time.monotonic()
    asker.ask(REQUESTS - REQUESTS // 10)
    passed = time.monotonic() - began
    last = holdings.now()
    print(f"\n{json.dumps({'first': first, 'last': last})}, {REQUESTS} requests, {REQUESTS * 0.9 / passed:.0f} per second")
    assert {200, 401, 404} <= asker.statuses and not asker.statuses & {500, 503}, asker.statuses
    assert last["mb"] <= first["mb"] + MOST_GROWTH
    assert last["files"] <= first["files"] + 3
    assert last["threads"] <= first["threads"] + 2
    assert last["sessions"] <= first["sessions"] + 1
