"""Whoever follows the cursors of a list sees every row that was there once, in both directions, while rows are added."""

import json
import os
import time

import pytest

ROWS = 100_000 if os.environ.get("PGSYNC_TEST_PROFILE") == "full" else 20_000
# Nine rows of ten have the same time.
AT = "timestamptz '2026-03-01 12:00+00' + case when n % 10 = 0 then n * interval '1 second' else '0' end"
DAY = "date '2026-03-01' + case when n % 10 = 0 then n % 28 else 0 end"

# Each list: its path, the field that tells rows apart, and a statement that adds rows numbered n and returns them.
LISTS = {
    "audit": (
        "/audit?actor=pager",
        lambda row: row["id"],
        f"""
        insert into pgsync.acts (at, actor, act, result)
        select {AT}, 'pager', 'test', 'done' from numbers
        returning id
        """,
    ),
    "queue": (
        "/queue?class=data.pager",
        lambda row: row["change"],
        f"""
        , logs as (
            insert into pgsync.sync_logs (source_table, record_id, action, data, slot, captured_at)
            select 'public.lab_bills', 1000000000 + n, 'create', '{{}}', 0, {AT} from numbers
            returning id, slot
        )
        insert into pgsync.sync_queue (
            log_id, slot, sync_status, attempts, retry_count, max_retries, error_class, error_message
        )
        select id, slot, 'failed', 5, 5, 5, 'data.pager', 'a test' from logs
        returning log_id
        """,
    ),
    "schedule runs": (
        "/schedules/verify/runs",
        None,
        f"""
        insert into pgsync.sync_schedule_runs (schedule, due_at, noted_at, outcome)
        select 'verify', {AT}, {AT}, 'skipped' from numbers
        returning id
        """,
    ),
    "tokens": (
        "/tokens?state=expired",
        lambda row: row["token"],
        f"""
        insert into pgsync.api_tokens (name, prefix, secret_hash, scopes, created_at, created_by, expires_at)
        select 'pager', 'pgs_pagers', sha256(gen_random_uuid()::text::bytea), '{{read}}', {AT}, 'pager',
            timestamptz '2026-01-01'
        from numbers
        returning id
        """,
    ),
}


def add(clinic, name, count, first=1):
    """Adds rows to a list; their numbers."""
    statement = LISTS[name][2]
    found = clinic.sql(f"with numbers as (select n from generate_series({first}, {first + count - 1}) as n) {statement}")
    return found.split()


def pages(server, token, path, cursor, way, meanwhile=lambda: None):
    """The rows of all pages in one direction, and the cursor of the last one for the other direction."""
    while True:
        query = path + ("&" if "?" in path else "?") + "limit=200" + (f"&cursor={cursor}" if cursor else "")
        status, _, text = server.ask(f"/api/v1{query}", token)
        assert status == 200, text
        page = json.loads(text)
        yield page
        meanwhile()
        cursor = page[way]
        if cursor is None:
            return


def walk(server, token, path, meanwhile, rows_of=lambda page: page["data"]):
    """All rows on the way to the end, and all on the way back from there."""
    began = time.monotonic()
    there, last = [], None
    for page in pages(server, token, path, None, "next", meanwhile):
        there += rows_of(page)
        last = page
    # The last page is not behind its own cursor.
    back = [list(reversed(rows_of(last)))]
    back += [list(reversed(rows_of(it))) for it in pages(server, token, path, last["prev"], "prev", meanwhile)]
    found = [row for page in back for row in page]
    print(f"\n{path}: {len(there)} rows there and {len(found)} back in {time.monotonic() - began:.1f} s")
    return there, found


def check(there, back, known, key):
    """Both ways have each known row once, in orders that are each other's reverse."""
    for rows in (there, back):
        seen = [key(row) for row in rows]
        assert len(seen) == len(set(seen)), "a row came twice"
        assert known - set(seen) == set(), "a row did not come"
    forth = [key(row) for row in there if key(row) in known]
    assert forth == [key(row) for row in reversed(back) if key(row) in known]


def every(count, act):
    """Does something each so many times that it is called."""
    calls = iter(range(1, 1_000_000))
    return lambda: act() if next(calls) % count == 0 else None


@pytest.mark.parametrize("name", LISTS)
def test_every_row_comes_once(clinic, server, tokens, name):
    path, key, _ = LISTS[name]
    count = ROWS if name in ("audit", "queue") else 1_000
    known = set(add(clinic, name, count))
    assert len(known) == count
    clinic.sql("analyze pgsync.acts, pgsync.sync_queue, pgsync.sync_logs, pgsync.api_tokens")
    added = []
    meanwhile = every(5, lambda: added.extend(add(clinic, name, 2, first=9 + len(added))))
    try:
        there, back = walk(server, tokens["all"], path, meanwhile)
        assert added
        if key:
            check(there, back, known, key)
        else:
            # Its rows have no number in the answer: none is missing if there are as many.
            assert len(there) >= count and len(back) >= len(there)
    finally:
        remove(clinic)


def remove(clinic):
    """Takes back what would cost the figures time."""
    clinic.sql(
        "set pgsync.finishing = 'on'; delete from pgsync.sync_queue where error_class = 'data.pager'; "
        "delete from pgsync.api_tokens where created_by = 'pager'; "
        "delete from pgsync.sync_schedule_runs where noted_by = 'postgres' and outcome = 'skipped'"
    )


def post(clinic, account, count, first=1):
    """Posts entries of two lines to one account, most of them of one day; their numbers."""
    return clinic.sql(
        f"""
        with numbers as (
            select n, nextval('ledger.journal_entries_id_seq') as id, {DAY} as day
            from generate_series({first}, {first + count - 1}) as n
        ),

        entries as (
            insert into ledger.journal_entries (
                id, entry_date, document_date, purpose, currency, idempotency_key, input_hash, description
            )
            select id, day, day, 'manual', 'INR', 'pager ' || id, sha256('pager'), 'Page ' || n
            from numbers
            returning id
        ),

        lines as (
            insert into ledger.journal_lines (entry_id, amount, line, account, currency)
            select numbers.id, side.amount, side.line, '{account}', 'INR'
            from numbers
            cross join (values (100, 1), (-100, 2)) as side (amount, line)
        )

        select id from entries
        """
    ).split()


def account(clinic, code, count):
    """Makes an account with entries; their numbers."""
    clinic.sql(f"insert into ledger.accounts (code, name, type) values ('{code}', 'Pages', 'expense')")
    known = post(clinic, code, count)
    clinic.sql("analyze ledger.journal_entries, ledger.journal_lines")
    assert len(known) == count
    return set(known)


def test_every_entry_comes_once(clinic, server, tokens):
    known = account(clinic, "5901", ROWS)
    meanwhile = every(10, lambda: post(clinic, "5901", 2, first=9))
    there, back = walk(server, tokens["read"], "/ledger/entries?account=5901", meanwhile)
    check(there, back, known, lambda row: row["entry"])


def test_every_line_of_an_account_comes_once(clinic, server, tokens):
    # A page costs as much as the lines of its day before it.
    known = account(clinic, "5902", ROWS // 10)
    meanwhile = every(4, lambda: post(clinic, "5902", 2, first=9))
    path = "/ledger/accounts/5902/statement?from=2026-03-01&to=2026-04-30"
    there, back = walk(server, tokens["read"], path, meanwhile, lambda page: page["data"]["lines"])
    lines = {(entry, line) for entry in known for line in (1, 2)}
    check(there, back, lines, lambda row: (row["entry"], row["line"]))
