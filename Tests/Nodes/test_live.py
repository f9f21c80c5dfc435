"""Exchanges as soon as something changes, and how clients are told that it has."""

import contextlib
import signal
import threading
import urllib.request

import pytest

from network import LEFT, assert_same, edit
from served import eventually


@pytest.fixture
def live(master):
    """A node that a worker keeps in step with the master; nothing else makes it exchange."""
    node = master.node("north")
    node.sql("update pgsync.sync_schedules set enabled = false")
    node.sql("select pgsync.set_live('master', true)")
    worker = node.start("worker", "--quiet")
    eventually(lambda: status(node) == ("success", None))
    node.worker = worker
    yield node
    stop(worker)


def stop(worker):
    """Ends a worker, if it has not ended."""
    worker.send_signal(signal.SIGTERM)
    worker.communicate(timeout=60)


def status(node):
    """How the newest exchange ended, in the words of the node."""
    return node.sql("select status, last_error from pgsync.masters")[0]


def test_changes_go_both_ways(master, live):
    """In one job, and then it is quiet."""
    for n in range(5):
        edit(master, f"theirs{n}", n)
        edit(live, f"mine{n}", n)
        eventually(lambda n=n: f"theirs{n}" in live.rows() and f"mine{n}" in master.rows())
    master.sql("delete from inventories where id = 'mine0'")
    eventually(lambda: "mine0" not in live.rows())
    assert live.sql("select type, state from pgsync.sync_jobs where kind = 'sync'") == [("live", "running")]
    # What the master sent last is acknowledged once it is there.
    eventually(lambda: master.value("select pgsync.pending_records('north')") == 0)
    assert_same(master, live)


def test_what_is_left_out_is_told_until_it_is_settled(master, live):
    """The master refuses a record; that others go on does not hide it."""
    master.sql("alter table inventories add constraint few check (qty < 100)")
    edit(live, "many", 200)
    eventually(lambda: status(live) == ("partial", "1 records were left out"))
    edit(live, "few", 1)
    eventually(lambda: "few" in master.rows())
    edit(master, "theirs", 1)
    eventually(lambda: "theirs" in live.rows())
    assert status(live) == ("partial", "1 records were left out")
    eventually(lambda: master.sql("select status, last_error from pgsync.nodes") == [("partial", "1 records were left out")])
    edit(live, "many", 2)
    eventually(lambda: status(live) == ("success", None))
    assert master.rows()["many"][2] == 2


def test_the_master_goes_away_and_comes_back(master, live):
    """The status says so meanwhile, and what changed then arrives."""
    master.kill()
    edit(live, "mine", 1)
    eventually(lambda: status(live)[0] == "failed")
    master.serve.start()
    live.pgsync("endpoint", "resume", "master")
    eventually(lambda: "mine" in master.rows())
    eventually(lambda: status(live) == ("success", None))


def test_a_run_after_a_refusal_still_says_that_a_record_is_left_out(master):
    """It is tried again after an hour only; until then it is neither sent nor forgotten."""
    node = master.node("north")
    master.sql("alter table inventories add constraint few check (qty < 100)")
    edit(node, "many", 200)
    assert node.run(code=LEFT)["counts"]["refused"] == 1
    again = node.run(code=LEFT)
    assert (again["counts"]["uploaded"], again["exchange"]["status"]) == (0, "partial")
    assert again["exchange"]["last_error"] == "1 records were left out"


def test_a_download_waits_for_a_change(master):
    """It answers with it, whenever that comes between the look and the wait."""
    token = master.token("east")
    cursor = master.ask("GET", "download", token)[1]["cursor"]
    for n in range(5):
        change = threading.Timer(0.02 * n, edit, (master, f"r{n}", n))
        change.start()
        page = master.ask("GET", f"download?wait=25&cursor={cursor}", token)[1]
        change.join()
        assert [record["id"] for record in page["records"]] == [f"r{n}"]
        cursor = page["cursor"]
    assert master.ask("GET", f"download?wait=1&cursor={cursor}", token)[1]["records"] == []


def test_the_stream_tells_that_something_has_changed(master):
    """Once at the beginning, and with each change, by its tick."""
    request = urllib.request.Request(
        master.serve.address + "/api/sync/stream", headers={"Authorization": f"Bearer {master.token('east')}"}
    )
    with contextlib.closing(urllib.request.urlopen(request, timeout=60)) as stream:
        told = [read_event(stream)]
        # Each comes, however soon after the event before.
        for number in range(20):
            edit(master, f"news{number}", 1)
            told.append(read_event(stream))
    assert all(event["event"] == "changed" and event["data"] == f'{{"tick":{event["id"]}}}' for event in told)
    ticks = [int(event["id"]) for event in told]
    assert ticks == sorted(set(ticks))
    for number, tick in enumerate(ticks[1:]):
        noted = "select tick from pgsync.record_versions where record_id = %s"
        assert ticks[number] < master.value(noted, f"news{number}") <= tick


def read_event(stream):
    """The next event of a stream, past what only keeps it open."""
    event = {}
    while True:
        line = stream.readline().decode().rstrip("\n")
        if not line and event:
            return event
        if line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            event[name] = value


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_a_run_by_hand_after_the_worker_has_ended(master, live, how):
    """It makes one exchange and ends, and the next worker goes on."""
    live.worker.send_signal(how)
    live.worker.wait(60)
    edit(live, "mine", 1)
    edit(master, "theirs", 1)
    live.run()
    assert_same(master, live)
    worker = live.start("worker", "--quiet")
    edit(master, "more", 1)
    eventually(lambda: "more" in live.rows())
    assert [kind for (kind,) in live.sql("select type from pgsync.sync_jobs where state = 'running'")] == ["live"]
    stop(worker)
