"""Two hundred who watch, one in ten of whom does not read, while a worker posts as fast as it can, and for ten minutes of
demo: what that takes from the worker, what the server holds, and what the slow ones do to the others.

Figures are of interest in a release build: PGSYNC_TEST_PROGRAM=.build/release/pgsync.
"""

import contextlib
import os
import re
import statistics
import subprocess
import time
import urllib.request

import pytest

import measure
from served import PROGRAM, Clinic, Server, Worker, eventually, free_port
from streams import Stream, Watch

pytestmark = pytest.mark.skipif(
    os.environ.get("PGSYNC_TEST_PROFILE", "default") == "default", reason="it takes half an hour"
)
VIEWERS = 200
SLOW = VIEWERS // 10
ROUNDS = 10
# Of a round in which the worker posts, and of the long watch.
SECONDS = 20
LONG = 600
# Bills that a worker has before it in each of those seconds, so that it never has none.
BACKLOG = 15_000
MOST_MB = 60


class Reader(Stream):
    """Reads and forgets, so that two hundred of them cost little; keeps when something came and how much."""

    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        self.came_at = time.monotonic()
        self.longest = 0
        self.parts = 0
        self.size = 0
        self.last = b""

    def take(self):
        try:
            part = self.socket.recv(1 << 16)
        except OSError:
            part = b""
        if not part:
            self.ended_at = time.time()
            return
        now = time.monotonic()
        self.longest = max(self.longest, now - self.came_at)
        self.came_at = now
        self.parts += 1
        self.size += len(part)
        self.last = (self.last + part)[-(1 << 16) :]

    def newest(self):
        """The number of the newest event."""
        found = re.findall(rb"id: \w+-(\d+)\n", self.last)
        return int(found[-1]) if found else 0


class Stage:
    """A clinic, its only worker, and a server that counts who watches."""

    def __init__(self):
        self.clinic = Clinic("--no-worker", demo=False)
        self.clinic.run_any("demo", "--install-only")
        self.clinic.sql("create sequence public.viewed_bills start 700000001")
        self.token = self.clinic.token("viewers", {"read"})
        self.worker = Worker(self.clinic.url)
        self.counts = free_port()
        self.server = Server(self.clinic.url, "--metrics-listen", str(self.counts))

    def end(self):
        """Stops what runs."""
        self.server.stop()
        self.worker.stop()
        self.clinic.end()

    def viewers(self):
        """How many the server says there are."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.counts}/metrics", timeout=30) as answer:
            return int(re.search(r"^pgsync_dashboard_viewers (\d+)", answer.read().decode(), re.M)[1])

    def posted(self):
        """How many outcomes the worker has had."""
        found = re.findall(r'^pgsync_worker_outcomes_total\{outcome="\w+"\} (\S+)', self.worker.metrics(), re.M)
        return sum(float(count) for count in found)

    def waiting(self):
        """How many changes wait."""
        return int(self.clinic.sql("select count(*) from pgsync.sync_queue where sync_status <> 'failed'"))

    def write(self, count):
        """Writes bills of the laboratory."""
        self.clinic.sql(
            f"""
            insert into public.lab_bills (id, bill_number, gross_amount, payment_mode, status)
            select id, 'V-' || id, 450, 'cash', 'final'
            from (select nextval('public.viewed_bills') as id from generate_series(1, {count})) as bills
            """
        )

    def cpu(self):
        """Seconds of a processor that the server and its sessions have taken so far."""
        sessions = self.clinic.sql("select pid from pg_stat_activity where application_name = 'pgsync dashboard'").split()
        return sum(measure.cpu_seconds(process) for process in [self.server.process.pid, *sessions])

    def rate(self):
        """What the worker posts in a second while it has more to do than it can; how much of one processor the server takes
        from it, and how much the readers, who are here."""
        self.clinic.run_any("pause")
        self.write(max(0, BACKLOG * (SECONDS + 5) - self.waiting()))
        self.clinic.run_any("resume")
        before = self.posted()
        eventually(lambda: self.posted() > before)
        before, taken, own, began = self.posted(), self.cpu(), time.process_time(), time.monotonic()
        time.sleep(SECONDS)
        found = self.posted() - before, self.cpu() - taken, time.process_time() - own
        passed = time.monotonic() - began
        assert self.waiting() > 0, "the worker had nothing to do"
        return [it / passed for it in found]

    @contextlib.contextmanager
    def watched(self):
        """Most read and some do not; all have begun."""
        eventually(lambda: self.viewers() == 0)
        slow = [Reader(self.server.port, self.token, buffer=2048) for _ in range(SLOW)]
        with Watch(*(Reader(self.server.port, self.token) for _ in range(VIEWERS - SLOW))) as watch:
            eventually(lambda: all(stream.size for stream in watch.streams) and self.viewers() == VIEWERS)
            yield watch.streams
        for stream in slow:
            stream.close()


@pytest.fixture(scope="module")
def stage():
    stage = Stage()
    yield stage
    stage.end()


def check(streams):
    """Nobody who reads was closed, and all have seen the same."""
    assert not [stream for stream in streams if stream.ended_at]
    newest = max(stream.newest() for stream in streams)
    eventually(lambda: all(stream.newest() >= newest for stream in streams))


def test_a_worker_posts_as_much_while_many_watch(stage):
    found = {"without": [], "with": []}
    for number in range(ROUNDS):
        # Taking turns, so that what grows meanwhile harms both alike.
        for kind in ("without", "with") if number % 2 == 0 else ("with", "without"):
            with stage.watched() if kind == "with" else contextlib.nullcontext([]) as streams:
                found[kind].append(stage.rate())
                if streams:
                    check(streams)
    parts = [with_[0] / without[0] for with_, without in zip(found["with"], found["without"], strict=True)]
    for kind, rounds in found.items():
        rates, taken, own = zip(*rounds, strict=True)
        print(f"\n{kind} {VIEWERS} viewers: {[round(it) for it in rates]} changes/s, median {statistics.median(rates):.0f};")
        print(f"of one processor the server takes {100 * statistics.median(taken):.1f} %, ", end="")
        print(f"the readers {100 * statistics.median(own):.1f} %")
    print(f"parts of each pair: {[round(part, 3) for part in parts]}, median {statistics.median(parts):.3f}")
    assert all(rate > 0 for rounds in found.values() for rate, *_ in rounds)


def test_slow_viewers_are_closed_and_others_see_all(stage):
    stage.clinic.run_any("resume")
    demo = subprocess.Popen(
        [PROGRAM, "demo", "--rate", "50", "--database-url", stage.clinic.url],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    memory, closed_after = [], None
    try:
        with stage.watched() as streams:
            began = time.monotonic()
            while time.monotonic() - began < LONG:
                memory.append(measure.rss(stage.server))
                if closed_after is None and stage.viewers() == VIEWERS - SLOW:
                    closed_after = time.monotonic() - began
                time.sleep(1)
            check(streams)
            eventually(lambda: stage.viewers() == VIEWERS - SLOW, 120, 0.5)
    finally:
        demo.terminate()
        demo.wait(30)
    found = {
        "slow ones closed after, s": closed_after and round(closed_after),
        "MB at first, at most, at last": (memory[0], max(memory), memory[-1]),
        "longest silence of a reader, s": round(max(stream.longest for stream in streams), 1),
        "kB/s for each": round(statistics.mean(stream.size for stream in streams) / LONG / 1000, 1),
    }
    print(f"\n{VIEWERS} viewers, {SLOW} of them slow, for {LONG} s: {found}")
    assert max(memory) <= MOST_MB
    # After the first minute it stays as it is.
    assert memory[-1] <= memory[60] + 5
