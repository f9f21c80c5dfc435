"""A slave that was written from the document alone: it gets along, and nothing of it or for it is lost."""

import pytest

from plain_client import FORMS, PlainClient


def rows_of(master):
    """The rows of the master as a client has them."""
    numbers = {"price": float, "amount": float}
    return {
        table: {
            row[0]: {
                name: numbers.get(name, lambda own: own)(value) if value is not None else None
                for name, value in zip(columns, row, strict=True)
            }
            for row in master.sql(f"select * from {table}")
        }
        for table, columns in FORMS.items()
    }


def assert_all_have(master, *clients):
    """All have the rows of the master."""
    expected = rows_of(master)
    for client in clients:
        assert {table: client.all(table) for table in FORMS} == expected


@pytest.fixture(params=["the master's clock", "its own clock"])
def clients(request, master):
    own = request.param == "its own clock"
    return [PlainClient(master.serve.address, master.token(name), own) for name in ("north", "south")]


def item(record, qty=1, name="a thing", price=2.5):
    """A row of an inventory."""
    return {"id": record, "name": name, "qty": qty, "price": price}


def test_two_clients_and_the_master_converge(master, clients):
    """Edits that do not collide: of three sides, of three tables, with all actions."""
    north, south = clients
    master.sql("insert into inventories values ('m1', 'of the master', 1, 2.50), ('m2', 'goes', 1, null)")
    for client in clients:
        client.sync()
    assert_all_have(master, north, south)
    north.write("inventories", **item("n1", name="ü 🧾 \"'\\"))
    north.write("transactions", id="t1", inventory_id="n1", amount=1.25, note=None)
    north.delete("inventories", "m2")
    south.write("inventories", **item("s1"))
    south.write("inventory_adjustments", id=7, reason="counted", change=-3)
    south.write("inventories", **item("m1", 9))
    for client in (*clients, *clients):
        client.sync()
    assert "m2" not in rows_of(master)["inventories"] and len(rows_of(master)["inventories"]) == 3
    assert rows_of(master)["inventories"]["m1"]["qty"] == 9
    assert_all_have(master, north, south)
    north.delete("transactions", "t1")
    north.delete("inventories", "n1")
    for client in (*clients, *clients):
        client.sync()
    assert set(rows_of(master)["inventories"]) == {"m1", "s1"}
    assert_all_have(master, north, south)


def test_a_collision_is_a_conflict_with_both_rows(master, clients):
    """Two clients change one record at once: one row wins everywhere, and the other one is kept."""
    north, south = clients
    master.sql("insert into inventories values ('a', 'as it was', 1, 2.50)")
    # What it has acknowledged by a clock of its own is what came before it asked, so that it asks twice.
    for client in (*clients, *clients):
        client.sync()
    north.write("inventories", **item("a", 10, "north"))
    south.write("inventories", **item("a", 20, "south"))
    north.sync()
    answer = south.upload()
    assert answer["conflicts"] == 1
    kept = master.sql("select type, state, local_image ->> 'name', remote_image ->> 'name' from pgsync.conflicts")
    assert kept == [("update_origin_differs", "settled", "north", "south")]
    for client in (*clients, *clients):
        client.sync()
    assert rows_of(master)["inventories"]["a"] == item("a", 20, "south")
    assert_all_have(master, north, south)


@pytest.mark.parametrize("policy", ["master", "manual"])
def test_who_loses_gets_the_row_that_has_won(master, clients, policy):
    """The row of a client that loses is kept as a conflict, and the next download brings the other one."""
    master.pgsync("sync", "on", "inventories", "--policy", policy)
    north, south = clients
    master.sql("insert into inventories values ('a', 'as it was', 1, 2.50)")
    # What it has acknowledged by a clock of its own is what came before it asked, so that it asks twice.
    for client in (*clients, *clients):
        client.sync()
    north.write("inventories", **item("a", 10, "north"))
    south.delete("inventories", "a")
    north.sync()
    assert south.upload()["conflicts"] == 1
    assert master.sql("select type, local_image ->> 'name' from pgsync.conflicts") == [("delete_origin_differs", "north")]
    south.download()
    south.acknowledge()
    assert south.row("inventories", "a") == item("a", 10, "north")
    assert_all_have(master, north, south)


def test_a_person_takes_a_delete_that_came_with_data(master, clients):
    """The document has data in every record, also where the record goes."""
    master.pgsync("sync", "on", "inventories", "--policy", "manual")
    north, south = clients
    master.sql("insert into inventories values ('a', 'as it was', 1, 2.50)")
    for client in (*clients, *clients):
        client.sync()
    north.write("inventories", **item("a", 10, "north"))
    south.delete("inventories", "a")
    north.sync()
    assert south.upload()["conflicts"] == 1
    conflict = master.value("select id from pgsync.conflicts")
    master.pgsync("conflicts", "resolve", str(conflict), "--take", "remote")
    assert rows_of(master)["inventories"] == {}


def test_a_create_that_is_sent_twice_is_one_record(master, clients):
    """Its answer was lost, so the client sends it again: no conflict, no second row."""
    north, south = clients
    north.write("inventories", **item("a"))
    records = north.pending()
    first = north.call("POST", "upload", {"records": records})
    assert (first["accepted"], first["results"][0]["status"]) == (1, "applied")
    again = north.call("POST", "upload", {"records": records})
    assert (again["conflicts"], again["failed"], again["results"][0]["status"]) == (0, 0, "unchanged")
    north.sync()
    south.sync()
    assert master.value("select count(*) from pgsync.conflicts") == 0
    assert_all_have(master, north, south)


def test_a_client_that_was_away(master, clients):
    """It has a month of changes to take, and some of its own to send; what was deleted is gone for it, too."""
    north, south = clients
    master.sql("insert into inventories select 'i' || n, 'item', n, null from generate_series(1, 50) as own (n)")
    for client in clients:
        client.sync()
    for step in range(10):
        master.sql("update inventories set qty = qty + 1 where id = any(%s)", [f"i{n}" for n in range(step, 50, 7)])
        master.sql("delete from inventories where id = %s", f"i{40 + step}")
        south.write("inventories", **item(f"s{step}"))
        south.sync()
    north.write("inventories", **item("i39", 1_000))
    north.write("inventories", **item("n1"))
    for client in (north, south, north):
        client.sync()
    assert len(rows_of(master)["inventories"]) == 51
    assert_all_have(master, north, south)


def test_more_than_a_page(master, clients):
    """A client that knows of no pages has all records after as many exchanges as it takes, at the latest."""
    north, _ = clients
    master.sql("insert into inventories select 'i' || n, 'item', n, null from generate_series(1, 1200) as own (n)")
    for _ in range(4):
        north.sync()
    assert len(north.all("inventories")) == 1_200
    master.sql("update inventories set qty = qty + 1")
    for _ in range(4):
        north.sync()
    assert_all_have(master, north)
