"""The API and its document say the same: judged by openapi-spec-validator and schemathesis."""

import json
import os

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

import contract
from contract_tour import Tour
from planted import plant_comparisons, plant_imports, plant_nodes
from served import Clinic, Server, eventually

FULL = os.environ.get("PGSYNC_TEST_PROFILE") == "full"
EXAMPLES = 60 if FULL else 3
SCOPES = ("read", "operate", "all", "node")
# Without all scopes, most of what the other phases ask for is refused for the same reason.
PHASES = {scope: () if FULL or scope == "all" else ("--phases", "fuzzing") for scope in SCOPES}
# A node is refused everywhere else, as test_problems.py says.
PHASES["node"] = ("--include-path-regex", "^/sync/")
METHODS = ("get", "post", "put", "delete")

# Where the check is wrong about this API: the check, what else must be true, and why.
CHECK_IS_WRONG = (
    (
        "ignored_auth",
        lambda it: it.sight.code == "too-many",
        "after ten wrong tokens in a minute an address is told to wait, which is a refusal, too",
    ),
    (
        "response_schema_conformance",
        lambda it: it.sight.path in ("/events", "/sync/stream") and it.message.startswith("SSE event"),
        "OpenAPI 3.1 describes a stream as one text; to describe its events takes 3.2",
    ),
)


@pytest.fixture(scope="module")
def own():
    """A clinic of its own, because all acts there are will be done to it."""
    clinic = Clinic()
    plant_imports(clinic)
    plant_comparisons(clinic)
    plant_nodes(clinic)
    server = Server(clinic.url)
    yield clinic, server
    server.stop()
    clinic.end()


@pytest.fixture(scope="module")
def keys(own):
    """A token of each kind."""
    clinic, _ = own
    return {
        "read": clinic.token("reader", {"read"}),
        "operate": clinic.token("operator", {"read", "operate"}),
        "all": clinic.token("everything"),
        "node": clinic.node("east"),
    }


@pytest.fixture(scope="module")
def document(own):
    """The document as it is served."""
    return json.loads(own[1].ask("/api/v1/openapi.json")[2])


@pytest.fixture(scope="module")
def reports(own, keys, tmp_path_factory):
    """What schemathesis saw with the token of each kind."""
    clinic, server = own
    values = what_exists(server, keys["all"])
    found = {}
    for scope in SCOPES:
        clinic.sql("select pgsync.resume(null) where pgsync.configuration_boolean('posting_paused')")
        directory = tmp_path_factory.mktemp(scope)
        found[scope] = contract.run(server, keys[scope], values, directory, EXAMPLES, *PHASES[scope])
    print(f"\n{sum(report.cases for report in found.values())} cases")
    return found


def what_exists(server, token):
    """Values of path parameters that lead somewhere."""

    def listed(path, field):
        rows = json.loads(server.ask(f"/api/v1{path}", token)[2])["data"]
        return sorted({row[field] for row in rows})

    def any_listed(path, field):
        return eventually(lambda: listed(path, field))

    entries = any_listed("/ledger/entries?limit=20", "entry")
    changes = any_listed("/ledger/entries?limit=20", "change")
    schedules = listed("/schedules", "schedule")
    values = {f"{path} name": schedules for path in ("/schedules/{name}", "/schedules/{name}/next")}
    values |= {f"/schedules/{{name}}/{verb} name": schedules for verb in ("runs", "run", "enable", "disable")}
    tables = listed("/sources", "table")
    values |= {f"/sources/{{table}}{verb} table": tables for verb in ("", "/pause", "/resume", "/backfill")}
    imports = listed("/imports", "import")
    runs = listed("/imports/runs", "job")
    items = listed("/imports/irelandpay/failed-items", "failed_item")
    values |= {f"/imports/{{name}}{path} name": imports for path in ("", "/spans", "/runs", "/retry", "/failed-items")}
    values |= {f"/imports/runs/{{job}}{path} job": runs for path in ("", "/cancel")}
    values |= {f"/imports/failed-items/{{id}}/{verb} id": items for verb in ("payload", "resolve")}
    values |= {f"/endpoints/{{name}}{verb} name": imports for verb in ("", "/pause", "/resume")}
    values |= {"/sync-{import}/enhanced import": imports}
    compares = listed("/compares", "comparison")
    compared = listed("/compares/warehouse/runs", "job")
    run = "/compares/{name}/runs/{job}"
    values |= {f"/compares/{{name}}{path} name": compares for path in ("", "/runs")}
    for path in (run, f"{run}/differences", f"{run}/differences/rows"):
        values |= {f"{path} name": ["warehouse"], f"{path} job": compared}
    nodes = listed("/nodes", "name")
    masters = listed("/masters", "master")
    conflicts = listed("/conflicts", "conflict")
    values |= {f"/nodes/{{name}}{path} name": nodes for path in ("", "/reset")}
    values |= {f"/masters/{{name}}/{verb} name": masters for verb in ("sync", "reset")}
    values |= {f"/conflicts/{{id}}{path} id": conflicts for path in ("", "/resolve")}
    values |= {"/sync/reset node": nodes} | what_nodes_send()
    periods = listed("/ledger/periods", "period")[:3]
    values |= {f"/ledger/periods/{{period}}/{verb} period": periods for verb in ("start-closing", "close")}
    return {
        "spared": listed("/tokens", "token"),
        "values": values
        | {
            "/changes/{id} id": changes,
            "/changes/{id}/image id": changes,
            "/configuration/{key} key": listed("/configuration", "key"),
            "/jobs/{id} id": ["1", "2"],
            "/ledger/accounts/{code}/statement code": listed("/ledger/accounts", "account"),
            "/ledger/entries/{id} id": entries,
            "/rules/{name}/{version} name": listed("/rules", "rule"),
            "/rules/{name}/{version} version": ["1"],
            "/records/{table}/{key} table": tables,
            "/records/{table}/{key}/post table": tables,
        },
    }


def what_nodes_send():
    """Bodies of a node that are taken: those that schemathesis makes are often those of a node that was restored."""
    record = {"table": "ward.stock", "id": "7", "data": {"id": 7, "name": "Gauze 7"}}
    taken = [record | {"action": action} for action in ("create", "update")]
    unknown = {"table": "ward.nothing", "id": "7", "data": {}, "action": "update"}
    return {
        "/sync/upload records": [[taken[0]], [taken[1], unknown], [unknown], []],
        "/sync/upload sequence": [None],
        "/sync/columns columns": [{}, {"ward.stock": {"quantity": {"type": "integer"}}}],
        "/sync/acknowledge cursor": [None],
        "/sync/acknowledge checksums": [None, {"ward.stock": {"count": 4, "sum": "0"}}],
    }


def is_excused(failure, excuses):
    """Whether one of these excuses is about a failure."""
    return any(
        failure.check in ((check,) if isinstance(check, str) else check) and applies(failure)
        for check, applies, _ in excuses
    )


def test_the_document_is_openapi_3_1(document):
    assert document["openapi"].startswith("3.1.")
    assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


@pytest.mark.parametrize("scope", SCOPES)
def test_schemathesis_finds_nothing(reports, scope):
    report = reports[scope]
    found = [it for it in report.failures if not is_excused(it, CHECK_IS_WRONG)]
    told = {(it.check, it.sight, it.message): it for it in found}
    assert report.errors == []
    assert not told, "\n\n".join(sorted(str(it) for it in told.values())[:20])


@pytest.mark.skipif(not FULL, reason="only the full profile has as many")
def test_there_were_enough_cases(reports):
    assert sum(report.cases for report in reports.values()) >= 20_000


def documented(document):
    """The pairs of operation and status that the document names."""
    return {
        (method.upper(), path, int(status))
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in METHODS
        for status in operation["responses"]
        if status.isdigit()
    }


def test_every_documented_status_is_seen(own, keys, reports, document):
    sights = set().union(*(report.sights for report in reports.values())) | Tour(*own, keys["all"]).run()
    pairs = documented(document)
    seen = {(it.method, it.path, it.status) for it in sights}
    codes = set(document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"])
    never = sorted(pairs - seen)
    errors = {(it.method, it.path, it.status) for it in sights if it.code and it.method != "OPTIONS"}
    print(f"\n{len(pairs & seen)} of {len(pairs)} documented pairs of operation and status were seen")
    print(f"{len(errors)} pairs of operation and error were seen; the document calls all of them default")
    print("never seen:", *(f"{method} {path} {status}" for method, path, status in never), sep="\n  ")
    assert codes <= {it.code for it in sights}
    # Only what has a tag can be not modified.
    assert {it for it in never if it[2] != 304} <= NOT_WITHIN_REACH


# What needs an alert, a difference, a heal or a channel, which a run does not have.
NOT_WITHIN_REACH = {
    ("POST", "/alerts/{id}/acknowledge", 200),
    ("POST", "/alerts/{id}/unacknowledge", 200),
    ("POST", "/channels/{name}/disable", 200),
    ("POST", "/channels/{name}/enable", 200),
    ("POST", "/proof/differences/{id}/accept", 200),
    ("POST", "/proof/differences/{id}/mark", 200),
    ("POST", "/proof/heals/{job}/undo", 200),
}
