"""What tests put into the clinic by SQL, behind the page's back."""

import itertools
import pathlib

from screens import LAB
from served import eventually

_serial = itertools.count(900_000_001)


def plant_bill(clinic, mode="cash", amount=450, n=1):
    """Writes final bills of the laboratory, and answers their ids. The mode "barter" makes dead letters."""
    ids = [next(_serial) for _ in range(n)]
    rows = ", ".join(f"({i}, 'L-{i}', {amount}, '{mode}', 'final')" for i in ids)
    clinic.sql(f"insert into {LAB} (id, bill_number, gross_amount, payment_mode, status) values {rows}")
    return ids


def posted(clinic, bill):
    """How many entries of a bill stand in the ledger, reversals included."""
    return int(
        clinic.sql(
            f"select count(*) from ledger.journal_entries where source_table = '{LAB}'::regclass and record_id = '{bill}'"
        )
    )


def dead_letter(clinic):
    """A new change that needs a person: the id of its bill and its own."""
    bill = plant_bill(clinic, mode="barter")[0]
    change = eventually(
        lambda: clinic.sql(
            "select l.id from pgsync.sync_logs l join pgsync.sync_queue q on q.log_id = l.id"
            f" where l.record_id = '{bill}' and l.source_table = '{LAB}'::regclass"
            " and q.sync_status = 'failed'"
        )
    )
    return bill, change


_furnished = set()


def furnish(clinic):
    """Once for each clinic: a dead letter and a difference, so that every screen has something to show."""
    if clinic not in _furnished:
        _furnished.add(clinic)
        dead_letter(clinic)
        plant_difference(clinic)
        plant_imports(clinic)
        plant_comparisons(clinic)
        plant_nodes(clinic)


def plant_imports(clinic):
    """Two imports, one of which waits and one of which is paused."""
    clinic.sql(pathlib.Path(__file__).with_name("imported.sql").read_text())


def plant_comparisons(clinic):
    """Two comparisons that have run, one of which found differences."""
    clinic.sql(pathlib.Path(__file__).with_name("compared.sql").read_text())


def plant_nodes(clinic):
    """A table that is exchanged, two nodes, a master and conflicts."""
    clinic.sql(
        "create schema ward;"
        "create table ward.stock (id bigint primary key, name text, quantity integer, unit text, note text);"
        "select pgsync.attach('ward.stock', posts => false)"
    )
    # In a transaction that has not written yet.
    clinic.sql("select pgsync.set_synced('ward.stock', true)")
    clinic.sql(pathlib.Path(__file__).with_name("nodes.sql").read_text())


def plant_difference(clinic):
    """Changes a posted bill where no trigger sees it, and verifies: one difference, of that bill."""
    bill = plant_bill(clinic)[0]
    eventually(lambda: posted(clinic, bill))
    clinic.sql(
        f'begin; alter table {LAB} disable trigger "000_pgsync_update";'
        f"update {LAB} set gross_amount = gross_amount + 7 where id = {bill};"
        f'alter table {LAB} enable always trigger "000_pgsync_update"; commit'
    )
    clinic.run_any("verify")
    return bill
