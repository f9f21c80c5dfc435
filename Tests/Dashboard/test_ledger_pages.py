"""Pages of the ledger hold what the journal holds: read by their cursors in both directions, against plain sums.

The filled account 1200 has so many lines that it is read by days, 1900 so few that it is read by its lines.
"""

import decimal
import json
import random
import urllib.parse

import pytest

from served import eventually

LATE = """
    select ledger.post_entry(
        date '{day}', 'INR', 'Late {number}',
        '[{{"account": "1200", "party": "7", "debit": "5.00"}}, {{"account": "1200", "party": "8", "debit": "6.00"}},
          {{"account": "4300", "credit": "11.00"}}]', 'late {number}', source_table => 'public.lab_bills',
        record_id => '9000000200'
    )
"""


@pytest.fixture(scope="module")
def ledger(filled):
    """The filled ledger, with entries of three lines that came after the balances were added up, dated back."""
    clinic, server = filled
    days = clinic.sql(
        "select distinct entry_date from ledger.journal_entries where rule = 'lab_bill@1' and entry_date < current_date - 40"
        " and ledger.entry_date_for(entry_date) = entry_date order by 1"
    ).split()
    assert len(days) > 100
    for number in range(6):
        clinic.sql(LATE.format(day=days[number * 17], number=number))
    token = clinic.token("pages")

    def ask(path, **parameters):
        text = urllib.parse.urlencode({name: value for name, value in parameters.items() if value is not None})
        status, _, answer = server.ask(f"/api/v1{path}?{text}", token)
        assert status == 200, answer
        return json.loads(answer, parse_float=decimal.Decimal)

    return clinic, ask, days


def walk(ask, path, part, **parameters):
    """All rows by the cursors: forward, and backward from the last page."""
    pages, answer = [], ask(path, **parameters)
    while True:
        data = answer["data"][part] if part else answer["data"]
        pages.append(data)
        if not answer["next"]:
            break
        answer = ask(path, cursor=answer["next"], **parameters)
    forward = [row for page in pages for row in page]
    backward = list(pages[-1])
    while answer["prev"]:
        answer = ask(path, cursor=answer["prev"], **parameters)
        backward = (answer["data"][part] if part else answer["data"]) + backward
    return forward, backward


def lines_of(clinic, account, first, last, where="true"):
    """The lines of an account as plain SQL finds them: entry, line, amount, and the balance after it."""
    rows = clinic.sql(
        f"""
        select listed.entry_id, listed.line, listed.amount, listed.balance
        from (
            select line.entry_id, line.line, line.amount, entry.entry_date, entry.description, line.party,
                sum(line.amount) over (order by entry.entry_date, entry.id, line.line) as balance
            from ledger.journal_entries as entry
            inner join ledger.journal_lines as line on entry.id = line.entry_id
            where line.account = '{account}'
        ) as listed
        where listed.entry_date between '{first}' and '{last}' and {where}
        order by listed.entry_date, listed.entry_id, listed.line
        """
    )
    return [tuple(int(cell) for cell in row.split("|")) for row in rows.splitlines()]


def told(rows, has_balance=True):
    """The rows of a statement in that form."""
    paise = [
        (
            int(row["entry"]),
            row["line"],
            round((decimal.Decimal(row["debit"] or 0) - decimal.Decimal(row["credit"] or 0)) * 100),
            round(decimal.Decimal(row["balance"]) * 100) if has_balance else None,
        )
        for row in rows
        if row["entry"]
    ]
    return paise if has_balance else [row[:3] for row in paise]


@pytest.mark.parametrize("account", ["1200", "1900"])
@pytest.mark.parametrize("seed", range(4))
def test_a_statement_has_its_lines_and_balances(ledger, account, seed):
    clinic, ask, days = ledger
    chance = random.Random(seed)
    first, last = sorted((chance.choice(days), chance.choice(days[:60] if account == "1200" else days)))
    if account == "1200":
        # A few thousand lines at most.
        last = min(last, days[min(len(days) - 1, days.index(first) + 4)])
    span = {"from": first, "to": last, "limit": chance.choice((20, 50, 200))}

    def is_equal():
        forward, backward = walk(ask, f"/ledger/accounts/{account}/statement", "lines", **span)
        return told(forward) == told(backward) == lines_of(clinic, account, first, last)

    eventually(is_equal, 30)


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"party": "7"}, "listed.party = '7'"),
        ({"min": "6.5", "max": "9"}, "abs(listed.amount) between 650 and 900"),
        ({"text": "LATE"}, "listed.description ilike '%late%'"),
        ({"text": "nothing at all"}, "false"),
    ],
)
def test_a_filtered_statement_has_what_the_filter_leaves(ledger, given, where):
    clinic, ask, days = ledger
    first, last = days[0], days[8]
    own = lines_of(clinic, "1200", first, last, where)

    def is_equal():
        forward, backward = walk(
            ask, "/ledger/accounts/1200/statement", "lines", **{"from": first, "to": last, "limit": 100}, **given
        )
        plain = [row[:3] for row in own]
        return told(forward, has_balance=False) == told(backward, has_balance=False) == plain

    eventually(is_equal, 30)
    sums = ask("/ledger/accounts/1200/statement", **{"from": first, "to": last}, **given)["data"]["shown"]
    assert sum(round(decimal.Decimal(row["debit"]) * 100) for row in sums) == sum(row[2] for row in own if row[2] > 0)


def sums_of(row):
    """What an account had, was debited and was credited, in paise."""
    had, owed, debits, credits_ = (
        round(decimal.Decimal(row[name] or 0) * 100) for name in ("opening_debit", "opening_credit", "debits", "credits")
    )
    return had - owed, debits, credits_


@pytest.mark.parametrize("seed", range(4))
def test_a_trial_balance_is_the_sum_of_the_lines(ledger, seed):
    clinic, ask, days = ledger
    first, last = sorted(random.Random(seed).sample(days, 2))

    def is_equal():
        plain = clinic.sql(
            f"""
            select line.account,
                coalesce(sum(line.amount) filter (where entry.entry_date < '{first}'), 0),
                coalesce(sum(line.amount) filter (where entry.entry_date >= '{first}' and line.amount > 0), 0),
                coalesce(-sum(line.amount) filter (where entry.entry_date >= '{first}' and line.amount < 0), 0)
            from ledger.journal_entries as entry
            inner join ledger.journal_lines as line on entry.id = line.entry_id
            where entry.entry_date <= '{last}' and line.currency = 'INR'
            group by line.account
            """
        )
        plain = {
            cells[0]: tuple(int(cell) for cell in cells[1:]) for cells in (row.split("|") for row in plain.splitlines())
        }
        rows = ask("/ledger/trial-balance", **{"from": first, "to": last, "currency": "INR", "zero": "true"})["data"][
            "accounts"
        ]
        found = {row["account"]: sums_of(row) for row in rows}
        return {code: sums for code, sums in found.items() if any(sums)} == {
            code: sums for code, sums in plain.items() if any(sums)
        }

    eventually(is_equal, 30)


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"record": "9000000200"}, "own.record_id = '9000000200'"),
        ({"record": "9000000200", "table": "public.lab_bills"}, "own.record_id = '9000000200'"),
        ({"purpose": "manual"}, "own.purpose = 'manual'"),
        (
            {"account": "1900"},
            "own.id in (select entry_id from ledger.journal_lines where account = '1900')",
        ),
        ({"text": "late", "min": "11", "max": "11.00"}, "own.description ilike '%late%'"),
        ({"rule": "lab_bill"}, "own.rule like 'lab\\_bill@%'"),
    ],
)
def test_entries_and_their_export_have_what_a_filter_leaves(ledger, given, where):
    clinic, ask, days = ledger
    span = {"from": days[0], "to": days[3] if "rule" in given else days[-1]}
    plain = clinic.sql(
        f"""
        select own.id from ledger.journal_entries as own
        where own.entry_date between '{span["from"]}' and '{span["to"]}' and {where}
        order by own.entry_date desc, own.id desc
        """
    ).split()
    assert plain
    forward, backward = walk(ask, "/ledger/entries", None, limit=40, **span, **given)
    assert [row["entry"] for row in forward] == [row["entry"] for row in backward] == plain
    server, token = clinic.served, clinic.token(f"file of {sorted(given)}")
    text = urllib.parse.urlencode({**span, **given, "format": "jsonl"})
    status, _, file = server.ask(f"/api/v1/ledger/export?{text}", token)
    assert status == 200
    assert [str(json.loads(line)["entry"]) for line in file.splitlines()] == plain[::-1]
