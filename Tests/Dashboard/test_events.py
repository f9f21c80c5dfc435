"""The stream of events: its order, its numbers, how it goes on and how it ends, for one viewer and for hundreds."""

import itertools
import json
import os
import re
import subprocess
import time
import urllib.request

import pytest
import sseclient

import measure
from served import Server, eventually
from streams import Stream, Watch

FULL = os.environ.get("PGSYNC_TEST_PROFILE") == "full"
VIEWERS = 200 if FULL else 30
COMMITS = 200 if FULL else 50
SPAN = 10 if FULL else 4
TOPICS = {"status", "sources", "alert", "jobs", "proof", "config", "rules", "schedule"}
# From a commit to its event, in seconds; the sampler looks once a second.
HALF_WITHIN, NEARLY_ALL_WITHIN = 1.0, 1.6


@pytest.fixture(scope="module")
def own(clinic):
    """A server that only these tests ask, so that its costs are theirs."""
    server = Server(clinic.url)
    yield server
    server.stop()


def seen(stream, *names, number=0):
    """Whether events of each of these topics have come after a number."""
    return all(any(event.number > number for event in stream.named(name)) for name in names)


def check_order(stream):
    """A hello without a number, then numbers that grow, of one process."""
    first, *others = stream.events
    assert (first.name, first.id) == ("hello", "")
    assert {event.id.rpartition("-")[0] for event in others} <= {first.json["epoch"]}
    numbers = [event.number for event in others]
    assert numbers == sorted(set(numbers)), numbers
    assert {event.name for event in others} <= TOPICS
    assert all(isinstance(event.json, dict | list) for event in others)


def test_another_reader_of_events_understands_them(own, tokens):
    asked = urllib.request.Request(own.address + "/api/v1/events", headers={"Authorization": f"Bearer {tokens['read']}"})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        assert answer.headers["Content-Type"] == "text/event-stream"
        assert answer.headers["Cache-Control"] == "no-store, no-transform"
        assert answer.headers["X-Accel-Buffering"] == "no"
        assert answer.headers["Content-Encoding"] is None
        events = sseclient.SSEClient(iter(lambda: answer.read1(65536), b"")).events()
        found = [next(events) for _ in range(len(TOPICS) + 1)]
    assert found[0].event == "hello" and 1000 <= int(found[0].retry) <= 4000
    assert {event.event for event in found[1:]} <= TOPICS
    assert all(json.loads(event.data) is not None for event in found)


def test_a_stream_goes_on_after_the_last_event_that_was_seen(own, tokens):
    whole = Stream(own.port, tokens["read"])
    with Watch(whole) as watch:
        eventually(lambda: seen(whole, *TOPICS))
        early = whole.events[len(TOPICS) // 2]
        late = whole.events[-1]
        eventually(lambda: seen(whole, "status", number=late.number))
        again = watch.add(Stream(own.port, tokens["read"], headers=[f"Last-Event-ID: {early.id}"]))
        other = watch.add(Stream(own.port, tokens["read"], headers=["Last-Event-ID: another1-999999"]))
        broken = watch.add(Stream(own.port, tokens["read"], headers=["Last-Event-ID: 1-2-3 \x7f"]))
        eventually(lambda: seen(other, *TOPICS) and seen(again, "status", number=late.number))
        # What was seen is not told again, and of what was not the newest is.
        assert min(event.number for event in again.events[1:]) > early.number
        newest = {event.name: event.number for event in other.events[1:]}
        eventually(lambda: all(seen(again, name) for name in TOPICS if newest[name] > early.number))
        eventually(lambda: broken.ended_at or seen(broken, *TOPICS))
    for stream in (whole, again, other):
        check_order(stream)


def test_only_the_topics_that_were_asked_for_come(own, tokens):
    some = Stream(own.port, tokens["read"], "/api/v1/events?topics=config,status")
    none = Stream(own.port, tokens["read"], "/api/v1/events?topics=nothing")
    with Watch(some, none):
        eventually(lambda: seen(some, "config", "status") and none.ended_at)
    assert {event.name for event in some.events} == {"hello", "config", "status"}
    assert none.head.startswith("HTTP/1.1 400 ")


def test_the_stream_of_a_revoked_token_ends_within_two_seconds(clinic, own, tokens):
    made = clinic.run("token", "create", "watcher", "--scopes", "read")
    ended, others = Stream(own.port, made["secret"]), [Stream(own.port, tokens["read"]) for _ in range(3)]
    with Watch(ended, *others):
        eventually(lambda: seen(ended, "status"))
        number = clinic.sql("select max(id) from pgsync.api_tokens where name = 'watcher'")
        status, _, text = own.ask(f"/api/v1/tokens/{number}", tokens["all"], method="DELETE")
        assert status == 200, text
        revoked = time.time()
        eventually(lambda: ended.ended_at)
        assert ended.ended_at - revoked < 20
        assert ended.events[-1].name == "session" and "reason" in ended.events[-1].json
        last = others[0].events[-1].number
        eventually(lambda: all(seen(other, "status", number=last) for other in others))
        assert not any(other.ended_at for other in others)


def test_nobody_watches_without_a_valid_token(own):
    for token in ("", "pgs_" + "z" * 44):
        stream = Stream(own.port, token)
        with Watch(stream):
            eventually(lambda stream=stream: stream.ended_at)
        assert re.match(r"HTTP/1.1 (401|429) ", stream.head)


def percentile(values, part):
    """The value that this part of all does not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def commits(clinic, count):
    """Commits a change of a setting so many times; for each, what it left and when it was done."""
    ran = subprocess.run(
        [clinic.psql_program, clinic.url, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c"]
        + [
            f"""
            do $body$
            begin
                for i in 1..{count} loop
                    perform pgsync.set_configuration('alert_paused_minutes', (60 + i % 2)::text);
                    commit;
                    raise notice 'done % %', extract(epoch from clock_timestamp()),
                        (select max(updated_at) at time zone 'UTC' from pgsync.sync_configuration);
                    rollback;
                    perform pg_sleep(0.05 + random() * 0.2);
                    rollback;
                end loop;
            end
            $body$
            """
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.findall(r"done ([0-9.]+) (\S+) (\S+)", ran.stderr)
    assert len(found) == count, ran.stderr
    return [(float(at), f"{day}T{clock}") for at, day, clock in found]


def test_an_event_follows_its_commit_soon(clinic, own, tokens):
    # That a viewer has gone is noticed when something is sent to it, such as a status each second.
    stream = Stream(own.port, tokens["read"], "/api/v1/events?topics=config,status")
    with Watch(stream):
        eventually(lambda: stream.named("config"))
        done = commits(clinic, COMMITS)
        eventually(lambda: stream.named("config")[-1].json["at"].removesuffix("+00:00") >= done[-1][1])
    told = [(event.at, event.json["at"].removesuffix("+00:00")) for event in stream.named("config")]
    delays = [next(at for at, left in told if left >= own_left) - done_at for done_at, own_left in done]
    found = {"p50": round(percentile(delays, 0.5), 3), "p99": round(percentile(delays, 0.99), 3)}
    print(f"\ncommit to event, {COMMITS} commits: {found}")
    # On a busy machine they say more of the machine.
    assert not FULL or found["p50"] <= HALF_WITHIN and found["p99"] <= NEARLY_ALL_WITHIN


class Costs:
    """What a server takes of the machine and of the database while it is watched."""

    def __init__(self, clinic, server):
        self.clinic = clinic
        self.server = server
        self.logs = clinic.directory / "state" / "log"

    def queries(self):
        """How many statements the dashboard has run since they are logged."""
        return sum(
            len(re.findall(r"pgsync dashboard LOG:  (?:statement|execute)", log.read_text(errors="replace")))
            for log in self.logs.iterdir()
        )

    def of(self, seconds):
        """What it takes each second, in so many."""
        began = (self.queries(), measure.cpu_seconds(self.server.process.pid), time.monotonic())
        time.sleep(seconds)
        passed = time.monotonic() - began[2]
        taken = measure.cpu_seconds(self.server.process.pid) - began[1]
        return {
            "queries_per_second": round((self.queries() - began[0]) / passed, 2),
            "cpu_percent": round(100 * taken / passed, 1),
            "rss_mb": measure.rss(self.server),
        }


@pytest.fixture
def logged(clinic):
    """All statements are logged with the name of their program."""
    settings = {"log_statement": "'all'", "log_line_prefix": "'%m [%p] %a '"}
    for name, value in settings.items():
        clinic.sql(f"alter system set {name} = {value}")
    clinic.sql("select pg_reload_conf()")
    yield
    for name in settings:
        clinic.sql(f"alter system reset {name}")
    clinic.sql("select pg_reload_conf()")


def test_many_viewers_see_the_same_at_the_cost_of_one(clinic, own, tokens, logged):
    costs = Costs(clinic, own)
    # The sampler ends after the last viewer has gone.
    eventually(lambda: costs.of(2)["queries_per_second"] == 0)
    found = {0: costs.of(SPAN)}
    with Watch(Stream(own.port, tokens["read"])) as watch:
        eventually(lambda: seen(watch.streams[0], *TOPICS))
        found[1] = costs.of(SPAN)
        for _ in range(VIEWERS - 1):
            watch.add(Stream(own.port, tokens["read"]))
        eventually(lambda: all(seen(stream, *TOPICS) for stream in watch.streams))
        found[VIEWERS] = costs.of(SPAN)
    print(f"\nby viewers: {found}")
    for stream in watch.streams:
        check_order(stream)
    first = max(min(event.number for event in stream.named("status")) for stream in watch.streams)
    last = min(max(event.number for event in stream.events) for stream in watch.streams)
    told = [
        [(event.id, event.name, event.data) for event in stream.events if first < event.number <= last]
        for stream in watch.streams
    ]
    assert told[0] and all(one == told[0] for one in told)
    assert found[0]["queries_per_second"] == 0
    assert found[VIEWERS]["queries_per_second"] <= 1.5 * found[1]["queries_per_second"]
    assert found[VIEWERS]["rss_mb"] <= found[1]["rss_mb"] + 30


def test_little_waits_for_who_does_not_read(own, tokens):
    stream = Stream(own.port, tokens["read"], buffer=2048)
    with Watch(stream):
        eventually(lambda: seen(stream, "status"))
        limits = [int(it) for it in re.findall(r"\btb([0-9]+)", sockets(own))]
    # The kernel counts twice what a program asks for.
    assert limits and max(limits) <= 4 * 64 * 1024


@pytest.mark.skipif(not FULL, reason="it takes a minute until a reader has been slow for long enough")
def test_who_does_not_read_is_closed_and_others_are_not_kept(own, tokens):
    slow = Stream(own.port, tokens["read"], buffer=2048)
    with Watch(*(Stream(own.port, tokens["read"]) for _ in range(5))) as watch:
        began = time.time()
        eventually(lambda: sockets(own).count("skmem") <= 5, 120, 1)
        print(f"\na slow reader was closed after {time.time() - began:.0f} s")
        for stream in watch.streams:
            at = [event.at for event in stream.named("status")]
            assert max(later - earlier for earlier, later in itertools.pairwise(at)) < 12
            assert not stream.ended_at
    slow.close()


def sockets(server):
    """What the kernel says of the connections of a server."""
    return subprocess.run(
        ["ss", "-Htnm", "state", "established", f"( sport = :{server.port} )"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
