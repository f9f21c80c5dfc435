"""Imports from localstripe, which speaks Stripe's API: its pages, its keys, and rows that change under a run."""

import base64
import datetime
import json
import pathlib
import time

import pytest

from importing import Importer, Shape, finish, secret_file
from local_stripe import Stripe
from served import ROOT, eventually

CREATED = "timestamptz from seconds 'created'"
# All that the API says of a customer: with `unknown freeze` a run fails where a field is missing here.
CUSTOMER = Shape(
    id="text",
    object="text required",
    account_balance="bigint",
    address="jsonb",
    business_vat_id="text",
    created=CREATED,
    currency="text",
    default_source="text",
    delinquent="boolean",
    description="text",
    discount="jsonb",
    email="text",
    invoice_settings="jsonb",
    livemode="boolean",
    metadata="jsonb",
    name="text",
    phone="text",
    preferred_locales="jsonb",
    shipping="jsonb",
    sources="jsonb",
    subscriptions="jsonb",
    tax_ids="jsonb",
)
INVOICE = Shape(
    id="text",
    customer="text required from 'customer.id'",
    balance="bigint from 'customer.account_balance'",
    total="bigint required",
    subtotal="bigint",
    amount_due="bigint",
    amount_paid="bigint",
    tax="bigint",
    currency="text",
    status="text",
    description="text",
    date="timestamptz from seconds 'date'",
    finalized_at="timestamptz from seconds 'status_transitions.finalized_at'",
    subscription="text",
    lines="jsonb",
)
COUPON = Shape(
    id="text",
    amount_off="bigint",
    percent_off="numeric(10,7)",
    currency="text",
    duration="text",
    valid="boolean",
    created=CREATED,
)
EVENT = Shape(
    id="text",
    type="text required",
    created="timestamptz required from seconds 'created'",
    object="text from 'data.object.id'",
    data="jsonb",
)
PAGES = "    after 'starting_after' size 'limit' 100 until flag 'has_more'\n    rows 'data'\n"
NAMES = ["Asha Æ. Øre", 'a "quoted" \\ name', "two\nlines\tand a tab", "名前 🧾", "O'Hara; --", " blanks ", "ﬀ́"]


@pytest.fixture(scope="module")
def server():
    server = Stripe()
    yield server
    server.end()


@pytest.fixture
def stripe(server):
    server.begin_anew()
    return server


@pytest.fixture
def tables(clinic):
    """New tables."""
    shapes = {"customers": CUSTOMER, "invoices": INVOICE, "coupons": COUPON, "events": EVENT}
    create = "; ".join(shape.table(f"stripe.{name}") for name, shape in shapes.items())
    clinic.sql(f"drop schema if exists stripe cascade; create schema stripe; {create}")


def definition(stripe, streams, auth="header 'Authorization' 'Bearer {secret}'", secret="env:PGSYNC_SECRET_STRIPE"):
    """All but the first line of a definition."""
    return (
        f"  base '{stripe.address}/v1'\n  auth {auth}\n  secret {secret}\n  budget 1000 per second, 3 at once\n"
        "  retries 2 backoff 20 ms timeout 30 s\n  send header 'Stripe-Version' '2017-08-15'\n" + streams
    )


def stream(name, shape, *lines):
    """A stream of a definition."""
    begin = f"  stream {name} into stripe.{name} key id\n    get '/{name}'\n"
    return begin + PAGES + "".join(f"    {line}\n" for line in lines) + shape.lines()


CUSTOMERS = stream("customers", CUSTOMER, "item '/customers/{id}'", "deletes sweep daily then remove", "unknown freeze")


def add_customers(stripe, count, balance=9_007_199_254_740_993):
    """Customers that differ in all that can be said of them; returns their names for the API."""
    added = []
    for number in range(count):
        data = {"balance": (-1) ** number * (balance + number), "metadata": {"no": str(number)}}
        if number % 3:
            data |= {"name": NAMES[number % len(NAMES)], "email": f"c{number}@customers.example"}
        if number % 4:
            data |= {"address": {"city": "Graz", "line1": f"Weg {number}"}, "preferred_locales": ["de", "en"]}
        if number % 50 == 1:
            data |= {"tax_id_data": [{"type": "eu_vat", "value": f"DE{number:09}"}], "metadata": {"a.b": "", "": "ü"}}
        added.append(stripe.ask("/v1/customers", data)["id"])
    return added


def add_subscribers(stripe, count, balance=9_007_199_254_740_993):
    """Customers that invoices can be written for."""
    stripe.ask(
        "/v1/plans", {"id": "pro", "product": {"name": "Pro"}, "amount": 1050, "currency": "eur", "interval": "month"}
    )
    card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2040, "cvc": "123"}
    subscribers = add_customers(stripe, count, balance)
    for customer in subscribers:
        method = stripe.ask("/v1/payment_methods", {"type": "card", "card": card})["id"]
        stripe.ask(f"/v1/payment_methods/{method}/attach", {"customer": customer})
        stripe.ask(f"/v1/customers/{customer}", {"invoice_settings": {"default_payment_method": method}})
        stripe.ask("/v1/subscriptions", {"customer": customer, "items": [{"plan": "pro"}]})
    return subscribers


def add_invoices(stripe, customers, count, amount=9_007_199_254_740_993):
    """Invoices with an item each, whose amounts a double cannot hold."""
    added = []
    for number in range(count):
        customer = customers[number % len(customers)]
        item = {"customer": customer, "amount": amount + number, "currency": "eur"}
        stripe.ask("/v1/invoiceitems", item | {"description": f"item {number}"})
        added.append(stripe.ask("/v1/invoices", {"customer": customer})["id"])
    return added


def assert_equal(importer, table, shape, listed):
    """Compares a table with what the API itself lists, field by field."""
    found, expected = importer.rows(table), shape.images(listed)
    assert [row["id"] for row in found] == [row["id"] for row in expected]
    for row, image in zip(found, expected, strict=True):
        assert row == image


def make_sweep_due(clinic, importer):
    """Lets the last sweep have been a day ago."""
    clinic.sql(f"update pgsync.cursors set swept_at = swept_at - interval '1 day' where endpoint = '{importer.name}'")


def test_every_field_of_every_row_arrives_with_the_first_run_and_edits_and_deletes_with_the_next(clinic, stripe, tables):
    customers = add_customers(stripe, 450)
    for number in range(7):
        off = {"percent_off": f"{12 + number}.34567"} if number % 2 else {"amount_off": 2**53 + number, "currency": "usd"}
        stripe.ask("/v1/coupons", {"id": f"c{number}", "duration": "once"} | off)
    importer = Importer(clinic, "customers")
    importer.apply(definition(stripe, CUSTOMERS + stream("coupons", COUPON)))
    assert importer.try_once() == (0, "customers: it answered with 100 rows of customers\n")
    stripe.calls.clear()
    assert importer.complete("--type", "initial") == (457, 0, 0, 0)
    listed = stripe.every("/v1/customers")
    assert len(listed) == 450 and {row["id"] for row in listed} == set(customers)
    assert_equal(importer, "stripe.customers", CUSTOMER, listed)
    assert_equal(importer, "stripe.coupons", COUPON, stripe.every("/v1/coupons"))
    ends = [None, *(listed[last]["id"] for last in (99, 199, 299, 399))]
    expected = [{"limit": "100"} | ({"starting_after": end} if end else {}) for end in ends]
    assert stripe.queries("/v1/customers") == expected
    assert {call.authorization for call in stripe.calls} == {"Bearer sk_of_the_tests"}
    assert {call.headers["Stripe-Version"] for call in stripe.calls} == {"2017-08-15"}

    assert importer.complete() == (0, 0, 457, 0)
    for customer in customers[40:52]:
        stripe.ask(f"/v1/customers/{customer}", {"name": "renamed ✓", "metadata": {"edited": "yes"}})
    gone = customers[99:110]
    for customer in gone:
        stripe.ask(f"/v1/customers/{customer}", method="DELETE")
    added = add_customers(stripe, 5)
    make_sweep_due(clinic, importer)
    assert importer.complete() == (5, 12, 440 - 12 + 6, 0)
    kept = {row["id"] for row in importer.rows("stripe.customers")}
    assert kept == {*customers, *added}, "one walk alone deletes nothing"
    make_sweep_due(clinic, importer)
    code, run = importer.run()
    assert (code, run["state"], run["removed"]) == (0, "completed", len(gone))
    assert_equal(importer, "stripe.customers", CUSTOMER, stripe.every("/v1/customers"))


def test_an_empty_answer_deletes_nothing(clinic, stripe, tables):
    add_customers(stripe, 120)
    importer = Importer(clinic, "emptied").apply(definition(stripe, CUSTOMERS))
    importer.complete()
    before = importer.rows("stripe.customers")
    stripe.begin_anew()
    for _ in range(2):
        make_sweep_due(clinic, importer)
        code, run = importer.run()
    assert stripe.every("/v1/customers") == [] and len(stripe.calls) == 2
    assert (code, run["state"], run["error_class"]) == (1, "failed", "guard.deletes")
    assert "120 rows are missing at the API" in run["error_message"]
    assert importer.rows("stripe.customers") == before


def test_rows_that_are_added_behind_the_walk_belong_to_it(clinic, stripe, tables):
    add_customers(stripe, 230)
    importer = Importer(clinic, "growing").apply(definition(stripe, CUSTOMERS))
    with importer.running() as process:
        with stripe.holding("/v1/customers", 2) as hold:
            hold.wait()
            # The first page is there before the run ends.
            eventually(lambda: len(importer.rows("stripe.customers")) == 100)
            add_customers(stripe, 120)
        ran = finish(process)
    assert ran.code == 0, ran.out + ran.err
    assert len(stripe.queries("/v1/customers")) == 4
    assert_equal(importer, "stripe.customers", CUSTOMER, stripe.every("/v1/customers"))


def test_invoices_that_come_before_the_walk_belong_to_the_next_run(clinic, stripe, tables):
    stripe.now = int(time.time()) - 86_400
    subscribers = add_subscribers(stripe, 12)
    add_invoices(stripe, subscribers, 110)
    invoices = stream("invoices", INVOICE, "with 'expand[]' 'data.customer'").replace("'limit' 100", "'limit' 40")
    importer = Importer(clinic, "billing").apply(definition(stripe, invoices, auth="basic '{secret}:'"))
    query = "&expand[]=data.customer"
    before = stripe.every("/v1/invoices", query)
    with importer.running() as process:
        with stripe.holding("/v1/invoices", 2) as hold:
            hold.wait()
            # The newest come first in this list.
            stripe.now += 40_000
            newer = stripe.ask("/v1/customers", {"name": "late"})["id"]
            plan = {"customer": newer, "items": [{"plan": "pro"}], "trial_period_days": 60}
            stripe.ask("/v1/subscriptions", plan)
            late = add_invoices(stripe, [newer], 30)
        ran = finish(process)
    assert ran.code == 0, ran.out + ran.err
    assert {call.authorization for call in stripe.calls} == {"Basic " + base64.b64encode(b"sk_of_the_tests:").decode()}
    assert {call.query["expand[]"] for call in stripe.calls} == {"data.customer"}
    assert {row["id"] for row in importer.rows("stripe.invoices")} >= {row["id"] for row in before}
    listed = stripe.every("/v1/invoices", query)
    assert {row["id"] for row in listed[:30]} == set(late), "the new ones do come first"
    stripe.ask(f"/v1/invoices/{late[0]}", {"description": "edited"})
    importer.complete()
    listed = stripe.every("/v1/invoices", query)
    assert len(listed) > 140 and max(row["total"] for row in listed) > 2**53
    assert_equal(importer, "stripe.invoices", INVOICE, listed)


@pytest.mark.parametrize("counts", [True, False], ids=["with a total", "without"])
def test_a_row_that_is_deleted_under_the_walk_costs_no_other(clinic, stripe, tables, counts):
    customers = add_customers(stripe, 430)
    stream = CUSTOMERS.replace("sweep daily", "sweep weekly")
    if counts:
        stream = stream.replace("    rows 'data'\n", "    rows 'data'\n    count 'total_count'\n")
    importer = Importer(clinic, f"shrinking{counts}".lower()).apply(definition(stripe, stream))
    with importer.running() as process:
        with stripe.holding("/v1/customers", 3) as hold:
            hold.wait()
            # The next page begins after it, and localstripe begins anew where Stripe would answer 400.
            stripe.ask(f"/v1/customers/{customers[199]}", method="DELETE")
        ran = finish(process)
    assert stripe.queries("/v1/customers")[2]["starting_after"] == customers[199]
    if counts:
        assert ran.code == 0 and len(stripe.queries("/v1/customers")) == 3 + 5, "the walk began anew"
    else:
        # Told rather than left out; the next run walks through all of it.
        assert ran.code == 1 and "the API answers the same page again and again" in ran.out
        importer.complete()
    rows = {row["id"]: row for row in importer.rows("stripe.customers")}
    listed = stripe.every("/v1/customers")
    assert rows.keys() - {customers[199]} == {row["id"] for row in listed}
    for row in listed:
        assert rows[row["id"]] == CUSTOMER.image(row)


def test_events_are_read_by_the_time_of_their_creation_without_a_gap_between_spans(clinic, stripe, tables):
    today = datetime.datetime.now(datetime.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    midnights = [int((today - datetime.timedelta(days=days)).timestamp()) for days in (3, 2, 1)]
    for midnight in midnights:
        for second in (-1, 0, 1):
            stripe.now = midnight + second
            add_customers(stripe, 40)
    stripe.now = None
    events = stream(
        "events",
        EVENT,
        "with 'type' 'customer.created'",
        "changed created since 'created[gte]' before 'created[lt]' as seconds",
        f"history from '{datetime.datetime.fromtimestamp(midnights[0] - 86_400, datetime.UTC):%Y-%m-%d}' by day",
    )
    importer = Importer(clinic, "events").apply(definition(stripe, events))
    assert importer.complete("--type", "initial")[0] == 360
    query = "&type=customer.created"
    assert_equal(importer, "stripe.events", EVENT, stripe.every("/v1/events", query))
    spans = sorted({(int(call["created[gte]"]), int(call["created[lt]"])) for call in stripe.queries("/v1/events")})
    assert [since for since, _ in spans] == [midnights[0] - 86_400, *midnights, midnights[-1] + 86_400]
    assert all(end == begin for (_, end), (begin, _) in zip(spans, spans[1:], strict=False))
    assert sum("starting_after" in call for call in stripe.queries("/v1/events")) == 2, "two days have two pages"

    # Runs that follow each other within a second, while events come: nothing falls between them.
    for _ in range(4):
        add_customers(stripe, 3)
        stripe.calls.clear()
        importer.complete()
        add_customers(stripe, 2)
    last = stripe.every("/v1/events", query)[-1]["created"]
    eventually(lambda: time.time() > last + 1)
    importer.complete()
    assert int(stripe.queries("/v1/events")[-1]["created[gte]"]) > midnights[-1] + 86_400, "only what is new is asked for"
    listed = stripe.every("/v1/events", query)
    assert len(listed) == 380
    assert_equal(importer, "stripe.events", EVENT, listed)


def test_a_wrong_key_pauses_the_endpoint_until_it_is_put_right(clinic, stripe, tables):
    add_customers(stripe, 130)
    wrong, right = "rk_that_is_wrong", "sk_that_is_right"
    assert stripe.answer("/v1/customers", key=wrong)[0] == 401
    path = secret_file("stripe", wrong)
    importer = Importer(clinic, "locked").apply(definition(stripe, CUSTOMERS, secret=f"file:{path}"))
    code, said = importer.try_once()
    assert (code, said) == (1, "locked: the API answered with status 401\n")
    assert importer.endpoint()["state"] == "closed", "a trial pauses nothing"
    stripe.calls.clear()
    ran = importer.pgsync("import", "run", "locked")
    assert ran.code == 1
    assert "waiting, the API answered with status 401; it waits for a person" in ran.out
    assert "To go on, once it is put right: pgsync endpoint resume locked" in ran.err
    assert [call.authorization for call in stripe.calls] == [f"Bearer {wrong}"], "it is not tried twice"
    endpoint = importer.endpoint()
    assert (endpoint["state"], endpoint["error_class"]) == ("paused", "call.auth")
    assert endpoint["pause_reason"] == "the secret was refused: the API answered with status 401"
    assert "the secret was refused" in importer.pgsync("endpoint", "list").out
    assert importer.run()[0] == 1 and len(stripe.calls) == 1, "a paused endpoint is not called"
    secret_file("stripe", right)
    importer.resume()
    assert stripe.calls[-1].authorization == f"Bearer {right}"
    state = clinic.sql("select state from pgsync.import_runs where import = 'locked' order by job desc limit 1")
    assert (state, importer.endpoint()["state"]) == ("completed", "closed")
    assert_equal(importer, "stripe.customers", CUSTOMER, stripe.every("/v1/customers"))
    for text in (ran.out, ran.err, said, json.dumps(endpoint), clinic.sql("select * from pgsync.import_runs")):
        assert wrong not in text and right not in text


def test_a_row_that_fails_is_fetched_anew_once_it_is_good(clinic, stripe, tables):
    customers = add_customers(stripe, 101)
    nameless = [row["id"] for row in stripe.every("/v1/customers") if row["name"] is None]
    for customer in nameless[2:]:
        stripe.ask(f"/v1/customers/{customer}", {"name": "named"})
    shape = Shape(**CUSTOMER.columns | {"name": "text required"})
    importer = Importer(clinic, "named")
    importer.apply(definition(stripe, CUSTOMERS.replace(CUSTOMER.lines(), shape.lines()).replace("daily", "weekly")))
    code, run = importer.run()
    assert (code, run["state"], run["added"], run["failed"]) == (1, "partial", 99, 2)
    assert {row["id"] for row in importer.rows("stripe.customers")} == set(customers) - set(nameless[:2])
    items = (
        "select string_agg(item || ' ' || error_class || ' ' || error_column || ' ' || state, ', ' order by id)"
        " from pgsync.import_failed_items where import = 'named'"
    )
    assert clinic.sql(items) == ", ".join(f"{customer} data.missing name open" for customer in nameless[:2])
    stripe.ask(f"/v1/customers/{nameless[0]}", {"name": "at last"})
    stripe.ask(f"/v1/customers/{nameless[1]}", method="DELETE")
    stripe.calls.clear()
    ran = importer.pgsync("import", "retry", "named", "--class", "data.*")
    assert ran.code == 0, ran.out + ran.err
    assert {call.path for call in stripe.calls} == {f"/v1/customers/{customer}" for customer in nameless[:2]}
    assert clinic.sql(items) == ", ".join(f"{customer} data.missing name resolved" for customer in nameless[:2])
    assert_equal(importer, "stripe.customers", CUSTOMER, stripe.every("/v1/customers"))


def test_an_answer_of_the_server_is_an_example_of_the_definition(clinic, stripe, tables):
    add_customers(stripe, 3)
    page = stripe.ask("/v1/customers?limit=2")
    shape = Shape(id="text", account_balance="bigint", email="text", city="text from 'address.city'", created=CREATED)
    images = [shape.image(row) for row in page["data"]]
    for image in images:
        image["created"] = image["created"].replace("+00:00", "Z")
    importer = Importer(clinic, "examples")

    def write(images):
        example = f"    example 'a page'\n      given {json.dumps(page)}\n      gives {', '.join(map(json.dumps, images))}\n"
        return importer.write(definition(stripe, stream("customers", shape) + example))

    ran = importer.pgsync("import", "test", str(write(images)))
    assert (ran.code, ran.out) == (0, "ok     customers: a page\n"), ran.err
    images[1]["account_balance"] += 1
    ran = importer.pgsync("import", "test", str(write(images)))
    assert ran.code == 79 and "wrong  customers: a page" in ran.out and "account_balance" in ran.err
    assert stripe.calls == [], "examples call nothing"


def test_an_invoice_of_the_api_ends_in_the_ledger_once(clinic, stripe, tables):
    chart = clinic.directory / "stripe.csv"
    chart.write_text(
        "code,name,type,contra,parent,party_required,zero_to_close\n"
        "stripe:owed,Owed by customers,asset,false,,true,false\nstripe:sold,Sold,income,false,,false,false\n"
    )
    rules = pathlib.Path(__file__).with_name("invoice.rules")
    clinic.sql((ROOT / "sql" / "examples" / "periods.sql").read_text())
    clinic.sql("select pgsync.attach('stripe.invoices', exclude => '{lines}')")
    billing = Importer(clinic, "books")
    for arguments in (["ledger", "import-chart", str(chart)], ["rules", "apply", str(rules)]):
        ran = billing.pgsync(*arguments)
        assert ran.code == 0, ran.out + ran.err
    subscribers = add_subscribers(stripe, 3, balance=0)
    early = add_invoices(stripe, subscribers, 30, amount=12_345_678_901)
    billing.apply(
        definition(stripe, stream("invoices", INVOICE, "with 'expand[]' 'data.customer'"), auth="basic '{secret}:'")
    )

    def assert_booked():
        billing.complete()
        listed = stripe.every("/v1/invoices", "&expand[]=data.customer")
        owed = {}
        for row in listed:
            owed[row["customer"]["id"]] = owed.get(row["customer"]["id"], 0) + row["total"]
        eventually(lambda: clinic.sql("select count(*) from pgsync.sync_queue") == "0")
        booked = clinic.sql(
            "select party || ' ' || sum(amount) from ledger.journal_lines where account = 'stripe:owed' group by party"
        )
        assert dict(line.split(" ") for line in booked.splitlines()) == {name: str(sum) for name, sum in owed.items()}

    assert_booked()
    assert billing.complete()[:2] == (0, 0)
    entries = int(clinic.sql("select count(*) from ledger.journal_entries"))
    add_invoices(stripe, subscribers[:1], 1, amount=7)
    # A change of what is not booked.
    stripe.ask(f"/v1/invoices/{early[0]}", {"description": "edited"})
    assert_booked()
    assert int(clinic.sql("select count(*) from ledger.journal_entries")) == entries + 1


def test_an_answer_that_is_one_object_is_one_row(clinic, stripe, tables):
    clinic.sql("create table stripe.balance (currency text primary key, livemode boolean, amount bigint)")
    shape = Shape(currency="text from 'available.currency'", livemode="boolean", amount="bigint from 'available.amount'")
    importer = Importer(clinic, "balance")
    balance = "  stream balance into stripe.balance key currency\n    get '/balance'\n    row\n" + shape.lines()
    importer.apply(definition(stripe, balance))
    importer.complete()
    assert importer.rows("stripe.balance", "currency") == [shape.image(stripe.ask("/v1/balance"))]
