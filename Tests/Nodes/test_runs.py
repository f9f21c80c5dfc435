"""Runs of nodes, and what comes between them: calls that are lost, processes that are killed, databases that go back."""

import gzip
import json
import signal
import threading
import time

import psycopg
import pytest

from network import AWAY, GUARD, LEFT, Master, assert_same, edit
from served import eventually

CALLS = ["GET status", "GET download", "POST upload", "GET download", "POST acknowledge"]


@pytest.fixture
def node(master, faults):
    """A node that reaches the master over what may fail, and has its rows."""
    master.sql("insert into inventories select 'i' || n, 'item', n, n from generate_series(1, 5) as own (n)")
    node = master.node("north", faults)
    node.run()
    assert_same(master, node)
    faults.heal()
    return node


def changes_of(side, record, table="inventories"):
    """How often a record was changed on a side."""
    return side.value(
        "select count(*) from pgsync.sync_logs where source_table = %s::regclass and record_id = %s", table, record
    )


def uploads(faults):
    """The uploads that came by, without the clock of each."""
    sent = []
    for call, body in zip(faults.calls, faults.bodies, strict=True):
        if call == "POST upload":
            document = json.loads(gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body)
            document.pop("clock")
            sent.append(document)
    return sent


def conflicts(side):
    """What clashed, and what became of it."""
    return side.sql("select record_id, type, resolution, state from pgsync.conflicts order by id")


def finish(process, code=0):
    """Waits for the end of a run that went on meanwhile."""
    out, err = process.communicate(timeout=60)
    assert code is None or process.returncode == code, (process.returncode, out, err)
    return out, err


# Calls that are lost.


def test_a_run_makes_these_calls(master, node, faults):
    """Those at which the other tests let it come to grief."""
    edit(node, "mine", 1)
    edit(master, "theirs", 1)
    counts = node.run()["counts"]
    assert faults.calls == CALLS
    assert (counts["uploaded"], counts["written"], counts["refused"], counts["failed"]) == (1, 1, 0, 0)
    assert_same(master, node)


@pytest.mark.parametrize("lost", ["answer", "call"])
def test_an_upload_or_its_answer_is_lost_once(master, node, faults, lost):
    """The run sends it again as it was, and it is applied once."""
    fault = faults.plan("POST upload", lost, lambda: 0)
    edit(node, "mine", 1)
    counts = node.run()["counts"]
    assert (fault.fired, counts["uploaded"]) == (1, 1)
    # One that had no answer on a connection that was used before is sent once more below HTTP; the master refuses that.
    first, *others = uploads(faults)
    assert 1 <= len(others) <= 2 and all(other == first for other in others)
    assert changes_of(master, "mine") == 1
    assert_same(master, node)


def test_the_answers_of_all_uploads_are_lost(master, node, faults):
    """The next run sends it again as it was, before it takes anything, although the record was changed since."""
    fault = faults.lose_answer("POST upload", 0)
    edit(node, "mine", 1)
    node.run(code=AWAY)
    assert fault.fired >= 2 and changes_of(master, "mine") == 1
    unanswered = node.status()[1]
    assert unanswered["records"][0]["data"]["qty"] == 1
    faults.heal()
    edit(node, "mine", 2)
    edit(master, "i1", 77)
    node.recover()
    assert faults.calls[:3] == ["GET status", "POST upload", "GET download"]
    assert uploads(faults)[0] == unanswered
    assert [upload["sequence"] for upload in uploads(faults)] == [unanswered["sequence"], unanswered["sequence"] + 1]
    assert changes_of(master, "mine") == 2 and master.rows()["mine"][2] == 2
    assert conflicts(master) == []
    assert_same(master, node)


def test_half_an_answer(master, node, faults):
    """Of each call: it is asked again, and nothing of the half is used."""
    for call in sorted(set(CALLS)):
        fault = faults.plan(call, "answer", lambda: -5)
        edit(node, "mine", len(faults.planned))
        edit(master, "theirs", len(faults.planned))
        node.run()
        assert fault.fired == 1
        assert_same(master, node)


def test_half_the_head_of_an_answer(master, node, faults):
    """Whatever a run makes of that, the next one has everything."""
    for call in sorted(set(CALLS)):
        faults.heal()
        fault = faults.plan(call, "answer", lambda: 60)
        edit(node, "mine", faults.planned.index(fault) + len(call))
        edit(master, "theirs", len(call))
        node.pgsync("sync", "run", code=None)
        assert fault.fired == 1
        node.recover()
        assert_same(master, node)


def test_the_status_after_a_run_that_failed(master, node, faults):
    """It does not say for ever that records are being exchanged."""
    node.sql(FULL)
    edit(master, "i1", 2_000)
    node.pgsync("sync", "run", code=1)
    assert json.loads(node.pgsync("sync", "status", "--json", code=1))["status"] == "failed"


def test_an_upload_that_arrives_late(master, node, faults):
    """A call is on its way when the node dies; the next run has sent the same, and more, when it arrives."""
    edit(node, "mine", 1)
    with faults.held("POST upload") as late:
        process = node.begin()
        late.wait()
        process.send_signal(signal.SIGKILL)
        finish(process, None)
        node.recover()
        edit(node, "mine", 2)
        node.run()
        assert master.rows()["mine"][2] == 2
        before = master.value("select seen_at from pgsync.nodes")
    eventually(lambda: faults.calls.count("POST upload") >= 3)
    # The late one is answered, in whatever way, before the next run ends.
    node.run()
    assert master.value("select seen_at from pgsync.nodes") >= before
    assert master.rows()["mine"][2] == 2 and changes_of(master, "mine") == 2
    assert_same(master, node)


# Processes that are killed.


@pytest.mark.parametrize("stage", ["call", "answer"])
def test_a_node_is_killed_at_each_call(master, node, faults, stage):
    """Before a call is passed on, and before its answer is: the next run goes on, and all is applied once."""
    for number in range(len(CALLS)):
        faults.heal()
        edit(node, f"mine{number}", number)
        edit(node, "both", number)
        edit(master, f"theirs{number}", number)
        running = []
        nth = CALLS[: number + 1].count(CALLS[number])
        fault = faults.plan(CALLS[number], stage, lambda own=running: own[0].send_signal(signal.SIGKILL) or 0, nth)
        running.append(node.begin())
        finish(running[0], None)
        assert fault.fired == 1 and running[0].returncode == -signal.SIGKILL
        node.recover()
        assert changes_of(master, f"mine{number}") == 1 and changes_of(node, f"theirs{number}") == 1
        assert_same(master, node)
    assert conflicts(master) == []


def test_a_node_is_killed_between_pages(master, node, faults):
    """Of what it takes and of what it sends: the next run goes on where it was, and nothing is taken twice."""
    master.sql("insert into inventories select 'm' || n, 'many', n from generate_series(1, 2500) as own (n)")
    node.sql("insert into inventories select 'n' || n, 'many', n from generate_series(1, 1200) as own (n)")
    running = []
    for call, number in (("GET download", 2), ("POST upload", 2)):
        faults.heal()
        fault = faults.plan(call, "answer", lambda: running[-1].send_signal(signal.SIGKILL) or 0, number)
        running.append(node.begin())
        finish(running[-1], None)
        assert fault.fired == 1 and running[-1].returncode == -signal.SIGKILL
    node.recover()
    repeated = "select count(*) from pgsync.sync_logs where source_table = 'inventories'::regclass"
    assert [side.value(repeated) for side in (master, node)] == [5 + 2500 + 1200] * 2
    assert_same(master, node)


@pytest.mark.parametrize("stage", ["call", "answer"])
def test_the_master_is_killed_at_each_call(master, node, faults, stage):
    """It is there again soon, so that the same run goes on."""

    def kill():
        master.kill()
        master.serve.start()
        return 0

    for number in range(len(CALLS)):
        faults.heal()
        edit(node, f"mine{number}", number)
        edit(node, "both", number)
        edit(master, f"theirs{number}", number)
        process = master.serve.process.pid
        fault = faults.plan(CALLS[number], stage, kill, CALLS[: number + 1].count(CALLS[number]))
        node.run()
        assert fault.fired == 1 and master.serve.process.pid != process
        assert changes_of(master, f"mine{number}") == 1 and changes_of(node, f"theirs{number}") == 1
        assert_same(master, node)
    assert conflicts(master) == []


def test_the_master_is_killed_while_it_takes_an_upload(master, node, faults):
    """What it had written is undone, and taken once when it comes again."""
    edit(node, "i1", 100)
    edit(node, "mine", 1)
    with master.transaction() as other:
        other.execute("select from inventories where id = 'i1' for update")
        process = node.begin()
        waiting = "select 1 from pg_stat_activity where datname = %s and wait_event_type = 'Lock'"
        eventually(lambda: master.value(waiting, master.name))
        master.kill()
        other.rollback()
    master.serve.start()
    finish(process, None)
    node.recover()
    assert changes_of(master, "mine") == 1 and master.rows()["i1"][2] == 100
    assert_same(master, node)


def test_the_master_is_away(master, node, faults):
    """The run says so; what is to be sent stays, and is sent when it is there again."""
    master.kill()
    edit(node, "mine", 1)
    said = node.run(code=AWAY)
    assert said["exchange"]["status"] == "failed" and said["exchange"]["retry_count"] == 1
    assert said["exchange"]["last_error"] and node.pgsync("sync", "status", code=1)
    master.serve.start()
    node.recover()
    assert json.loads(node.pgsync("sync", "status", "--json"))["retry_count"] == 0
    assert_same(master, node)


def test_two_runs_at_once(master, node, faults):
    """The second one leaves it to the first."""
    edit(node, "mine", 1)
    with faults.held("POST upload") as hold:
        first = node.begin()
        hold.wait()
        code, _, err = node.pgsync("sync", "run", code=None)
        assert code == 0 and "under way" in err
    finish(first)
    assert faults.calls.count("POST upload") == 1 and changes_of(master, "mine") == 1
    assert_same(master, node)


def test_many_runs_at_once(master, node):
    """Of runs that begin together each ends well, and everything is applied once."""
    for number in range(30):
        edit(node, f"mine{number}", number)
        edit(master, f"theirs{number}", number)
    runs = [node.start("sync", "run") for _ in range(5)]
    for process in runs:
        finish(process)
    node.run()
    assert all(changes_of(master, f"mine{number}") == 1 for number in range(30))
    assert_same(master, node)


# Databases that go back.


@pytest.mark.parametrize("unsent", [False, True], ids=["nothing to send", "with edits to send"])
def test_a_node_is_restored(master, node, faults, unsent):
    """It notices that the master expects another upload, has back what it had sent, and overwrites nothing silently."""
    edit(node, "unsent", 1)
    copy = node.save()
    edit(node, "mine", 1)
    node.run()
    edit(node, "mine", 2)
    edit(master, "i2", 22)
    node.run()
    assert_same(master, node)
    expected = master.value("select last_sequence from pgsync.nodes")
    node.restore(copy)
    assert node.status()[0] < expected
    edit(master, "i3", 33)
    if unsent:
        edit(node, "mine", 5, "after it was restored")
        edit(node, "new", 6)
        edit(node, "i2", 23)
    node.run()
    node.run()
    assert node.status()[0] >= expected
    assert {row[0]: row[2] for row in master.rows().values()}.items() >= {
        "unsent": 1, "i3": 33, "mine": 5 if unsent else 2, "i2": 23 if unsent else 22
    }.items()  # fmt: skip
    if unsent:
        assert master.rows()["new"][2] == 6
        assert {row[0] for row in conflicts(master)} == {"mine", "i2"}
    assert_same(master, node)


def test_a_node_is_restored_and_only_downloads(master, node):
    """What it had sent itself comes back to it."""
    copy = node.save()
    edit(node, "mine", 1)
    node.run()
    node.restore(copy)
    assert "mine" not in node.rows()
    node.run()
    assert node.rows()["mine"][2] == 1
    assert_same(master, node)


def test_a_node_is_restored_while_its_upload_was_lost(master, node, faults):
    """The copy is of a moment when the master had not answered, and the master has gone on since."""
    fault = faults.lose_answer("POST upload", 0)
    edit(node, "mine", 1)
    node.run(code=AWAY)
    assert fault.fired
    copy = node.save()
    faults.heal()
    node.recover()
    edit(node, "mine", 2)
    edit(node, "i1", 9)
    node.run()
    node.restore(copy)
    assert node.status()[1]["records"]
    node.recover()
    node.run()
    assert master.rows()["mine"][2] == 2 and master.rows()["i1"][2] == 9
    assert_same(master, node)


def test_a_copy_of_a_node_is_used_beside_it(master, node, faults):
    """Both call themselves the same: nothing is applied twice or lost, whoever comes first."""
    copy = node.save()
    edit(node, "mine", 1)
    node.run()
    node.restore(copy)
    edit(node, "other", 2)
    node.run()
    assert master.rows()["other"][2] == 2 and master.rows()["mine"][2] == 1
    assert_same(master, node)


@pytest.fixture
def restored(master, node):
    """A master that was restored to a time before the last changes of two nodes and of its own."""
    south = master.node("south")
    south.run()
    copy = master.save()
    edit(node, "mine", 1)
    edit(node, "i1", 100)
    edit(master, "theirs", 1)
    master.sql("delete from inventories where id = 'i4'")
    for own in (node, south, node):
        own.run()
    assert_same(master, node, south)
    edit(node, "unsent", 1)
    edit(south, "i5", 500)
    master.restore(copy)
    master.sql("select pgsync.begin_incarnation()")
    assert "mine" not in master.rows() and "i4" in master.rows()
    eventually(lambda: master.serve.ask("/healthz")[0] == 200)
    return master, node, south


def test_the_master_is_restored(restored):
    """Nodes load everything anew; what they have not sent stays, and what only they have comes back."""
    master, node, south = restored
    for own in (node, south, node, south):
        own.recover()
    assert {row[0]: row[2] for row in master.rows().values()} == {
        "i1": 100, "i2": 2, "i3": 3, "i5": 500, "mine": 1, "theirs": 1, "unsent": 1
    }  # fmt: skip
    assert_same(master, node, south)


def test_the_master_is_restored_and_goes_on(restored):
    """Of what was changed on it since and what nodes have, the later change wins."""
    master, node, south = restored
    edit(master, "i1", 101, "after it was restored")
    edit(master, "new", 1)
    for own in (node, south, node, south):
        own.recover()
    assert master.rows()["i1"][1:3] == ("after it was restored", 101) and "mine" in master.rows()
    assert_same(master, node, south)


# The order of things.


def test_a_long_transaction_on_the_master(master, node):
    """What it commits after many downloads comes with the next, although its changes are older than all that came."""
    cursor = master.ask("GET", "download", node.token)[1]["cursor"]
    with master.transaction() as other:
        other.execute("insert into inventories values ('late', 'late', 1)")
        other.execute("update inventories set qty = 111 where id = 'i1'")
        seen = []
        for number in range(60):
            edit(master, f"soon{number % 7}", number)
            page = master.ask("GET", f"download?cursor={cursor}", node.token)[1]
            cursor = page["cursor"]
            seen += [record["id"] for record in page["records"]]
            if number % 20 == 0:
                node.run()
                assert "late" not in node.rows() and node.rows()[f"soon{number % 7}"][2] == number
        assert seen == [f"soon{number % 7}" for number in range(60)]
    page = master.ask("GET", f"download?cursor={cursor}", node.token)[1]
    assert {record["id"] for record in page["records"]} == {"late", "i1"}
    node.run()
    assert_same(master, node)


def test_a_long_transaction_on_a_node(master, node):
    """What it commits after many uploads is sent with the next."""
    with node.transaction() as other:
        other.execute("insert into inventories values ('late', 'late', 1)")
        for number in range(3):
            edit(node, "soon", number)
            node.run()
            assert master.rows()["soon"][2] == number and "late" not in master.rows()
    node.run()
    assert_same(master, node)


@pytest.mark.parametrize("later", ["delete", "update"])
@pytest.mark.parametrize("deletes", ["node", "master"])
def test_delete_against_update(master, node, deletes, later):
    """The later one wins on both sides, and the other one is kept as a conflict."""
    one, other = (node, master) if deletes == "node" else (master, node)
    steps = [lambda: one.sql("delete from inventories where id = 'i1'"), lambda: edit(other, "i1", 50)]
    for step in steps if later == "update" else reversed(steps):
        step()
    node.run()
    node.run()
    kind = "delete_origin_differs" if deletes == "node" else "update_deleted"
    wins = "apply_remote" if (deletes == "node") == (later == "delete") else "keep_local"
    assert conflicts(master) == [("i1", kind, wins, "settled")]
    assert [side.rows().get("i1", (0, 0, None))[2] for side in (master, node)] == [50 if later == "update" else None] * 2
    assert_same(master, node)


def test_a_child_before_its_parent(master, node):
    """Both sides have written the row that refers before the one that is referred to, and delete the other way round."""
    for side, name in ((master, "m"), (node, "n")):
        with side.transaction() as own:
            own.execute("set constraints all deferred")
            own.execute("insert into transactions values (%s, %s, 1, null)", (f"t{name}", f"p{name}"))
            own.execute("insert into inventories values (%s, 'parent', 1)", (f"p{name}",))
    node.run()
    assert set(node.rows("transactions")) == {"tm", "tn"}
    assert_same(master, node)
    for side, name in ((master, "m"), (node, "n")):
        with side.transaction() as own:
            own.execute("set constraints all deferred")
            own.execute("delete from inventories where id = %s", (f"p{name}",))
            own.execute("delete from transactions where id = %s", (f"t{name}",))
    node.run()
    assert master.rows("transactions") == {} and conflicts(master) == []
    assert_same(master, node)


def test_a_parent_leaves_the_pages_of_a_download(master, node, faults):
    """It is changed between two pages, so that its child comes without it: the child waits for the end of the run."""
    master.sql("insert into inventories select 'x' || n, 'many', n from generate_series(1, 1100) as own (n)")
    master.sql("insert into inventories values ('zz', 'parent', 1)")
    master.sql("insert into transactions values ('child', 'zz', 1, null)")
    with faults.held("GET download", number=2) as hold:
        process = node.begin()
        hold.wait()
        edit(master, "zz", 2)
    finish(process, None)
    if process.returncode:
        assert process.returncode == LEFT
        node.run()
    assert node.rows("transactions")["child"][1] == "zz"
    assert_same(master, node)


@pytest.mark.parametrize("swaps", ["node", "master"])
def test_a_unique_value_is_swapped_between_two_rows(master, node, swaps):
    """Each is written only after the other one, so that both or none are."""
    for side in (master, node):
        side.sql("update inventories set name = id")
    node.run()
    for side in (master, node):
        side.sql("alter table inventories add unique (name)")
    side = node if swaps == "node" else master
    side.sql("update inventories set name = '' where id = 'i1'")
    side.sql("update inventories set name = 'i1' where id = 'i2'")
    side.sql("update inventories set name = 'i2' where id = 'i1'")
    node.run()
    assert [row[1] for row in master.sql("select id, name from inventories order by id limit 2")] == ["i2", "i1"]
    assert_same(master, node)


@pytest.fixture
def shops(cluster):
    """A master and two nodes that add up what is sold."""
    master = Master(cluster, "delta(qty)")
    shops = [master.node(name) for name in ("north", "south")]
    edit(master, "stock", 100)
    for shop in shops:
        shop.run()
    yield master, *shops
    master.end()


def sell(side, number):
    """Takes a number from the stock."""
    side.sql("update inventories set qty = qty - %s where id = 'stock'", number)


def test_two_shops_sell(shops):
    """What both have sold is taken off, and what is sold while an exchange is on its way."""
    master, north, south = shops
    for number, side in enumerate((north, south, master, north, south)):
        sell(side, number + 1)
    for number, shop in enumerate((north, south, north, south)):
        shop.run()
        sell(shop, 10 + number)
    for shop in (north, south, north):
        shop.run()
    assert master.rows()["stock"][2] == 100 - 15 - 46
    assert {row[1:] for row in conflicts(master)} == {("update_origin_differs", "merged", "settled")}
    assert_same(*shops)


def test_two_shops_sell_the_same_number(shops):
    """Both have sold three: six are gone."""
    master, north, south = shops
    sell(north, 3)
    sell(south, 3)
    for shop in (north, south, north):
        shop.run()
    assert master.rows()["stock"][2] == 94
    assert_same(*shops)


def test_each_changes_another_column(cluster):
    """With the policy fields both changes stay; of a column that both have changed, the later one."""
    master = Master(cluster, "fields")
    try:
        north, south = master.node("north"), master.node("south")
        edit(master, "a", 1, "as it was")
        north.run()
        south.run()
        north.sql("update inventories set name = 'north', price = 1")
        south.sql("update inventories set qty = 2, price = 2")
        for node in (north, south, north):
            node.run()
        assert [str(value) for value in master.rows()["a"]] == ["a", "north", "2", "2.00"]
        assert conflicts(master) == [("a", "update_origin_differs", "merged", "settled")]
        assert_same(master, north, south)
    finally:
        master.end()


def test_a_person_decides(cluster):
    """With the policy manual both rows wait; what is taken wins everywhere."""
    master = Master(cluster, "manual")
    try:
        north = master.node("north")
        for record in ("a", "b", "c"):
            edit(master, record, 1)
        north.run()
        for record in ("a", "b", "c"):
            edit(north, record, 2, "north")
            edit(master, record, 3, "master")
        north.sql("delete from inventories where id = 'c'")
        north.pgsync("sync", "run", code=None)
        rows = master.sql("select record_id, id, type, state from pgsync.conflicts order by record_id")
        assert [(row[0], row[2], row[3]) for row in rows] == [
            ("a", "update_origin_differs", "open"),
            ("b", "update_origin_differs", "open"),
            ("c", "delete_origin_differs", "open"),
        ]
        for (_, number, *_), take in zip(rows, ("remote", "local", "remote"), strict=True):
            master.pgsync("conflicts", "resolve", str(number), "--take", take)
        north.run()
        assert {key: row[1:3] for key, row in master.rows().items()} == {"a": ("north", 2), "b": ("master", 3)}
        assert_same(master, north)
    finally:
        master.end()


# What cannot be taken.


def test_a_row_that_the_master_refuses(master, node):
    """It is a failed item and a conflict, and goes through once the row that it refers to is there."""
    node.sql("alter table transactions drop constraint of_inventory")
    node.sql("insert into transactions values ('orphan', 'ghost', 1, null)")
    edit(node, "mine", 1)
    assert node.run(code=LEFT)["counts"]["refused"] == 1
    assert "mine" in master.rows() and master.rows("transactions") == {}
    assert conflicts(master) == [("orphan", "refused", "queued", "open")]
    assert node.refused() == {("transactions", "orphan")}
    # By itself it is sent again after an hour.
    node.sql("update pgsync.record_versions set refused_at = refused_at - interval '2 hours' where refused_at is not null")
    node.run(code=LEFT)
    assert conflicts(master) == [("orphan", "refused", "queued", "open")]
    edit(master, "ghost", 1)
    node.run("--force")
    assert list(master.rows("transactions")) == ["orphan"]
    assert conflicts(master) == [("orphan", "refused", "apply_remote", "settled")]
    assert node.refused() == set()
    assert_same(master, node)


def test_a_row_that_was_refused_goes_through_by_itself(master, node):
    """After an hour, once the row that it refers to is there."""
    node.sql("alter table transactions drop constraint of_inventory")
    node.sql("insert into transactions values ('orphan', 'ghost', 1, null)")
    node.run(code=LEFT)
    edit(master, "ghost", 1)
    node.pgsync("sync", "run", code=None)
    assert master.rows("transactions") == {}
    node.sql("update pgsync.record_versions set refused_at = refused_at - interval '2 hours' where refused_at is not null")
    node.run()
    assert conflicts(master) == [("orphan", "refused", "apply_remote", "settled")]
    assert_same(master, node)


@pytest.mark.parametrize("where", ["node", "master"])
def test_a_column_of_one_side(master, node, where):
    """Its table is left out, and says so, until the other side has it; others go on, and nothing is lost."""
    one, other = (node, master) if where == "node" else (master, node)
    one.sql("alter table inventories add column colour text")
    one.pgsync("attach", "inventories", "--posting", "no", "--before-image")
    one.sql("update inventories set colour = 'red', qty = 41 where id = 'i1'")
    one.sql("insert into inventory_adjustments values (1, 'counted', 2)")
    edit(other, "i2", 99)
    said = node.run(code=LEFT)
    assert "colour" in said["exchange"]["frozen_tables"]["inventories"]
    assert "colour" in said["exchange"]["last_error"]
    assert 1 in other.rows("inventory_adjustments")
    assert one.rows()["i2"][2] != 99 and other.rows()["i1"][2] != 41
    other.sql("alter table inventories add column colour text")
    other.pgsync("attach", "inventories", "--posting", "no", "--before-image")
    node.run()
    node.run()
    assert other.rows()["i1"][2:] == (41, 1, "red") and one.rows()["i2"][2] == 99
    assert_same(master, node)


def test_a_column_that_the_node_has_later(master, node):
    """Its values come once the node loads everything anew, and are not wiped out by its next change."""
    master.sql("alter table inventories add column colour text")
    master.pgsync("attach", "inventories", "--posting", "no", "--before-image")
    master.sql("update inventories set colour = 'red'")
    node.run(code=LEFT)
    node.sql("alter table inventories add column colour text")
    node.pgsync("attach", "inventories", "--posting", "no", "--before-image")
    master.pgsync("node", "resync", "north")
    node.run()
    node.sql("update inventories set qty = 7 where id = 'i1'")
    node.run()
    assert master.rows()["i1"][2:] == (7, 1, "red")
    assert node.rows()["i2"][4] == "red"
    assert_same(master, node)


@pytest.mark.parametrize("ahead", [86_400, -86_400], ids=["a day ahead", "a day behind"])
def test_the_clock_of_a_node_is_wrong(master, node, ahead):
    """Its changes neither win for a day, nor are later changes of others held back."""
    edit(node, "i1", 10, "node")
    edit(node, "mine", 1)
    node.fold()
    moved = node.sql(
        "update pgsync.record_versions set stamp = stamp + %s where record_id in ('i1', 'mine') returning 1",
        ahead * 1_000_000,
    )
    assert len(moved) == 2
    edit(master, "i1", 20, "master")
    node.run()
    # Ahead, it counts as of the moment when it came; behind, it is older than it was.
    assert master.rows()["i1"][1] == ("node" if ahead > 0 else "master")
    assert_same(master, node)
    for number in range(2):
        edit(master, "i1", 30 + number, "later")
        edit(master, "mine", 30 + number, "later")
        node.run()
        assert node.rows()["i1"][1:3] == ("later", 30 + number) and node.rows()["mine"][2] == 30 + number
        edit(node, "i1", 40 + number, "latest")
        node.run()
        assert master.rows()["i1"][2] == 40 + number
        assert_same(master, node)


@pytest.mark.parametrize("sends", [False, True], ids=["nothing was sent since", "something was sent since"])
def test_a_master_is_restored_and_nobody_says_so(master, node, sends):
    """What it has lost comes back from the node, and is not taken for deleted there."""
    edit(node, "before", 1)
    node.run()
    kept = master.save()
    edit(master, "lost", 2)
    master.sql("update inventories set qty = 77 where id = 'i1'")
    if sends:
        edit(node, "sent", 3)
    node.run()
    there = set(node.rows())
    master.restore(kept)
    assert "lost" not in master.rows()
    edit(master, "since", 4)
    for _ in range(2):
        node.recover()
    assert there | {"since"} <= set(master.rows()) and master.rows()["i1"][2] == 77
    assert_same(master, node)


@pytest.mark.parametrize("deletes", ["node", "master"])
def test_too_many_deletes(master, node, deletes):
    """Before so many go, a person has to agree; until then nothing is deleted on the other side."""
    master.sql("insert into inventories select 'x' || n, 'many', n from generate_series(1, 95) as own (n)")
    node.run()
    one, other = (node, master) if deletes == "node" else (master, node)
    one.sql("delete from inventories where id like 'x1%' or id like 'x2%'")
    edit(one, "mine", 1)
    assert node.run(code=GUARD)["exchange"]["status"] == "partial"
    assert len(other.rows()) in (100, 101) and "x1" in other.rows()
    node.run(code=GUARD)
    node.run("--force")
    assert "x1" not in other.rows() and len(other.rows()) == 79
    assert_same(master, node)


FULL = """
create function disk_full() returns trigger language plpgsql as $$
begin
    raise exception 'could not extend file: No space left on device' using errcode = 'disk_full';
end $$;
create trigger disk_full before insert or update on inventories
    for each row when (new.qty > 1000) execute function disk_full();
"""


@pytest.mark.parametrize("where", ["node", "master"])
def test_the_disk_is_full(master, node, faults, where):
    """While rows are written: nothing is lost, nothing half done, and the next run does it."""
    full = node if where == "node" else master
    other = master if where == "node" else node
    full.sql(FULL)
    for number in range(4):
        edit(other, f"n{number}", 1_000 + number)
    if where == "node":
        assert "No space left" in node.pgsync("sync", "run", code=None)[2]
        assert len(full.rows()) in (5, 6)
        full.sql("drop trigger disk_full on inventories")
        node.recover()
    else:
        process = node.begin()
        eventually(lambda: faults.calls.count("POST upload") >= 2)
        assert len(full.rows()) in (5, 6)
        full.sql("drop trigger disk_full on inventories")
        finish(process)
    assert len(full.rows()) == 9
    assert_same(master, node)


def test_a_token_is_revoked_and_renewed(master, node, faults):
    """In the middle of a run; what was not sent yet is sent with the next token."""
    edit(node, "mine", 1)
    with faults.held("POST upload") as hold:
        process = node.begin()
        hold.wait()
        master.sql("update pgsync.api_tokens set revoked_at = now() where revoked_at is null")
        # Servers know for a moment yet what they have found.
        eventually(lambda: master.ask("GET", "status", node.token)[0] == 401)
    finish(process, AWAY)
    assert "mine" not in master.rows()
    node.environment["MASTER_TOKEN"] = master.pgsync("node", "rotate", "north").split()[-1]
    node.recover()
    assert_same(master, node)


def test_an_image_of_a_run_is_whole_ticks(master, node):
    """Readers of a node never see half of what the master has committed at once."""
    stop, seen = threading.Event(), set()

    def read():
        with psycopg.connect(node.url, autocommit=True) as own:
            while not stop.is_set():
                seen.add(own.execute("select count(distinct qty) from inventories where id < 'i9'").fetchone()[0])
                time.sleep(0.001)

    master.sql("update inventories set qty = 0")
    node.run()
    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        for number in range(3):
            master.sql("update inventories set qty = %s", number)
            node.run()
    finally:
        stop.set()
        reader.join(30)
    assert seen == {1}


def test_more_than_is_applied_at_once(master, node):
    """The status says that readers see parts of it; what the next part has comes after that."""
    master.sql("insert into inventories select 'm' || n, 'many', 1 from generate_series(1, 51000) as own (n)")
    process, seen = node.begin(), set()

    def look():
        seen.add(node.value("select status from pgsync.masters"))
        return process.poll() is not None

    eventually(look, 120, every=0.02)
    finish(process)
    assert {"syncing", "catching_up", "success"} <= seen
    assert_same(master, node)
