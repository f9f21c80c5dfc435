"""The screens of the dashboard, each at an address that has something to show."""

# Paths below the root; {…} is filled in from what the clinic has posted.
SCREENS = {
    "overview": "",
    "queue": "queue",
    "dead-letters": "queue?state=dead",
    "change": "changes/{change}",
    "record": "records/{table}/{key}",
    "sources": "sources",
    "rules": "rules",
    "rule": "rules/lab_bill",
    "imports": "imports",
    "import-runs": "imports/runs",
    "failed-items": "imports/failed",
    "compare": "compares",
    "comparison": "compares/warehouse",
    "comparison-same": "compares/mirror",
    "compared-rows": "compares/warehouse/differences?entity=items",
    "nodes": "nodes",
    "conflicts": "conflicts?state=all",
    "conflict": "conflicts/{conflict}",
    "trial-balance": "ledger",
    "account": "ledger/accounts/1200",
    "entries": "ledger/entries",
    "entry": "ledger/entries/{entry}",
    "periods": "ledger/periods",
    "proof": "proof",
    "alerts": "alerts",
    "jobs": "jobs",
    "schedules": "schedules",
    "configuration": "configuration",
    "access": "access",
    "audit": "audit",
    "analytics": "analytics",
    "login": "login",
    "nothing": "no/such/screen",
}
LAB = "public.lab_bills"


def screens(clinic):
    """The path of each screen by its name; bills of the laboratory stand for all."""
    change, key, entry = clinic.sql(
        f"select change_id, record_id, id from ledger.journal_entries"
        f" where source_table = '{LAB}'::regclass and reverses is null order by id limit 1"
    ).split("|")
    # The newest open one, if conflicts were planted.
    conflict = clinic.sql("select coalesce(max(id) filter (where state = 'open'), 1) from pgsync.conflicts")
    known = {"conflict": conflict, "change": change, "key": key, "entry": entry, "table": LAB}
    return {name: path.format(**known) for name, path in SCREENS.items()}
