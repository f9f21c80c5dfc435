"""Requests as no good client sends them: twice, out of order, broken, too large, or with somebody else's token."""

import contextlib
import gzip
import itertools
import json
import random
import threading
import urllib.error
import urllib.parse
import zlib

import psycopg
import pytest

from network import Master, edit, eventually

_serial = itertools.count(1)


@pytest.fixture
def token(master):
    return master.token("north")


@pytest.fixture(scope="module")
def kept(cluster):
    """A master that is good for many requests."""
    kept = Master(cluster)
    yield kept
    kept.end()


@pytest.fixture
def stranger(kept):
    """The token of a node that has sent nothing yet."""
    return kept.token(f"stranger{next(_serial)}")


def create(record, qty=1, **more):
    """A record as it is uploaded."""
    return {"table": "inventories", "data": {"id": record, "qty": qty, **more}, "action": "create", "id": record}


def upload(master, token, *records, headers=None, **more):
    """Status and document of an upload."""
    return master.ask("POST", "upload", token, {"records": list(records), **more}, headers)


def download(master, token, **parameters):
    """Status and document of a page."""
    return master.ask("GET", "download?" + urllib.parse.urlencode(parameters, doseq=True), token)


def changes(master):
    """How many changes of inventories were captured."""
    return master.value("select count(*) from pgsync.sync_logs where source_table = 'inventories'::regclass")


# The same again, and out of order.


def test_a_sequence_is_taken_once(master, token):
    """The same upload again has the same answer; another one under its number is refused, and so is one too early."""
    first = upload(master, token, create("a", 1), sequence=1)
    assert first[0] == 200 and "replayed" not in first[1]
    again = upload(master, token, create("a", 1), sequence=1)
    assert again[1].pop("replayed") is True
    assert again == first and changes(master) == 1
    for sequence, record in ((1, create("a", 2)), (3, create("c")), (0, create("d"))):
        status, problem = upload(master, token, record, sequence=sequence)
        assert (status, problem["expected"]) == (409, 2), problem
    assert list(master.rows()) == ["a"] and changes(master) == 1
    assert upload(master, token, create("b"), sequence=2)[0] == 200


def test_reordered_and_doubled_uploads_at_once(master, token):
    """Many senders of the same uploads: each is applied once, in its order."""
    answers = []

    def send(sequence):
        def taken():
            answer = upload(master, token, create(f"r{sequence}", sequence), sequence=sequence)
            return answer if answer[0] != 409 or answer[1]["expected"] > sequence else None

        answer = eventually(taken, every=0)
        answers.append((sequence, *answer))

    order = [*range(1, 9)] * 2
    random.Random(5).shuffle(order)
    senders = [threading.Thread(target=send, args=(sequence,), daemon=True) for sequence in order]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(60)
    assert sum(status == 200 and "replayed" not in answer for _, status, answer in answers) == 8
    assert len(answers) == 16 and {status for _, status, _ in answers} <= {200, 409}
    assert changes(master) == 8 and {row[2] for row in master.rows().values()} == set(range(1, 9))


def test_without_a_sequence_the_same_again_changes_nothing(master, token):
    """A create, an update and a delete that come again."""
    edit(master, "gone", 1)
    page = download(master, token)[1]
    assert master.ask("POST", "acknowledge", token, {"timestamp": page["timestamp"], "status": "success"})[0] == 200
    records = [
        create("a", name="whole", price=None),
        {"table": "inventories", "data": {"qty": 5}, "action": "update", "id": "a"},
        {"table": "inventories", "action": "delete", "id": "gone"},
    ]
    first = upload(master, token, *records)
    assert [result["status"] for result in first[1]["results"]] == ["applied", "applied", "applied"], first
    before = changes(master)
    again = upload(master, token, *records[1:])
    assert [result["status"] for result in again[1]["results"]] == ["unchanged", "unchanged"]
    assert changes(master) == before and master.rows()["a"][2] == 5


def test_an_idempotency_key_is_one_request(master, token):
    """The answer of a key is kept for the same body; for another body it is refused."""
    headers = {"Idempotency-Key": "the-first"}
    first = upload(master, token, create("a", 1), headers=headers)
    master.sql("update inventories set qty = 7")
    assert upload(master, token, create("a", 1), headers=headers) == first
    assert master.rows()["a"][2] == 7
    assert upload(master, token, create("a", 2), headers=headers)[0] == 422
    assert upload(master, token, create("a", 2), headers={"Idempotency-Key": "x" * 201})[0] == 400
    assert master.rows()["a"][2] == 7


def test_the_same_record_twice_in_an_upload(master, token):
    """The later one counts."""
    status, answer = upload(
        master, token, *[{**create("a", n, name="whole", price=n), "action": ("create", "update")[n > 1]} for n in (1, 2, 3)]
    )
    assert (status, answer["failed"], answer["conflicts"]) == (200, 0, 0)
    assert master.rows()["a"][2] == 3


def test_nobody_conflicts_with_itself(master, token):
    """A record that only one client has ever changed, part by part."""
    master.pgsync("sync", "on", "inventories", "--policy", "master")
    assert upload(master, token, create("a", 1))[0] == 200
    answer = upload(master, token, {**create("a", 2), "action": "update"})[1]
    assert (answer["conflicts"], master.rows()["a"][2]) == (0, 2), answer


# Broken.


def test_a_truncated_body(master, token):
    """As JSON, and as what gzip makes of it: nothing of it is taken."""
    body = json.dumps({"records": [create(f"r{n}") for n in range(50)]}).encode()
    packed = gzip.compress(body)
    for length in random.Random(1).sample(range(len(body)), 12):
        assert master.ask("POST", "upload", token, body[:length])[0] in (400, 422)
    for length in random.Random(2).sample(range(1, len(packed)), 12):
        assert master.ask("POST", "upload", token, packed[:length], {"Content-Encoding": "gzip"})[0] == 400
    assert master.rows() == {}


def test_a_bit_is_flipped(master, token):
    """gzip notices it always; in JSON without it, the answer is of this upload, and never one of the server's faults."""
    body = json.dumps({"records": [create(f"r{n}", n) for n in range(20)], "sequence": 1}).encode()
    packed = bytearray(gzip.compress(body))
    chance = random.Random(3)
    for _ in range(40):
        # Bits of the head say what is not read: the time, and the system.
        place, bit = chance.randrange(10, len(packed)), 1 << chance.randrange(8)
        packed[place] ^= bit
        assert master.ask("POST", "upload", token, bytes(packed), {"Content-Encoding": "gzip"})[0] == 400
        packed[place] ^= bit
    assert master.rows() == {}
    for _ in range(40):
        flipped = bytearray(body)
        flipped[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
        status, answer = master.ask("POST", "upload", token, bytes(flipped))
        assert status in (200, 400, 409, 422), answer
    assert len(master.rows()) <= 40
    assert master.ask("GET", "status", token)[0] == 200


def test_gzip(master, token):
    """A good body, one of several members, and one of another coding."""
    body = json.dumps({"records": [create("a")]}).encode()
    parts = gzip.compress(body[:20]) + gzip.compress(body[20:])
    assert master.ask("POST", "upload", token, gzip.compress(body), {"Content-Encoding": "gzip"})[0] == 200
    assert master.ask("POST", "upload", token, parts, {"Content-Encoding": "gzip"})[0] in (200, 400)
    assert master.ask("POST", "upload", token, body, {"Content-Encoding": "br"})[0] == 415
    assert list(master.rows()) == ["a"]


def memory(process):
    """The most memory that a process has had, in MiB."""
    with open(f"/proc/{process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) // 1024


def test_a_gzip_bomb(master, token):
    """A small body that becomes a large one is refused before it is read whole."""
    start = b'{"records":[{"table":"inventories","action":"create","id":"bomb","data":{"id":"bomb","name":"'
    zeros = b" " * (1 << 20)
    packer = zlib.compressobj(9, wbits=31)
    bomb = packer.compress(start) + b"".join(packer.compress(zeros) for _ in range(600))
    bomb += packer.compress(b'"}}]}') + packer.flush()
    assert len(bomb) < 1 << 20
    upload(master, token, create("a"))
    before = memory(master.serve.process)
    for _ in range(4):
        assert master.ask("POST", "upload", token, bomb, {"Content-Encoding": "gzip"})[0] == 413
    assert memory(master.serve.process) - before < 200
    assert list(master.rows()) == ["a"]


def test_too_many_records(master, token):
    """1,000 are taken, and of 1,001 none is."""
    assert upload(master, token, *[create(f"b{n}") for n in range(1_001)])[0] == 413
    assert master.rows() == {}
    status, answer = upload(master, token, *[create(f"a{n}") for n in range(1_000)])
    assert (status, answer["accepted"]) == (200, 1_000)


def test_a_body_that_is_too_large(master, token):
    """More than 16 MiB as it comes; the connection may end before all of it is sent."""
    with contextlib.suppress(urllib.error.URLError):
        assert upload(master, token, create("a", name="x" * (17 << 20)))[0] == 413
    assert master.rows() == {}


BAD = {
    "no such table": ({"table": "payroll", "data": {"id": "x"}, "action": "create", "id": "x"}, "data.table"),
    "no table": ({"data": {"id": "x"}, "action": "create", "id": "x"}, "data.table"),
    "a table of pgsync": ({"table": "pgsync.nodes", "data": {}, "action": "create", "id": "x"}, "data.table"),
    "no such column": (create("x", secret="y"), "data.unknown_column"),
    "an injected column": (create("x", **{'qty" = 1; drop table inventories; --': "y"}), "data.unknown_column"),
    "a number of a record": (7, "data.table"),
    "two keys": ({"table": "inventories", "data": {"id": "y"}, "action": "create", "id": "x"}, "data.key"),
    "no key": ({"table": "inventories", "data": {"qty": 1}, "action": "create"}, "data.form"),
    "a key of another type": (
        {"table": "inventory_adjustments", "data": {"change": 1}, "action": "create", "id": "seven"},
        "data.key",
    ),
    "a key that is an object": ({"table": "inventories", "data": {}, "action": "create", "id": {"id": "x"}}, "data.form"),
    "another action": ({**create("x"), "action": "upsert"}, "data.form"),
    "data that is a list": ({**create("x"), "data": ["x"]}, "data.form"),
    "no data": ({"table": "inventories", "action": "create", "id": "x"}, "data.form"),
    "a stamp that is a text": ({**create("x"), "stamp": "now"}, "data.form"),
    "a value of another type": (create("x", "many"), None),
    "a number that is too large": (create("x", 1 << 40), None),
    "a character that PostgreSQL has not": (create("x", name="a\0b"), None),
    "a base that is none": ({**create("x"), "base": "yesterday", "action": "update"}, ...),
    "a stamp of the end of time": ({**create("x"), "stamp": 10**30}, ...),
    "a stamp that is no whole number": ({**create("x"), "stamp": 1.5}, ...),
    "a negative stamp": ({**create("x"), "stamp": -5}, ...),
}


@pytest.mark.parametrize("what", BAD)
def test_a_record_that_cannot_be_taken_stops_no_other(kept, stranger, what):
    """It has failed and says why; the good ones around it are taken."""
    record, error = BAD[what]
    good = {f"before {what}", f"after {what}"}
    there = set(kept.rows())
    status, answer = upload(kept, stranger, create(f"before {what}"), record, create(f"after {what}"))
    if error is ...:
        # Whatever becomes of it.
        assert status == 200 and good <= set(kept.rows()), answer
        return
    assert (status, answer["status"], answer["accepted"], answer["failed"]) == (200, "partial", 2, 1), answer
    assert [result["status"] for result in answer["results"]] == ["applied", "failed", "applied"]
    assert error in (None, answer["results"][1]["error"]["class"]), answer
    assert answer["results"][1]["error"]["message"]
    assert set(kept.rows()) - there == good


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"{}", b'{"records": {}}', b'{"records": 1}', b'{"records": []', b"\xff\xfe",
     b'{"records": [], "x": 1}', b'{"records": [], "sequence": "one"}',
     b'{"records": [], "sequence": 99999999999999999999}', b"[" * 100_000],
    ids=lambda body: body[:30].decode("latin-1"),
)  # fmt: skip
def test_a_body_that_is_no_upload(kept, stranger, body):
    """It is refused as what it is."""
    status, problem = kept.ask("POST", "upload", stranger, body)
    assert 400 <= status < 500 and problem["title"], problem
    assert kept.ask("GET", "status", stranger)[1]["expected_sequence"] == 1


# Cursors, pages and tables.


def test_a_cursor_with_another_character(master, token):
    """Each place of it counts: it is refused, and nothing is skipped silently."""
    for number in range(30):
        edit(master, f"i{number:02}", number)
    cursor = download(master, token, limit=7)[1]["cursor"]
    chance = random.Random(4)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    places = [*chance.sample(range(len(cursor)), 30), len(cursor) - 1, 0]
    for place in places:
        letter = chance.choice([other for other in letters if other != cursor[place]])
        status, problem = download(master, token, cursor=cursor[:place] + letter + cursor[place + 1 :])
        assert 400 <= status < 500, (place, letter, problem)
    for other in ("", "x", cursor[:-1], cursor + "A", cursor[:40], "ü", "null", "e30"):
        status, problem = download(master, token, cursor=other)
        # Nothing is the same as no cursor: all there is.
        assert 400 <= status < 500 or (other == "" and len(problem["records"]) == 30), (other, problem)
    assert len(download(master, token, cursor=cursor)[1]["records"]) == 23


def test_a_cursor_of_another_system(master, cluster, token):
    """A cursor of a master that was restored since has the node load everything anew."""
    edit(master, "a", 1)
    cursor = download(master, token)[1]["cursor"]
    master.sql("select pgsync.begin_incarnation()")
    status, problem = download(master, token, cursor=cursor)
    assert status == 410 and problem["type"].endswith("cursor-expired"), problem


def test_how_tables_are_named(master, token):
    """Several parameters, or one with commas; an unknown one is refused."""
    master.sql("insert into inventories (id) values ('i')")
    master.sql("insert into transactions (id) values ('t')")
    master.sql("insert into inventory_adjustments (id) values (1)")
    two = {"tables[]": ["inventories", "transactions"]}
    for parameters in (
        two,
        {"tables": "inventories,transactions"},
        {"tables[0]": "inventories", "tables[1]": "transactions"},
    ):
        status, page = download(master, token, **parameters)
        assert status == 200 and {record["table"] for record in page["records"]} == {"inventories", "transactions"}
    assert len(download(master, token)[1]["records"]) == 3
    for name in ("payroll", "pgsync.nodes", "inventories,payroll", "inventories; drop table inventories"):
        assert 400 <= download(master, token, tables=name)[0] < 500, name


@pytest.mark.parametrize(
    "parameters",
    [{"limit": 0}, {"limit": 5_001}, {"limit": "all"}, {"limit": -1}, {"last_synced_at": "yesterday"},
     {"last_synced_at": "2025-08-30T09:00:00"}, {"last_synced_at": "2025-08-30"}, {"sequence": "x"}, {"colour": "red"}],
    ids=str,
)  # fmt: skip
def test_parameters_that_are_refused(kept, stranger, parameters):
    """A time without a zone, above all: nobody knows when that was."""
    assert download(kept, stranger, **parameters)[0] in (400, 422)


@pytest.mark.parametrize("limit", [1, 7, 500])
def test_pages_while_others_write(master, token, limit):
    """No record is lost over pages, and what did not change meanwhile comes once."""
    master.sql("insert into inventories select 'i' || n, 'still', n from generate_series(1, 60) as own (n)")
    stop = threading.Event()

    def write():
        with psycopg.connect(master.url, autocommit=True) as own:
            number = 0
            while not stop.is_set():
                number += 1
                own.execute("insert into inventories values (%s, 'new', 0)", (f"w{number}",))
                own.execute("update inventories set qty = qty + 1 where id = %s", (f"i{1 + number % 5}",))
                own.execute("delete from inventories where id = %s", (f"w{number - 3}",))

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    try:
        had, doubled, cursor, calls = {}, [], {}, 0
        eventually(lambda: changes(master) > 75)
        while calls < 5_000:
            status, page = download(master, token, limit=limit, **cursor)
            assert status == 200 and len(page["records"]) <= limit, page
            for record in page["records"]:
                if record["action"] == "delete":
                    had.pop(record["id"], None)
                    continue
                if record["id"] in had and record["data"]["name"] == "still" and int(record["id"][1:]) > 5:
                    doubled.append(record["id"])
                had[record["id"]] = record["data"]
            cursor = {"cursor": page["cursor"]}
            calls += 1
            if calls >= 90 // limit + 6 and not stop.is_set():
                stop.set()
                writer.join(30)
            elif stop.is_set() and not page["has_more"]:
                break
    finally:
        stop.set()
        writer.join(30)
    # What was committed after the fold of the last pages.
    for record in download(master, token, limit=5_000, **cursor)[1]["records"]:
        had.pop(record["id"], None) if record["action"] == "delete" else had.update({record["id"]: record["data"]})
    assert not doubled
    assert {key: row["qty"] for key, row in had.items()} == {key: row[2] for key, row in master.rows().items()}


# Tokens.


def test_a_token_that_is_revoked_in_the_middle(master, token):
    """From the next call on nothing is given to it, and nothing taken from it."""
    edit(master, "a", 1)
    cursor = download(master, token)[1]["cursor"]
    master.pgsync("node", "remove", "north")
    edit(master, "b", 1)
    assert eventually(lambda: download(master, token, cursor=cursor)[0] in (401, 403))
    assert upload(master, token, create("c"))[0] in (401, 403)
    assert set(master.rows()) == {"a", "b"}


def test_tokens_are_good_for_one_thing(master, token):
    """One for reading is none for exchanging, one of a node reads nothing else, and none is none."""
    reading = json.loads(master.pgsync("token", "create", "reader", "--scopes", "read,operate,admin", "--json"))["secret"]
    assert upload(master, reading, create("a"))[0] == 403
    assert download(master, reading)[0] == 403
    assert master.serve.ask("/api/v1/sources", token)[0] in (401, 403)
    assert master.serve.ask("/api/sync/reset", token, {"node": "north"})[0] == 403
    for wrong in ("", "x", token[:-1], token + "x"):
        assert upload(master, wrong, create("a"))[0] == 401
    assert master.rows() == {}


def test_a_node_sees_and_writes_its_own_rows_only(master):
    """With a filter of rows and of tables."""
    edit(master, "mine", 7)
    edit(master, "other", 8)
    master.sql("insert into transactions (id) values ('t')")
    token = master.token("west", "--tables", "inventories", "--rows", '{"qty": 7}')
    page = download(master, token)[1]
    assert [(record["id"], record["data"] and record["data"]["qty"]) for record in page["records"]] == [
        ("mine", 7),
        # It may have been this node's before.
        ("other", None),
    ]
    cursor = page["cursor"]
    answer = upload(master, token, {"table": "transactions", "data": {"id": "u"}, "action": "create", "id": "u"})[1]
    assert answer["failed"] == 1 and list(master.rows("transactions")) == ["t"]
    edit(master, "mine", 9)
    gone = download(master, token, cursor=cursor)[1]["records"]
    assert [(record["id"], record["action"]) for record in gone] == [("mine", "delete")]
    assert 400 <= download(master, token, tables="transactions")[0] < 500
