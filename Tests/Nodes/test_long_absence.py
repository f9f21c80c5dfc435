"""Deletions are forgotten in the end; nobody who was away for so long keeps or brings back what is gone."""

import json

import pytest

from network import assert_same, edit
from plain_client import PlainClient


def forget(master):
    """Nodes were away for too long, and deletions are forgotten."""
    master.sql(
        "update pgsync.nodes set seen_at = seen_at - interval '400 days', created_at = created_at - interval '400 days'"
    )
    assert master.value("select removed from pgsync.remove_old_tombstones(clock_timestamp(), 1000)") > 0


@pytest.fixture
def node(master):
    for number in range(5):
        edit(master, f"i{number}", number)
    node = master.node("north")
    node.run()
    return node


def test_the_cursor_of_a_node_is_too_old(master, node):
    """It is told so, as often as it asks."""
    cursor = node.status()[2]
    master.sql("delete from inventories where id = 'i1'")
    master.fold()
    edit(master, "i2", 22)
    master.fold()
    forget(master)
    for _ in range(2):
        status, problem = master.ask("GET", f"download?cursor={cursor}", node.token)
        assert status == 410 and problem["type"].endswith("cursor-expired")


def test_what_is_deleted_does_not_come_back(master, node):
    """A node that was away for too long loses what is gone, and keeps what it has not sent yet."""
    master.sql("delete from inventories where id = 'i1'")
    master.fold()
    forget(master)
    edit(node, "i2", 200)
    edit(node, "mine", 1)
    node.run()
    node.run()
    assert master.rows()["mine"][2] == 1 and master.rows()["i2"][2] == 200
    assert "i1" not in master.rows() and "i1" not in node.rows()
    assert_same(master, node)


def test_a_node_that_loads_everything_anew(master, node):
    """Because an operator said so: what is there is the same afterwards, and nothing is sent that is known."""
    edit(node, "mine", 1)
    edit(master, "i1", 11)
    master.pgsync("node", "resync", "north")
    node.run()
    changes = master.value("select count(*) from pgsync.sync_logs")
    assert node.rows()["i1"][2] == 11 and master.rows()["mine"][2] == 1
    node.run()
    assert master.value("select count(*) from pgsync.sync_logs") == changes
    assert json.loads(node.pgsync("sync", "status", "--json"))["status"] == "success"
    assert_same(master, node)


def test_a_time_that_is_too_old(master):
    """A client that knows only a time is told that deletions since are forgotten, as those with a cursor are."""
    client = PlainClient(master.serve.address, master.token("plain"))
    for number in range(3):
        edit(master, f"i{number}", number)
    client.sync()
    master.sql("delete from inventories where id = 'i1'")
    client_time = client.last_synced_at
    master.fold()
    forget(master)
    status, _ = master.ask("GET", f"download?last_synced_at={client_time}", client.token)
    assert status == 410
