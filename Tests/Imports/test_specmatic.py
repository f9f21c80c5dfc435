"""Imports from specmatic, which answers only calls that an OpenAPI file allows: that those of pgsync are."""

import decimal
import json

import pytest

from importing import Importer, Shape
from stub import HEADERS, KEY, Stub

MERCHANT = Shape(
    id="bigint", name="text", city="text from 'address.city'", updated_at="timestamptz required", address="jsonb"
)
TRANSACTION = Shape(id="uuid", amount="numeric(20,6) required", kind="text required", settled_on="date")
ANYTHING = Shape(
    id="uuid",
    text="text required",
    whole="bigint",
    number="numeric",
    flag="boolean",
    day="date",
    moment="timestamptz",
    kind="text",
    nothing="text",
    deep="integer from 'inner.deep'",
    list="jsonb",
)


def merchant(number, **more):
    """A merchant."""
    return {"id": number, "name": f"Ünique {number}", "updated_at": f"2026-01-{number + 10}T18:30:00.123456+05:30"} | more


def transaction(number):
    """A transaction, whose amount has decimals that a double cannot tell from others."""
    return {
        "id": f"00000000-0000-4000-8000-{number:012}",
        "amount": 10.01 * number,
        "kind": "sale",
        "settled_on": "2026-01-31",
    }


SPAN = {"updated_since": "(datetime)", "updated_before": "(datetime)"}
EXAMPLES = [
    *[
        (
            "/merchants",
            {"page": page, "per_page": 2} | SPAN,
            {"data": [merchant(page * 2 - 1, address={"city": "Graz"}), merchant(page * 2)][: 2 if page < 4 else 1]}
            | {"has_more": page < 4},
        )
        for page in (1, 2, 3, 4)
    ],
    (
        "/transactions",
        {"kind": "sale", "limit": 2},
        {"data": [transaction(1), transaction(2)], "meta": {"next": "p 2/ä&=?"}},
    ),
    (
        "/transactions",
        {"kind": "sale", "limit": 2, "cursor": "p 2/ä&=?"},
        {"data": [transaction(3), transaction(4)], "meta": {"next": "eyJhIjoxfQ=="}},
    ),
    (
        "/transactions",
        {"kind": "sale", "limit": 2, "cursor": "eyJhIjoxfQ=="},
        {"data": [transaction(5)], "meta": {"next": None}},
    ),
    ("/residuals", {"offset": 0, "limit": 3}, [transaction(11), transaction(12), transaction(13)]),
    # Each page begins with the last row of the one before.
    ("/residuals", {"offset": 2, "limit": 3}, [transaction(13), transaction(14), transaction(15)]),
    ("/residuals", {"offset": 4, "limit": 3}, [transaction(15), transaction(16)]),
    ("/merchants/77", {}, merchant(7, id=77, name="fetched alone")),
]


@pytest.fixture(scope="module")
def stub():
    stub = Stub(EXAMPLES)
    yield stub
    stub.end()


@pytest.fixture
def tables(clinic):
    """New tables."""
    shapes = {"merchants": MERCHANT, "transactions": TRANSACTION, "residuals": TRANSACTION, "anything": ANYTHING}
    create = "; ".join(shape.table(f"crm.{name}") for name, shape in shapes.items())
    clinic.sql(f"drop schema if exists crm cascade; create schema crm; {create}")


MERCHANTS = f"""  stream merchants into crm.merchants key id
    get '/merchants'
    page 'page' size 'per_page' 2 until flag 'has_more'
    rows 'data'
    changed updated_at since 'updated_since' before 'updated_before'
    history from '2026-01-01'
    item '/merchants/{{id}}'
{MERCHANT.lines()}"""
TRANSACTIONS = f"""  stream transactions into crm.transactions key id
    get '/transactions'
    with 'kind' 'sale'
    cursor 'meta.next' as 'cursor' size 'limit' 2
    rows 'data'
{TRANSACTION.lines()}"""
RESIDUALS = f"""  stream residuals into crm.residuals key id
    get '/residuals'
    offset 'offset' size 'limit' 3 until short
{TRANSACTION.lines()}"""
ANY = "  stream anything into crm.anything key id\n    get '/anything'\n" + ANYTHING.lines()


def definition(
    stub, *streams, header="  send header 'X-Version' '2026-01'\n", auth="header 'Authorization' 'Bearer {secret}'"
):
    """All but the first line of a definition."""
    return (
        f"  base '{stub.address}'\n  auth {auth}\n  secret env:STUB_API_KEY\n{header}"
        "  retries 1 backoff 20 ms timeout 30 s\n" + "".join(streams)
    )


@pytest.fixture(autouse=True)
def key(monkeypatch):
    """The key, where pgsync looks for it."""
    monkeypatch.setenv("STUB_API_KEY", KEY)


def listed(stub, shape, path, select, queries):
    """What the stub itself answers to all calls for a list."""
    rows = []
    for query in queries:
        status, text = stub.answer(f"{path}?{query}")
        assert status == 200, text
        rows += select(json.loads(text, parse_float=decimal.Decimal))
    return shape.images({row["id"]: row for row in rows}.values())


def test_calls_are_those_that_the_contract_allows_and_bring_all_rows(clinic, stub, tables):
    importer = Importer(clinic, "crm").apply(definition(stub, MERCHANTS, TRANSACTIONS, RESIDUALS))
    assert importer.complete("--type", "initial")[0] == 7 + 5 + 6
    span = "updated_since=2026-01-01T00:00:00Z&updated_before=2026-02-01T00:00:00Z"
    pages = [f"per_page=2&page={page}&{span}" for page in (1, 2, 3, 4)]
    assert importer.rows("crm.merchants") == listed(stub, MERCHANT, "/merchants", lambda answer: answer["data"], pages)
    cursors = ["", "&cursor=p%202%2F%C3%A4%26%3D%3F", "&cursor=eyJhIjoxfQ%3D%3D"]
    queries = [f"kind=sale&limit=2{cursor}" for cursor in cursors]
    found = importer.rows("crm.transactions")
    assert found == listed(stub, TRANSACTION, "/transactions", lambda answer: answer["data"], queries)
    offsets = [f"limit=3&offset={offset}" for offset in (0, 2, 4)]
    assert importer.rows("crm.residuals") == listed(stub, TRANSACTION, "/residuals", lambda answer: answer, offsets)
    calls = stub.asked(10)
    assert [(call.status, call.is_example) for call in calls] == [(200, True)] * 10, [call.target for call in calls]
    assert [call.target.partition("?")[0] for call in calls] == ["/merchants"] * 4 + ["/transactions"] * 3 + [
        "/residuals"
    ] * 3
    assert {call.query["updated_since"] for call in calls[:4]} == {"2026-01-01T00:00:00Z"}


VIOLATIONS = {
    "an unknown parameter": (TRANSACTIONS + "    with 'colour' 'red'\n", '"colour" in the request was not in the spec'),
    "a value of no enumeration": (TRANSACTIONS.replace("'sale'", "'gift'"), 'request contained "gift"'),
    "too large a page": (TRANSACTIONS.replace("'limit' 2", "'limit' 51"), "<= 50 but request contained value 51"),
    "a date for a time": (
        MERCHANTS.replace("before 'updated_before'", "before 'updated_before' as date"),
        "REQUEST.PARAMETERS.QUERY.updated_before",
    ),
    "seconds for a time": (
        MERCHANTS.replace("before 'updated_before'", "before 'updated_before' as seconds"),
        "REQUEST.PARAMETERS.QUERY.updated_before",
    ),
}


@pytest.mark.parametrize("stream, objection", VIOLATIONS.values(), ids=VIOLATIONS)
def test_a_definition_that_breaks_the_contract_is_told_so(clinic, stub, tables, stream, objection):
    importer = Importer(clinic, "broken" + str(list(VIOLATIONS.values()).index((stream, objection))))
    importer.apply(definition(stub, stream))
    code, run = importer.run()
    assert (code, run["state"], run["error_class"]) == (1, "failed", "call.config")
    assert run["error_message"].endswith("the API answered with status 400")
    (call,) = stub.asked(1)
    assert call.status == 400 and objection in call.text
    # The same call by another client is refused for the same reason.
    status, text = stub.answer(call.target)
    assert status == 400 and objection in text


def test_without_the_header_or_the_key_the_contract_is_broken(clinic, stub, tables):
    importer = Importer(clinic, "headless")
    importer.apply(definition(stub, TRANSACTIONS, header=""))
    assert importer.try_once() == (1, "headless: the API answered with status 400\n")
    importer.apply(definition(stub, TRANSACTIONS, auth="header 'Authorization' 'Token {secret}'"))
    assert importer.try_once() == (1, "headless: the API answered with status 400\n")
    version, token = stub.asked(2)
    assert 'mandatory header "X-Version" to be present' in version.text
    assert 'must be prefixed with "Bearer"' in token.text
    importer.apply(definition(stub, TRANSACTIONS))
    assert importer.try_once() == (0, "headless: it answered with 2 rows of transactions\n")
    assert stub.asked(1)[0].is_example
    assert stub.answer("/transactions?kind=sale&limit=2", {"X-Version": HEADERS["X-Version"]})[0] == 400


def test_rows_that_nobody_wrote_are_read_as_they_are(clinic, stub, tables):
    importer = Importer(clinic, "generated").apply(definition(stub, ANY))
    answers = []
    for _ in range(3):
        importer.complete()
        (call,) = stub.asked(1)
        assert call.status == 200 and not call.is_example
        answers += json.loads(call.text, parse_float=decimal.Decimal)
    assert len(answers) >= 3
    assert importer.rows("crm.anything") == ANYTHING.images(answers)


def test_one_row_is_fetched_by_the_path_of_the_contract(clinic, stub, tables):
    importer = Importer(clinic, "items").apply(definition(stub, MERCHANTS))
    importer.complete()
    stub.asked(4)
    clinic.sql(
        "insert into pgsync.sync_failed_items"
        " (kind, subject, item_id, error_class, error_message, max_attempts, next_attempt_at)"
        " values ('import', 'items', 'merchants 77', 'data.type', 'was wrong', 4, now())"
    )
    ran = importer.pgsync("import", "retry", "items", "--class", "data.type")
    assert ran.code == 0, ran.out + ran.err
    (call,) = stub.asked(1)
    assert (call.target, call.status, call.is_example) == ("/merchants/77", 200, True)
    (row,) = [row for row in importer.rows("crm.merchants") if row["id"] == 77]
    assert row == MERCHANT.image(json.loads(stub.answer("/merchants/77")[1]))
    assert clinic.sql("select state from pgsync.import_failed_items where import = 'items'") == "resolved"
