"""Columns that one side has and the other lacks, with real exchanges: the table is left out, the column is added, or
records wait for it."""

import json

import psycopg
import pytest

from network import LEFT, edit

OWNER = "keeper"


@pytest.fixture
def node(master):
    """A node with two rows that the master has, too."""
    node = master.node("north")
    for record in ("i1", "i2"):
        edit(master, record, 1)
    node.run()
    return node


def columns(side):
    return [
        row[0]
        for row in side.sql(
            "select attname || ' ' || format_type(atttypid, atttypmod) from pg_attribute where attnum > 4"
            " and attrelid = 'inventories'::regclass and not attisdropped"
        )
    ]


def add(side, column):
    """Adds a column, and has it captured."""
    side.sql(f"alter table inventories add column {column}")
    side.sql("select pgsync.reattach('inventories')")


def test_a_column_of_the_master_is_added(master, node):
    """With its values, those that a default has given included; and the node's own changes of it go up."""
    node.pgsync("sync", "on", "inventories", "--drift", "evolve")
    assert json.loads(node.pgsync("sync", "tables", "--json"))[0]["drift"] == "evolve"
    add(master, "colour varchar(9) default 'white'")
    master.sql("update inventories set colour = 'red' where id = 'i1'")
    node.sql("update inventories set qty = 5 where id = 'i2'")
    node.run()
    assert columns(node) == ["colour character varying(9)"]
    assert node.rows() == master.rows()
    assert [master.rows()["i2"][2], master.rows()["i2"][4]] == [5, "white"]
    node.sql("update inventories set colour = 'blue' where id = 'i2'")
    node.run()
    assert master.rows()["i2"][4] == "blue"


def test_a_column_of_the_node_is_added(master, node):
    """Once requests of nodes have the rights of the owner; until then, the reason says what to run or grant."""
    role = f"{OWNER}_{master.name}"
    master.sql(f"create role {role}")
    try:
        master.sql(f"grant create on schema public to {role}; alter table inventories owner to {role}")
        master.sql("select pgsync.reattach('inventories')")
        master.pgsync("sync", "on", "inventories", "--drift", "evolve")
        add(node, "colour text")
        node.sql("update inventories set colour = 'red' where id = 'i1'")
        reason = node.run(code=LEFT)["exchange"]["frozen_tables"]["inventories"]
        assert "alter table public.inventories add column colour text" in reason
        assert f"grant {role} to pgsync_node" in reason
        assert columns(master) == []
        master.sql(f"grant {role} to pgsync_node")
        node.run()
        assert columns(master) == ["colour text"]
        assert master.rows()["i1"][4] == "red"
        assert node.rows() == master.rows()
        edit(master, "i2", 9)
        master.sql("update inventories set colour = 'green' where id = 'i2'")
        node.run()
        assert node.rows()["i2"][4] == "green"
    finally:
        master.sql(f"reassign owned by {role} to current_user; drop owned by {role}; drop role {role}")


def test_records_wait_for_a_column(master, node):
    """Those with a value in it are failed items, of which the status says why; the others go on."""
    for side in (master, node):
        side.pgsync("sync", "on", "inventories", "--drift", "quarantine")
    add(master, "colour text")
    add(node, "size text")
    master.sql("update inventories set colour = 'red', qty = 2 where id = 'i1'")
    edit(master, "i3", 3)
    node.sql("update inventories set size = 'xl', qty = 4 where id = 'i2'")
    edit(node, "i4", 4)
    said = node.run(code=LEFT)["exchange"]
    assert said["frozen_tables"] == {}
    assert "only the master has colour; only this system has size" in said["last_error"]
    assert node.rows()["i3"][2] == 3 and master.rows()["i4"][2] == 4
    assert node.rows()["i1"][2] == 1 and master.rows()["i2"][2] == 1
    items = node.sql(
        "select item_id, error_class, error_message from pgsync.sync_failed_items where state <> 'resolved' order by 1"
    )
    assert [item[:2] for item in items] == [
        ("inventories i1", "data.unknown_column"),
        ("inventories i2", "data.unknown_column"),
    ]
    assert "colour" in items[0][2] and "size" in items[1][2]
    add(master, "size text")
    add(node, "colour text")
    node.run()
    node.run()
    rows = "select id, qty, colour, size from inventories order by id"
    assert node.sql(rows) == master.sql(rows)
    assert node.sql(rows)[:2] == [("i1", 2, "red", None), ("i2", 4, None, "xl")]
    assert node.value("select count(*) from pgsync.sync_failed_items where state <> 'resolved'") == 0


def test_a_node_offers_no_statement(master, node):
    """What it names becomes a name, or is refused; and only where the drift is evolve."""
    offered = {"inventories": {'x" int; drop table inventories; --': {"type": "text"}}}
    status, said = master.ask("POST", "columns", node.token, {"columns": offered})
    assert (status, said) == (200, {"refused": {"inventories": "its drift is freeze"}})
    master.pgsync("sync", "on", "inventories", "--drift", "evolve")
    for named in ("text default 'x'", "text; drop table inventories", "no_such_type", 7, None):
        status, said = master.ask("POST", "columns", node.token, {"columns": {"inventories": {"x": {"type": named}}}})
        assert status == 200 and "is not known here" in said["refused"]["inventories"], (named, said)
    assert columns(master) == []
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        master.sql("select pgsync.set_synced('inventories', true, drift => 'melt')")


@pytest.mark.parametrize("policy", ["newer", "fields"])
def test_what_waited_and_was_changed_again_arrives(master, node, policy):
    """Once the master has the column, with all that was changed meanwhile."""
    for side in (master, node):
        side.pgsync("sync", "on", "inventories", "--policy", policy, "--drift", "quarantine")
    add(node, "size text")
    node.sql("update inventories set size = 'xl', qty = 4 where id = 'i2'")
    node.run(code=LEFT)
    edit(node, "i2", 5)
    node.run(code=LEFT)
    assert master.rows()["i2"][2] == 1
    add(master, "size text")
    node.run("--force")
    assert master.sql("select qty, size from inventories where id = 'i2'") == [(5, "xl")]
    assert node.sql("select qty, size from inventories where id = 'i2'") == [(5, "xl")]
