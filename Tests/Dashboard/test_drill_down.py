"""From the trial balance down to the files, all sums of one filter are equal, and equal to hledger's, to the last paisa.

Filters are random; a failure names its seed, and `PGSYNC_TEST_SEED=SEED` begins with it.
"""

import datetime
import decimal
import os
import random
import re
import subprocess

import pytest

from books import Books, account_query, tag_query

FULL = os.environ.get("PGSYNC_TEST_PROFILE", "default") != "default"
FIRST = int(os.environ.get("PGSYNC_TEST_SEED", "0"))
SEEDS = range(FIRST, FIRST + (200 if FULL else 20))
# Found in capitals or not; none has what a journal of hledger cannot hold, nor do the first letters of descriptions.
TEXTS = [
    "SURE_thing",
    "100 %",
    "clair & caf",
    'said "so',
    "Pharmacy",
    "wrong",
    "late",
    "=1+1",
    "busy 1",
    "C-10000",
    "nowhere",
]
# What is chosen by beside an account and days.
KINDS = ("currency", "party", "table", "record", "text", "purpose", "amount")
DAY = datetime.timedelta(days=1)


@pytest.fixture(scope="module")
def books():
    books = Books()
    yield books
    books.end()


@pytest.fixture(scope="module")
def entries(books):
    """All entries that there are, to choose from."""
    found = books.walk("entries")
    assert len(found) > 1000 and len({entry["currency"] for entry in found}) == 4
    return found


def span(chance, day):
    """The days of a filter: up to a year or a single one, mostly about a day, and either end may be open."""
    length = chance.choice((0, 6, 30, 91, 365, chance.randrange(200)))
    first = datetime.date.fromisoformat(day) - DAY * chance.randrange(length + 1)
    if chance.random() < 0.1:
        first += DAY * chance.randrange(-100, 100)
    return {
        "from": first.isoformat() if chance.random() < 0.85 else None,
        "to": (first + DAY * length).isoformat() if chance.random() < 0.85 else None,
    }


def limits(chance, books, amount, currency):
    """Amounts near one that there is, because they are included."""
    near = sorted(max(0, books.units(amount, currency) + chance.choice((-10_000, -1, 0, 0, 1, 10_000))) for _ in range(2))
    least, most = (str(decimal.Decimal(it).scaleb(-books.places[currency])) for it in near)
    return chance.choice(({"min": least}, {"max": most}, {"min": least, "max": most}))


def chosen(seed, books, entries):
    """A filter, mostly of what an entry has; None for what it does not ask for."""
    chance = random.Random(seed)
    entry, other = chance.choice(entries), chance.choice(entries)
    line = chance.choice(entry["lines"])
    given = dict.fromkeys(KINDS) | {"account": line["account"]} | span(chance, entry["date"])
    for kind in chance.sample(KINDS, chance.choice((0, 1, 1, 2, 2, 3))):
        # What another one has leaves nothing, or something else.
        own = entry if chance.random() < 0.9 else other
        if kind == "party":
            given["party"] = line.get("party", "7")
        elif kind == "text":
            given["text"] = chance.choice([chance.choice(TEXTS), own["description"][:4], own["description"][1:6].upper()])
        elif kind == "amount":
            amount = chance.choice([own["total"], line.get("debit") or line.get("credit")])
            given |= limits(chance, books, amount, (own if amount == own["total"] else entry)["currency"])
        else:
            given[kind] = own.get(kind)
    return given


@pytest.fixture(params=SEEDS, ids=lambda seed: f"seed {seed}")
def given(request, books, entries):
    return chosen(request.param, books, entries)


def part(given, *names):
    """Some filters of a set."""
    return {name: given[name] for name in names if given.get(name) is not None}


def days(given):
    """The span as hledger takes it, whose end is not included."""
    found = ["-b", given["from"]] if given.get("from") else []
    if given.get("to"):
        found += ["-e", (datetime.date.fromisoformat(given["to"]) + DAY).isoformat()]
    return found


def same(given, **sums):
    """All have the same sums; a failure shows where they differ."""
    (first, expected), *others = sums.items()
    print(f"{len(expected)} sums are compared")
    for name, found in others:
        differences = {
            key: (expected.get(key), found.get(key)) for key in expected | found if expected.get(key) != found.get(key)
        }
        assert not differences, f"{first} and {name} differ for {given}: {differences}"


def test_the_trial_balance_is_what_lies_below_it(books, given):
    """Of all accounts, in a span and perhaps one currency."""
    only = part(given, "from", "to", "currency")
    data = books.get("trial-balance", **only)["data"]
    # It says which days it took where none was asked for.
    only |= {name: data[name] for name in ("from", "to")}
    dates = part(only, "from", "to")
    moved, opening = {}, {}
    totals = {total["currency"]: dict.fromkeys(total.keys() - {"currency", "balanced"}, 0) for total in data["totals"]}
    for row in data["accounts"]:
        key, currency = (row["account"], row["currency"]), row["currency"]
        amounts = {name: books.units(row[name], currency) for name in totals[currency]}
        had = amounts["opening_debit"] - amounts["opening_credit"]
        has = amounts["closing_debit"] - amounts["closing_credit"]
        assert had + amounts["debits"] - amounts["credits"] == has
        if had:
            opening[key] = had
        if amounts["debits"] or amounts["credits"]:
            moved[key] = (amounts["debits"], amounts["credits"])
        for name, amount in amounts.items():
            totals[currency][name] += amount
    for total in data["totals"]:
        told = {name: books.units(total[name], total["currency"]) for name in totals[total["currency"]]}
        assert told == totals[total["currency"]] and total["balanced"]

    shown, before = {}, {}
    for account in sorted({account for account, _ in moved | opening}):
        sums, balances = books.statement(account, **only)
        shown |= sums
        before |= balances
    currency = [f"cur:^{only['currency']}$"] if "currency" in only else []

    def own(lines):
        return books.sums(line for line in lines if only.get("currency") in (None, line[1]))

    same(
        given,
        trial_balance=moved,
        statements=shown,
        entries=own(books.entry_lines(**dates)),
        csv=own(books.csv_lines(**dates)),
        hledger=books.hledger(*days(only), *currency),
        hledger_of_the_span=books.hledger(*currency, journal=books.export("hledger", **dates)),
    )
    same(
        given,
        trial_balance=opening,
        statements=before,
        hledger=books.balances("-e", only["from"], *currency),
    )


def test_a_statement_is_what_its_filter_leaves_of_the_entries(books, given):
    """Of one account, by party, text, amount and currency of its lines."""
    account = given["account"]
    only = part(given, "from", "to", "currency", "party", "text", "min", "max")
    # Without a span it is of the days up to this one.
    only = {"from": "2000-01-01", "to": datetime.date.today().isoformat()} | only
    of_entries = part(only, "from", "to", "text") if "text" in only else part(only | {"text": None}, "from", "to")
    least, most = (decimal.Decimal(only[name]) if name in only else None for name in ("min", "max"))

    def is_shown(line):
        amount = decimal.Decimal(line[3] + line[4]).scaleb(-books.places[line[1]])
        return (
            line[0] == account
            and only.get("currency") in (None, line[1])
            and only.get("party") in (None, line[2])
            and (least is None or amount >= least)
            and (most is None or amount <= most)
        )

    def own(lines):
        return books.sums(filter(is_shown, lines))

    query = [account_query(account), *days(only)]
    query += [f"cur:^{only['currency']}$"] if "currency" in only else []
    query += [tag_query("party", only["party"])] if "party" in only else []
    query += ["desc:" + re.escape(only["text"])] if "text" in only else []
    query += [f"amt:>={only['min']}"] if "min" in only else []
    query += [f"amt:<={only['max']}"] if "max" in only else []
    same(
        given,
        statement=books.statement(account, **only)[0],
        its_lines=books.sums(books.statement_lines(account, **only)),
        entries=own(books.entry_lines(account=account, **of_entries)),
        csv=own(books.csv_lines(account=account, **of_entries)),
        hledger=books.hledger(*query),
        hledger_of_the_account=books.hledger(*query, journal=books.export("hledger", account=account, **of_entries)),
    )


def test_entries_are_what_is_exported(books, given):
    """Whole entries, by an account, table, record, purpose, text and the total."""
    only = part(given, "from", "to", "account", "table", "record", "purpose", "text", "min", "max")
    if given["party"] is None and given["currency"] is None:
        only.pop("account")
    sums = {
        "entries": books.sums(books.entry_lines(**only)),
        "csv": books.sums(books.csv_lines(**only)),
        "hledger_of_the_export": books.hledger(journal=books.export("hledger", **only)),
    }
    if "min" not in only and "max" not in only:
        query = [account_query(only["account"])] if "account" in only else []
        query += [tag_query("source", only["table"])] if "table" in only else []
        query += [tag_query("record", only["record"])] if "record" in only else []
        query += [tag_query("purpose", only["purpose"])] if "purpose" in only else []
        query += ["desc:" + re.escape(only["text"])] if "text" in only else []
        sums["hledger"] = books.hledger(also=[*days(only), *query])
    same(given, **sums)


def test_hledger_agrees_with_the_whole_journal(books):
    ran = subprocess.run(["hledger", "-f", books.file, "check", "-s"], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
