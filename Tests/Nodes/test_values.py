"""Every value comes through as it is: of all types, of odd keys, of large rows, and next to triggers."""

import random
import string

import pytest

from network import TABLES, assert_same, edit

THINGS = """
create type mood as enum ('sad', 'ok', 'happy');
create table things (
    a integer, b text, n numeric, f double precision, r real, big bigint, t timestamptz, ts timestamp, d date, i interval,
    by bytea, u uuid, j jsonb, arr text[], nested integer[][], m mood, net inet, rng int4range, bits bit varying,
    yes boolean, c char(5), doubled integer generated always as (a * 2) stored, primary key (a, b)
);
grant select, insert, update, delete on things to pgsync_node;
"""
COLUMNS = "a, b, n, f, r, big, t, ts, d, i, by, u, j, arr, nested, m, net, rng, bits, yes, c, doubled"
ROWS = [
    """1, 'plain', 1.10, 0.1, 0.1, 9223372036854775807, '2025-08-30 09:00:00.123456+02', '2025-08-30 09:00', '2025-08-30',
        '1 mon 2 days 03:04:05.678901', '\\x00ff10', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
        '{"x": [1, 1.50, 1e400, "\\u2028", null]}', '{a,NULL,"NULL","c,\\"d"}', '{{1,2},{3,4}}', 'happy',
        '10.0.0.1/8', '[1,5)', B'0101', true, 'ab'""",
    """2, 'edges', 'NaN', 'NaN', '-Infinity', -9223372036854775808, 'infinity', '-infinity', '0044-03-15 BC',
        '-1 year', '', null, '0', '{}', null, null, '::1', 'empty', B'', false, ''""",
    """3, E'odd \\n\\t"\\'\\\\ ü 🧾 \\u0001 \\u200f', 123456789012345678901234567890.000000000000000000001,
        1.7976931348623157e308, 1.17549435e-38, 0, '0001-01-01 00:00:00+00 BC', '294276-12-31 23:59:59', '5874897-12-31',
        '00:00', null, null, '1', '{{a,b},{c,d}}', '{}', 'sad', null, '(,)', null, null, null""",
    "4, 'nothing', " + ", ".join(["null"] * 19),
    "5, '', 1e-200, -0.0, -0.0, 1, '-infinity', null, 'infinity', '178000000 years', null, null, '{}', null,"
    " '[0:1]={7,8}', null, 'fe80::/64', null, null, null, 'x'",
]


@pytest.fixture
def node(master):
    node = master.node("north")
    for side in (master, node):
        # What is shown of a value is the same everywhere.
        side.sql("set timezone to 'UTC'")
        side.sql("set extra_float_digits to 3")
        side.sql(THINGS)
        side.pgsync("sync", "on", "things")
    return node


def things(side):
    """All rows as text."""
    return sorted(side.sql(f"select row({COLUMNS})::text from things"))


@pytest.mark.parametrize("where", ["node", "master"])
def test_values_of_all_types(master, node, where):
    """There, and changed and back; nothing moves any more then."""
    one, other = (node, master) if where == "node" else (master, node)
    names = COLUMNS.removesuffix(", doubled")
    for row in ROWS:
        one.sql(f"insert into things ({names}) values ({row})".replace("%", "%%"))
    node.run()
    assert things(other) == things(one) and len(things(one)) == len(ROWS)
    other.sql("update things set yes = not yes, n = n + 1")
    node.run()
    assert things(other) == things(one)
    counts = node.run()["counts"]
    assert (counts["uploaded"], counts["downloaded"]) == (0, 0)
    assert master.value("select count(*) from pgsync.conflicts") == 0


@pytest.mark.parametrize("where", ["node", "master"])
def test_a_column_of_type_json(master, node, where):
    """Its value comes, in the form that jsonb has for it."""
    one, other = (node, master) if where == "node" else (master, node)
    for side in (master, node):
        side.sql("create table notes (id integer primary key, told json)")
        side.sql("grant select, insert, update, delete on notes to pgsync_node")
        side.pgsync("sync", "on", "notes")
    one.sql("""insert into notes values (1, '{"b":1,  "a":1}'), (2, null)""")
    node.run()
    assert [row[0] for row in other.sql("select told::text from notes order by id")] == ['{"a": 1, "b": 1}', None]


def test_odd_and_long_keys(master, node):
    """Keys that have to be quoted, that look like others, and that are longer than an index takes."""
    chance = random.Random(6)
    long = "".join(chance.choice(string.printable[:94] + "üß🧾") for _ in range(2_000))
    keys = [
        "",
        " ",
        "null",
        "[1]",
        '["a","b"]',
        '"',
        "'",
        "\\",
        "a/b?c=d&e",
        "é",
        "e\u0301",
        "A",
        "a",
        "\n",
        "%s",
        "{}",
        long,
    ]
    for side, key in zip([master, node] * len(keys), keys, strict=False):
        edit(side, key, 1)
    node.run()
    assert set(master.rows()) == set(keys)
    assert_same(master, node)
    for side in (master, node):
        side.sql("update inventories set qty = qty + 1 where id = any(%s)", keys[:: 2 if side is node else 3])
    node.run()
    assert_same(master, node)
    node.sql("delete from inventories where id = any(%s)", keys)
    node.run()
    assert master.rows() == {}
    assert_same(master, node)


def random_text(size, seed):
    """Text that no packer makes much smaller."""
    return "".join(random.Random(seed).choices(string.ascii_letters + string.digits, k=size))


def test_large_rows(master, node):
    """More than an upload takes at once, in several; and the same the other way."""
    for number in range(25):
        edit(node, f"n{number}", 1, random_text(1_000_000, number))
        edit(master, f"m{number}", 1, random_text(1_000_000, -number))
    node.run()
    node.run()
    assert len(master.rows()) == 50
    assert_same(master, node)


TRIGGERS = """
create function shout() returns trigger language plpgsql as $$
begin new.name := upper(new.name); return new; end $$;
create trigger shout before insert or update on inventories for each row execute function shout();
create function count_off() returns trigger language plpgsql as $$
begin update public.inventories set qty = qty - 1 where id = new.inventory_id; return null; end $$;
create trigger count_off after insert on transactions for each row execute function count_off();
"""


@pytest.mark.parametrize("where", ["node", "master", "both"])
def test_triggers_that_change_what_is_written(master, node, where):
    """Of the row itself, and of another one: all are the same in the end, and nothing goes to and fro."""
    edit(master, "a", 10, "thing")
    node.run()
    for side in (master, node):
        if where in (side.name.rstrip("0123456789").replace("north", "node"), "both"):
            side.sql(TRIGGERS)
    for side in (master, node):
        edit(side, "a", 10, "Thing")
        side.sql("insert into transactions values (%s, 'a', 1)", side.name)
    for _ in range(3):
        node.run()
    counts = node.run()["counts"]
    assert (counts["uploaded"], counts["downloaded"], counts["written"]) == (0, 0, 0)
    assert len(master.rows("transactions")) == 2
    assert {table: master.rows(table) for table in TABLES} == {table: node.rows(table) for table in TABLES}
    assert_same(master, node)


@pytest.mark.parametrize("where", ["node", "master"])
def test_a_trigger_that_names_no_schema(master, node, where):
    """It finds the tables that it finds when users write."""
    one, other = (node, master) if where == "node" else (master, node)
    edit(master, "a", 10)
    node.run()
    other.sql(TRIGGERS.replace("public.", ""))
    one.sql("insert into transactions values ('t', 'a', 1)")
    node.run()
    assert list(other.rows("transactions")) == ["t"]
