"""No page may read a big table from end to end: the plans of all statements behind the API, on filled tables.

The server writes each plan to its log (auto_explain), with those of statements in functions. What grows with what is
posted is filled here, so that a scan is no longer the cheapest way to read it.
"""

import json
import re
import time

from served import eventually

SCAN = re.compile(r"Seq Scan on (\w+)")
# Reading a few of many rows in any order is no scan: a limit of its own stands above it.
LIMITED = re.compile(r"Limit .*\n(\s+->  .*\n)?\s+->  (Parallel )?Seq Scan")

RECORD = "9000000100"

# Filters of the queue while nearly all of it is dead: some find much, some little, some nothing.
DEAD = [
    "/queue",
    *(
        f"/queue?{rest}"
        for rest in (
            "state=dead",
            "state=dead&table=public.lab_bills",
            "state=dead&table=public.ultrasound_bills",
            "state=dead&table=public.refunds",
            "table=public.ultrasound_bills",
            "class=data.*",
            "class=ledger.account",
            "state=dead&class=data.missing",
            "state=dead&class=none.*",
            "state=dead&class=ledger.account&table=public.consultation_invoices",
            "state=dead&class=rule.*&table=public.ultrasound_bills",
            "key=8000000100",
            "key=nothing",
            "state=dead&key=8000000100",
            "state=dead&min_age=192900",
            "state=scheduled",
        )
    ),
    "/queue/counts",
    "/queue/counts?table=public.ultrasound_bills",
    "/queue/classes",
]

ASKED = [
    "/changes/100100",
    f"/records/public.lab_bills/{RECORD}",
    "/records/public.lab_bills/none",
    f"/find?q={RECORD}",
    "/ledger/trial-balance",
    "/ledger/trial-balance?from=2026-01-15&to=2026-02-14",
    "/ledger/accounts/1200/statement",
    "/ledger/accounts/1200/statement?from=2026-02-01&to=2026-02-10",
    "/ledger/accounts/1900/statement",
    "/ledger/accounts/1200/statement?party=7&from=2026-02-01&to=2026-02-03",
    "/ledger/entries",
    "/ledger/entries?from=2026-02-01&to=2026-02-02",
    "/ledger/entries?account=1900",
    f"/ledger/entries?record={RECORD}",
    "/ledger/entries?purpose=manual",
    "/ledger/entries/100100",
    "/ledger/periods",
    "/status",
    "/health/samples?step=minute",
    "/proof",
    "/audit-chain",
    "/alerts",
    "/alerts/check",
    "/audit",
]


def plans(clinic, since):
    """What the server's log says from a place on."""
    [log] = (clinic.directory / "state" / "log").glob("server-*.log")
    return log.read_text(errors="replace")[since:]


def big(clinic):
    """The tables and ranges that hold so much that nobody may read them whole."""
    return set(
        clinic.sql(
            "select relname from pg_class where relkind = 'r' and reltuples > 5000 "
            "and relnamespace in ('pgsync'::regnamespace, 'ledger'::regnamespace)"
        ).split()
    )


def scans(text, of):
    """The names of big tables that were read from end to end, without a limit of their own."""
    return sorted({found[1] for found in SCAN.finditer(LIMITED.sub("", text))} & of)


def test_no_statement_scans_a_big_table(filled):
    """Each endpoint, and the figures of the overview."""
    clinic, server = filled
    token = clinic.token("plans")
    tables = big(clinic)
    assert {"journal_entries", "journal_lines", "sync_queue"} <= tables
    wrong = {}
    for path in ASKED + DEAD:
        since = len(plans(clinic, 0))
        began = time.monotonic()
        status, _, text = server.ask("/api/v1" + path, token)
        seconds = time.monotonic() - began
        assert status in (200, 404), (path, text)
        told = eventually(lambda at=since: plans(clinic, at))
        found = scans(told, tables)
        if found or seconds > 2:
            wrong[path] = found, round(seconds, 2)
    assert not wrong, json.dumps(wrong, indent=1)


def test_a_scan_would_be_seen(filled):
    """The test can fail: a statement that has no index to use is told."""
    clinic, _ = filled
    since = len(plans(clinic, 0))
    clinic.sql("select count(*) from ledger.journal_lines where amount = 7")
    assert eventually(lambda: scans(plans(clinic, since), {"journal_lines"})) == ["journal_lines"]
