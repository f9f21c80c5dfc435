"""After a restart all open pages come back, but not all at once.

The page decides when it tries again, so it is the page's own code that runs here: 200 times, on Node.
"""

import collections
import os
import pathlib
import signal
import subprocess
import threading

import pytest

from served import Server, eventually

FULL = os.environ.get("PGSYNC_TEST_PROFILE", "default") != "default"
PAGES = 200
# Connections that the server takes in any second.
MOST = 60


class Pages:
    """Open pages, and when each connected and became live, in ms."""

    def __init__(self, server, token):
        script = pathlib.Path(__file__).with_name("pages.mjs")
        self.process = subprocess.Popen(
            ["node", script, server.address, token, str(PAGES)], stdout=subprocess.PIPE, text=True
        )
        self.told = []
        self.thread = threading.Thread(target=self.hear, daemon=True)
        self.thread.start()

    def hear(self):
        """Notes what they tell."""
        for line in self.process.stdout:
            at, what, page = line.split()
            self.told.append((int(at), what, int(page)))

    def live(self, since=0):
        """The pages that became live since a place in what was told."""
        return {page for _, what, page in self.told[since:] if what == "live"}

    def times(self, what, since):
        """When they did something since then, in order."""
        return sorted(at for at, told, _ in self.told[since:] if told == what)

    def __enter__(self):
        eventually(lambda: len(self.live()) == PAGES)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
        self.thread.join(10)


def busiest(times):
    """The most of these moments that lie within a second."""
    recent, most = collections.deque(), 0
    for at in times:
        recent.append(at)
        while recent[0] <= at - 1000:
            recent.popleft()
        most = max(most, len(recent))
    return most


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_all_pages_come_back_one_after_the_other(clinic, tokens, how):
    server = Server(clinic.url)
    try:
        with Pages(server, tokens["read"]) as pages:
            since = len(pages.told)
            server.stop(how)
            server.start()
            eventually(lambda: len(pages.live(since)) == PAGES)
            connected, live = pages.times("connected", since), pages.times("live", since)
    finally:
        server.stop()
    found = {
        "connections": len(connected),
        "in the busiest second": busiest(connected),
        "first to last, s": (live[-1] - live[0]) / 1000,
    }
    print(f"\n{PAGES} pages after the server was {how.name}: {found}")
    # Nobody is turned away and comes again.
    assert len(connected) == len(live) == PAGES
    # On a busy machine it says more of the machine. Who was not told goodbye does not know how many others there are.
    assert not FULL or how == signal.SIGKILL or busiest(connected) <= MOST
