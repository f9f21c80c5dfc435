"""A journal that stands still, and its sums by every way that leads to them, in the smallest units of its currencies."""

import collections
import csv
import decimal
import json
import pathlib
import re
import subprocess
import urllib.parse

from served import Clinic, Server, eventually

# What a spreadsheet would run begins with an apostrophe.
DEFUSED = re.compile(r"^'(?=[=+\-@\t\r])")

# What comes after the balances were added up, dated back.
LATE = """
    select ledger.post_entry(
        current_date - 200 + n * 31 % 200, (array['INR', 'USD'])[1 + n % 2], 'Late ' || n,
        '[{"account": "1200", "party": "7", "debit": "5.01"}, {"account": "5903", "debit": "6.00"},
          {"account": "4300", "credit": "11.01"}]',
        'late ' || n
    )
    from generate_series(1, 20) as n
"""


class Books:
    """The demo's bills and books.sql, with all that is chosen from: accounts, days, parties, amounts."""

    def __init__(self):
        self.clinic = Clinic(demo=False)
        self.clinic.run_any("demo", "--bills", "500", "--edits", "60%", "--rate", "10000", "--seed", "7")
        open_changes = "select count(*) from pgsync.sync_queue where sync_status <> 'failed'"
        eventually(lambda: self.clinic.sql(open_changes) == "0")
        self.clinic.sql(pathlib.Path(__file__).with_name("books.sql").read_text())
        self.clinic.sql("select ledger.take_snapshot()")
        self.clinic.sql(LATE)
        self.server = Server(self.clinic.url)
        self.token = self.clinic.token("books")
        rows = self.clinic.sql("select code, exponent from ledger.currencies").splitlines()
        self.places = {code: int(places) for code, places in (row.split("|") for row in rows)}
        self.file = self.clinic.directory / "whole.journal"
        self.file.write_text(self.export("hledger"))

    def end(self):
        """Stops what runs."""
        self.server.stop()
        self.clinic.end()

    def ask(self, path, **given):
        """The text of an answer. An export may have to wait for the end of the one before it."""
        query = urllib.parse.urlencode({name: value for name, value in given.items() if value is not None})

        def look():
            status, _, text = self.server.ask(f"/api/v1/ledger/{path}?{query}", self.token)
            assert status in (200, 429), (path, given, text)
            return status == 200 and [text]

        return eventually(look)[0]

    def get(self, path, **given):
        """An answer in JSON."""
        return json.loads(self.ask(path, **given))

    def walk(self, path, part=None, **given):
        """The rows of all pages."""
        rows, cursor = [], None
        while True:
            page = self.get(path, limit=200, cursor=cursor, **given)
            rows += page["data"][part] if part else page["data"]
            cursor = page["next"]
            if not cursor:
                return rows

    def export(self, kind, **given):
        """The file that is downloaded."""
        return self.ask("export", format=kind, **given)

    def units(self, text, currency):
        """An amount in the smallest unit; exactly, or not at all."""
        amount = decimal.Decimal(text or 0).scaleb(self.places[currency])
        assert amount == int(amount), (text, currency)
        return int(amount)

    # Lines: (account, currency, party, debit, credit)

    def entry_lines(self, **given):
        """The lines of the entries that are listed."""
        return [
            (line["account"], entry["currency"], line.get("party"))
            + tuple(self.units(line.get(side), entry["currency"]) for side in ("debit", "credit"))
            for entry in self.walk("entries", **given)
            for line in entry["lines"]
        ]

    def csv_lines(self, **given):
        """The lines of the file for spreadsheets, whose last rows have the sums of all others."""
        rows = list(csv.DictReader(self.export("csv", totals="true", **given).splitlines(keepends=True)))
        lines = [
            (row["account"], row["currency"], DEFUSED.sub("", row["party"]) or None)
            + tuple(self.units(row[side], row["currency"]) for side in ("debit", "credit"))
            for row in rows
            if row["entry"] != "total"
        ]
        told = {
            row["currency"]: tuple(self.units(row[side], row["currency"]) for side in ("debit", "credit"))
            for row in rows
            if row["entry"] == "total"
        }
        added = collections.defaultdict(lambda: (0, 0))
        for _, currency, _, debit, credit in lines:
            added[currency] = (added[currency][0] + debit, added[currency][1] + credit)
        assert told == added, given
        return lines

    # Sums: {(account, currency): (debits, credits)}, of what moved

    @staticmethod
    def sums(lines):
        """The sums of lines."""
        found = collections.defaultdict(lambda: (0, 0))
        for account, currency, _, debit, credit in lines:
            debits, credits_ = found[account, currency]
            found[account, currency] = (debits + debit, credits_ + credit)
        return dict(found)

    def statement(self, account, **given):
        """What a statement says before its lines, as sums; and its opening balances."""
        data = self.get(f"accounts/{urllib.parse.quote(account, safe='')}/statement", limit=1, **given)["data"]
        shown = {
            (account, row["currency"]): tuple(self.units(row[side], row["currency"]) for side in ("debit", "credit"))
            for row in data["shown"]
        }
        opening = {
            (account, row["currency"]): balance
            for row in data["opening"]
            if (balance := self.units(row["balance"], row["currency"]))
        }
        return shown, opening

    def statement_lines(self, account, **given):
        """All lines of a statement."""
        path = f"accounts/{urllib.parse.quote(account, safe='')}/statement"
        return [
            (account, row["currency"], row["party"])
            + tuple(self.units(row[side], row["currency"]) for side in ("debit", "credit"))
            for row in self.walk(path, "lines", **given)
        ]

    # hledger

    def hledger(self, *query, journal=None, also=None):
        """The sums that hledger finds of a journal, or of those entries of it that another query chooses."""
        if also is not None:
            journal = self.run("print", *also)
        debits, credits_ = (self.balances(*query, side, journal=journal) for side in ("amt:>0", "amt:<0"))
        return {key: (debits.get(key, 0), -credits_.get(key, 0)) for key in debits | credits_}

    def balances(self, *query, journal=None):
        """What its report of balances says."""
        text = self.run("balance", "--flat", "-N", "-O", "csv", "--layout", "bare", *query, journal=journal)
        found = {}
        for row in csv.DictReader(text.splitlines()):
            # The codes of accounts begin each part of their names.
            account = row["account"].rpartition(":")[2].partition(" ")[0].replace("%3A", ":")
            amount = self.units(row["balance"], row["commodity"]) if row["commodity"] else 0
            if amount:
                found[account, row["commodity"]] = amount
        return found

    def run(self, command, *options, journal=None):
        """The output of a command of hledger, which does not compare: some entries are left out."""
        ran = subprocess.run(
            ["hledger", "-I", "-f", "-" if journal is not None else self.file, command, *options],
            input=journal,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout


def account_query(code):
    """How hledger chooses an account, but not those below it."""
    return f"acct:(^|:){re.escape(code.replace(':', '%3A'))} [^:]*$"


def tag_query(name, value):
    """How hledger chooses by a tag, in which some characters are escaped."""
    escaped = re.sub(r"[%,\[\]]", lambda found: f"%{ord(found[0]):02X}", value)
    return f"tag:{name}=^{re.escape(escaped)}$"
