"""The commands of a node, and what it is told by its environment."""

import json
import signal

import psycopg
import pytest

from network import AWAY, LEFT, Master, Side, assert_same, edit
from served import Worker, eventually


@pytest.fixture
def node(master):
    for number in range(5):
        edit(master, f"i{number}", number)
    return master.node("north")


def test_a_dry_run_changes_nothing(master, node):
    """It says what would come and go."""
    edit(node, "mine", 1)
    said = json.loads(node.pgsync("sync", "run", "--dry-run", "--json"))
    assert said["would_send"] == [{"table": "inventories", "records": 1}]
    assert said["would_take"] == [{"table": "inventories", "records": 5}]
    assert list(node.rows()) == ["mine"] and "mine" not in master.rows()
    assert node.status()[0] == 0 and node.status()[1:3] == (None, None)
    master.kill()
    assert json.loads(node.pgsync("sync", "run", "--dry-run", "--json", code=AWAY))["error_message"]
    assert node.status()[0] == 0


def test_the_names_of_the_document(master, node):
    """sync:run and sync:status."""
    edit(node, "mine", 1)
    node.pgsync("sync:run")
    assert json.loads(node.pgsync("sync:status", "--json"))["status"] == "success"
    assert_same(master, node)


def test_the_status_file(master, node, tmp_path):
    """The file that others read is what the document says, whatever has happened."""
    path = tmp_path / "sync_status.json"
    edit(node, "mine", 1)
    node.pgsync("sync", "run", "--status-file", str(path))
    told = json.loads(path.read_text())
    assert told == json.loads(node.pgsync("sync", "status", "--json"))
    names = "last_synced_at status pending_records last_error retry_count created_at updated_at"
    assert set(names.split()) <= set(told)
    assert (told["status"], told["pending_records"], told["retry_count"], told["last_error"]) == ("success", 0, 0, None)
    assert_same(master, node)
    edit(node, "mine", 2)
    master.kill()
    node.pgsync("sync", "run", "--status-file", str(path), code=AWAY)
    told = json.loads(path.read_text())
    assert (told["status"], told["retry_count"]) == ("failed", 1) and told["last_error"]


def test_the_environment_names_the_master(master, cluster):
    """MASTER_URL and MASTER_TOKEN are enough; with SYNC_ENABLED=false nothing is done."""
    edit(master, "theirs", 1)
    cluster.copy("ready", "environment")
    told = {
        "MASTER_URL": master.serve.address,
        "MASTER_TOKEN": master.token("north"),
        "PGSYNC_ADDRESSES": "127.0.0.1/32",
    }
    with Side(cluster, "environment", told) as node:
        node.sql("select pgsync.begin_incarnation('own')")
        edit(node, "mine", 1)
        node.environment["SYNC_ENABLED"] = "false"
        node.pgsync("sync", "run")
        assert "mine" not in master.rows() and "theirs" not in node.rows()
        node.environment["SYNC_ENABLED"] = "true"
        node.pgsync("sync", "run")
        assert_same(master, node)
    cluster.drop("environment")


def test_reset(master, node):
    """It forgets how the last exchange ended; everything is loaded anew, and what was not sent is sent."""
    node.run()
    master.kill()
    edit(node, "mine", 1)
    node.run(code=AWAY)
    master.serve.start()
    node.pgsync("sync", "reset", "--resync")
    assert json.loads(node.pgsync("sync", "status", "--json"))["retry_count"] == 0
    node.recover()
    assert_same(master, node)


def test_addresses_that_are_not_allowed(master, node):
    """A private address has to be named, so that nobody has a node ask inside."""
    edit(node, "mine", 1)
    del node.environment["PGSYNC_ADDRESSES"]
    said = json.loads(node.pgsync("sync", "run", "--json", code=AWAY))
    assert said["error_message"] and "mine" not in master.rows()


def test_a_token_that_is_wrong(master, node):
    """The master says 401; what is to be sent stays."""
    edit(node, "mine", 1)
    right, node.environment["MASTER_TOKEN"] = node.environment["MASTER_TOKEN"], node.token[:-1] + "x"
    assert node.run(code=AWAY)["error_class"] == "call.auth"
    node.environment["MASTER_TOKEN"] = right
    node.recover()
    assert_same(master, node)


def test_times_that_do_not_divide_an_hour_are_refused(master, node):
    """45 minutes would be 15 at the end of each hour; nothing else is done instead."""
    schedules = "select name, cron from pgsync.sync_schedules where kind = 'sync'"
    before = node.sql(schedules)
    address = master.serve.address
    assert "divides an hour" in node.pgsync("sync", "join", address, "--every", "45", code=None)[2]
    node.environment["SYNC_INTERVAL"] = "45"
    assert "SYNC_INTERVAL" in node.pgsync("sync", "run", code=None)[2]
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        node.sql("select pgsync.schedule_sync('master', 45)")
    assert node.sql(schedules) == before
    del node.environment["SYNC_INTERVAL"]
    node.pgsync("sync", "join", address, "--every", "120")
    assert node.sql(schedules) == [("sync-master", "0 */2 * * *")]


def test_no_reason_is_taken_where_none_is_kept(master):
    """Why a node loads everything anew is kept; why it was removed, nowhere."""
    master.token("north")
    code, _, err = master.pgsync("node", "remove", "north", "--reason", "closed", code=None)
    assert code != 0 and "--reason" in err
    master.pgsync("node", "resync", "north", "--reason", "moved")
    assert master.value("select resync_reason from pgsync.nodes") == "moved"
    master.pgsync("node", "remove", "north")
    assert master.value("select count(*) from pgsync.nodes") == 0


def test_a_refused_row_is_a_failed_item(master, node):
    """It is listed on the node with its class, and on the master as a conflict with the row of the node."""
    node.sql("alter table transactions drop constraint of_inventory")
    node.sql("insert into transactions values ('orphan', 'ghost', 1, null)")
    assert node.run(code=LEFT)["counts"]["refused"] == 1
    items = node.sql("select kind, subject, item_id, error_class, state from pgsync.sync_failed_items")
    assert items == [("sync", "master", "transactions orphan", "data.reference", "given_up")]
    listed = json.loads(master.pgsync("conflicts", "list", "--json"))
    assert "orphan" in json.dumps(listed)
    shown = master.pgsync("conflicts", "show", str(master.value("select id from pgsync.conflicts")), "--json")
    assert "ghost" in shown


def test_a_worker_exchanges_records(master, node):
    """When it is due; killed in between, another one goes on."""
    node.run()
    edit(node, "mine", 1)
    edit(master, "theirs", 1)
    due = "update pgsync.sync_schedules set next_run_at = now() where kind = 'sync'"
    environment = {"MASTER_TOKEN": node.token, "PGSYNC_ADDRESSES": "127.0.0.1/32"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        worker = Worker(node.url)
        try:
            node.sql(due)
            eventually(lambda: "mine" in master.rows() and "theirs" in node.rows())
            worker.stop(signal.SIGKILL)
            edit(node, "mine", 2)
            worker = Worker(node.url)
            node.sql(due)
            eventually(lambda: master.rows()["mine"][2] == 2)
        finally:
            worker.stop()
    node.run()
    assert_same(master, node)


def test_an_exchange_by_key(master, node):
    """A key that is changed is one record that goes, and one that comes."""
    node.run()
    node.sql("update inventories set id = 'renamed' where id = 'i1'")
    master.sql("update inventories set id = 'renamed too' where id = 'i2'")
    node.run()
    assert set(master.rows()) == {"i0", "renamed", "renamed too", "i3", "i4"}
    assert_same(master, node)


@pytest.mark.parametrize("where", ["node", "master"])
def test_truncate(master, node, where):
    """It goes as the deletion of all records that were known."""
    node.run()
    side = node if where == "node" else master
    side.sql("truncate inventories cascade")
    edit(side, "new", 1)
    node.run()
    assert set(master.rows()) == {"new"}
    assert_same(master, node)


@pytest.mark.parametrize("before", ["attached only", "exchanged before"])
def test_rows_of_before_are_exchanged(master, node, before):
    """However long ago the table was attached, and whatever is left of its log."""
    if before == "attached only":
        for side in (master, node):
            side.sql("create table shelves (id integer primary key, place text)")
            side.sql("grant select, insert, update, delete on shelves to pgsync_node")
        master.sql("insert into shelves values (1, 'left'), (2, 'right')")
        for side in (master, node):
            side.sql("select pgsync.attach('shelves', posts => false, before_image => true)")
        # No log has these rows, as if it had been pruned.
        assert master.value("select count(*) from pgsync.sync_logs where source_table = 'shelves'::regclass") == 0
        table = "shelves"
    else:
        edit(master, "old", 1)
        node.run()
        master.pgsync("sync", "off", "inventories")
        edit(master, "meanwhile", 2)
        table = "inventories"
    master.pgsync("sync", "on", table)
    node.pgsync("sync", "on", table)
    node.run()
    assert node.rows(table) == master.rows(table) and len(node.rows(table)) >= 2


def test_what_is_posted_is_not_posted_again(cluster):
    """Rows of a table that posts are added to the log when it begins to be exchanged, and change no books."""
    master = Master(cluster)
    master.pgsync("demo", "--bills", "40", "--bad", "0", "--seed", "3")
    master.pgsync("worker", "--drain", "--quiet", code=None)
    books = "select count(*), max(id) from ledger.journal_entries"
    before = master.sql(books)
    assert before[0][0] > 0
    bills = master.value("select count(*) from lab_bills")
    master.pgsync("sync", "off", "lab_bills")
    logged = master.value("select max(id) from pgsync.sync_logs")
    master.pgsync("sync", "on", "lab_bills")
    assert master.value("select count(*) from pgsync.sync_logs where id > %s", logged) == bills > 0
    master.pgsync("worker", "--drain", "--quiet", code=None)
    assert master.sql(books) == before
    assert master.value("select count(*) from pgsync.sync_queue where sync_status in ('pending', 'failed')") == 0
    master.end()
