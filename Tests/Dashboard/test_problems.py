"""Every error of the API is a problem as RFC 9457 has it, and says nothing of SQL or of the machine."""

import json
import re
import uuid

import jsonschema
import pytest

import raw
from served import ROOT, Server, eventually

# RFC 9457, section 3.1, and the members that this API adds to it.
PROBLEM = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "pattern": "^/problems/[a-z-]+$"},
        "title": {"type": "string", "minLength": 1},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "minLength": 1},
        "instance": {"type": "string", "format": "uri-reference", "minLength": 8},
        "code": {"type": "string", "pattern": "^[a-z-]+$"},
        "scope": {"enum": ["read", "images", "operate", "admin", "audit", "node"]},
        "expected": {"type": "integer", "minimum": 1},
        "retry_after": {"type": "integer", "minimum": 1},
        "near": {"type": "array", "minItems": 1, "items": {"type": "string"}},
        "errors": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {"type": "string", "pattern": "^[?/]."},
                    "detail": {"type": "string", "minLength": 1},
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}

# Statements, names of functions, where PL/pgSQL was, places in sources, and paths of the machine.
LEAKS = re.compile(
    r"\bselect\b.+\bfrom\b|\binsert into\b|\bupdate\b.+\bset\b|\bdelete from\b|\$[0-9]|pl/pgsql|\bCONTEXT\b"
    r"|\bLINE [0-9]+:|pgsync\.[a-z_]+|\bledger\.[a-z_]+|\.swift|/(tmp|usr|home|root|var)/|postgres(ql)?://",
    re.IGNORECASE | re.DOTALL,
)
KEY = object()


def acting(path, body, expected, code, **headers):
    """A POST that is refused."""
    return ("POST", path, {"Idempotency-Key": KEY} | headers, body, expected, code)


ASKED = {
    "no token": ("GET", "/queue", {"Authorization": None}, None, 401, "log-in-needed"),
    "another scheme": ("GET", "/queue", {"Authorization": "Basic cDpw"}, None, 401, "log-in-needed"),
    "a number that is none": ("GET", "/changes/x", {}, None, 404, "not-found"),
    "no change": ("GET", "/changes/999999999999999", {}, None, 404, "not-found"),
    "a number beyond 64 bits": ("GET", "/changes/99999999999999999999", {}, None, 404, "not-found"),
    "no path": ("GET", "/nothing", {}, None, 404, "not-found"),
    "a name with a quote": ("GET", "/schedules/a'b", {}, None, 404, "not-found"),
    "a name that is no identifier": ("GET", "/sources/1%20x", {}, None, 422, "unprocessable"),
    "a method": ("PUT", "/queue", {}, {}, 405, "method-not-allowed"),
    "a form": ("GET", "/queue", {"Accept": "text/csv"}, None, 406, "not-acceptable"),
    "a parameter": ("GET", "/queue?x=1", {}, None, 400, "bad-request"),
    "two parameters": ("GET", "/queue?x=1&limit=0", {}, None, 400, "bad-request"),
    "a twice": ("GET", "/queue?limit=1&limit=2", {}, None, 400, "bad-request"),
    "a cursor": ("GET", "/queue?cursor=AAAA", {}, None, 400, "cursor-invalid"),
    "a day": ("GET", "/ledger/entries?from=2026-02-30", {}, None, 400, "bad-request"),
    "an amount": ("GET", "/ledger/entries?min=much", {}, None, 400, "bad-request"),
    "a time beyond the database's": (
        "GET",
        "/audit?from=2026-01-01T00:00:00%2B20:00",
        {},
        None,
        422,
        "unprocessable",
    ),
    "an age beyond numbers": ("GET", "/queue?min_age=1e999", {}, None, 422, "unprocessable"),
    "an expression": ("GET", "/schedules/verify/next?cron=nonsense", {}, None, 422, "unprocessable"),
    "a time zone": ("GET", "/schedules/verify/next?time_zone=Moon", {}, None, 422, "unprocessable"),
    "no key": ("POST", "/posting/pause", {}, {}, 400, "idempotency-key-missing"),
    "a key with a blank": ("POST", "/posting/pause", {"Idempotency-Key": "a b"}, {}, 400, "bad-request"),
    "a long key": ("POST", "/posting/pause", {"Idempotency-Key": "a" * 201}, {}, 400, "bad-request"),
    "a field": acting("/posting/pause", {"x": 1}, 422, "unprocessable"),
    "no reason": acting("/changes/resolve", {"changes": ["1"]}, 422, "unprocessable"),
    "an empty reason": acting("/changes/resolve", {"changes": ["1"], "reason": ""}, 422, "unprocessable"),
    "a type": acting("/posting/pause", {}, 415, "unsupported-type", **{"Content-Type": "text/plain"}),
    "a broken body": acting("/posting/pause", b"{", 400, "bad-request"),
    "a deep body": acting("/posting/pause", b"[" * 5000, 400, "bad-request"),
    "a list": acting("/posting/pause", b"[]", 400, "bad-request"),
    "a state": acting("/posting/resume", {}, 409, "conflict"),
    "a period": acting("/ledger/periods/1999-01/close", {}, 404, "not-found"),
    "confirmation": acting("/silences", {"ends_at": "2030-01-01T00:00:00Z", "reason": "x"}, 403, "confirmation-needed"),
    "nothing to heal": acting("/proof/heals/999999/undo", {}, 404, "not-found"),
    "no difference": acting("/proof/differences/999999/mark", {"state": "open"}, 404, "not-found"),
    "an alert": acting("/alerts/999999/acknowledge", {}, 404, "not-found"),
    "a silence": ("DELETE", "/silences/999999", {}, None, 404, "not-found"),
    "no If-Match": ("PUT", "/configuration/x", {}, {"value": "1"}, 428, "if-match-missing"),
    "a setting": ("PUT", "/configuration/x", {"If-Match": "*"}, {"value": "1"}, 412, "changed-meanwhile"),
    "a value": (
        "PUT",
        "/configuration/posting_paused",
        {"If-Match": "*"},
        {"value": "'; drop table x"},
        422,
        "unprocessable",
    ),
    "an image that is gone": ("GET", "/changes/999999999999999/image", {}, None, 410, "gone"),
    "a host": ("GET", "/queue", {"Host": "elsewhere.example"}, None, 421, "wrong-host"),
    "a path with a control character": ("GET", "/queue/%07", {}, None, 400, "bad-request"),
    "a large body": acting("/posting/pause", b'"' + b"x" * 66_000 + b'"', 413, "too-large"),
}


# What a node is refused, which has sent nothing yet.
REFUSED_TO_NODES = {
    "a sequence": ("POST", "/sync/upload", {}, {"records": [], "sequence": 7}, 409, "conflict"),
    "a sequence of a download": ("GET", "/sync/download?sequence=7", {}, None, 409, "conflict"),
    "no records": ("POST", "/sync/upload", {}, {}, 422, "unprocessable"),
    "records that are no list": ("POST", "/sync/upload", {}, {"records": {}}, 422, "unprocessable"),
    "too many records": ("POST", "/sync/upload", {}, {"records": [0] * 1001}, 413, "too-large"),
    "an upload of another type": ("POST", "/sync/upload", {"Content-Type": "text/csv"}, {}, 415, "unsupported-type"),
    "an upload that is not zipped": ("POST", "/sync/upload", {"Content-Encoding": "gzip"}, {}, 400, "bad-request"),
    "an upload in another coding": ("POST", "/sync/upload", {"Content-Encoding": "br"}, {}, 415, "unsupported-type"),
    "a key of an upload": ("POST", "/sync/upload", {"Idempotency-Key": "a b"}, {"records": []}, 400, "bad-request"),
    "a table": ("GET", "/sync/download?tables=nothing", {}, None, 404, "not-found"),
    "a cursor of a node": ("GET", "/sync/download?cursor=AAAA", {}, None, 422, "unprocessable"),
    "a limit": ("GET", "/sync/download?limit=5001", {}, None, 400, "bad-request"),
    "a wait": ("GET", "/sync/download?wait=26", {}, None, 400, "bad-request"),
    "a time": ("GET", "/sync/download?last_synced_at=yesterday", {}, None, 400, "bad-request"),
    "columns": ("POST", "/sync/columns", {}, {"columns": ["colour"]}, 422, "unprocessable"),
    "an end of an exchange": ("POST", "/sync/acknowledge", {}, {"status": "done"}, 422, "unprocessable"),
    "sums": ("POST", "/sync/acknowledge", {}, {"status": "failed", "checksums": "x"}, 422, "unprocessable"),
    "a way to exchange": ("PUT", "/sync/upload", {}, {}, 405, "method-not-allowed"),
    "what others read": ("GET", "/queue", {}, None, 403, "forbidden"),
    "what others do": ("POST", "/sync/reset", {"Idempotency-Key": KEY}, {"node": "refused"}, 403, "forbidden"),
}


def ask(server, token, asked):
    """The answer to one of the requests above."""
    method, path, headers, body, _, _ = asked
    own = {"Authorization": f"Bearer {token}"}
    if body is not None:
        own["Content-Type"] = "application/json"
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
    own |= {name: str(uuid.uuid4()) if value is KEY else value for name, value in headers.items()}
    base = "/api" if path.startswith("/sync/") else "/api/v1"
    return raw.ask(server.port, method, base + path, own, body or b"")


def check(reply, status, code):
    """An answer is the problem that was expected, whole and without a word too much."""
    assert reply["Content-Type"] == ["application/problem+json"], reply
    problem = json.loads(reply.body)
    jsonschema.Draft202012Validator(PROBLEM, format_checker=jsonschema.FormatChecker()).validate(problem)
    assert (reply.status, problem["status"], problem["code"]) == (status, status, code), problem
    assert problem["type"] == f"/problems/{code}"
    assert reply["X-Correlation-Id"] == [problem["instance"]]
    assert reply["Cache-Control"] == ["no-store"]
    assert not LEAKS.search(reply.body.decode()), problem
    assert ("retry_after" in problem) == bool(reply["Retry-After"])
    if status == 401:
        assert reply["WWW-Authenticate"] == ["Bearer"]
    if status == 405:
        assert reply["Allow"] and reply["Allow"][0]


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_a_refusal_is_a_problem(server, tokens, asked):
    check(ask(server, tokens["all"], asked), *asked[-2:])


@pytest.fixture(scope="module")
def node(clinic):
    """The token of a node."""
    return clinic.node("refused")


@pytest.mark.parametrize("asked", REFUSED_TO_NODES.values(), ids=REFUSED_TO_NODES)
def test_a_refusal_to_a_node_is_a_problem(server, node, asked):
    reply = ask(server, node, asked)
    check(reply, *asked[-2:])
    assert reply.problem.get("expected") == (1 if asked[-1] == "conflict" else None)


def test_a_node_that_was_restored_loads_everything(clinic, server, node):
    status, _, text = server.ask("/api/sync/download?last_synced_at=2026-01-01T00:00:00Z", node)
    assert status == 200, text
    clinic.sql("select pgsync.resync_node('refused', 'it was restored')")
    asked = ("GET", f"/sync/download?cursor={json.loads(text)['cursor']}", {}, None, 410, "cursor-expired")
    reply = ask(server, node, asked)
    check(reply, 410, "cursor-expired")
    assert "it was restored" in reply.problem["detail"]


def test_a_node_that_has_just_loaded_everything_does_so_again(clinic, server):
    token = clinic.node("reloaded")
    status, _, text = server.ask("/api/sync/download", token)
    assert status == 200, text
    cursor = json.loads(text)["cursor"]
    acknowledged = server.ask("/api/sync/acknowledge", token, {"status": "success", "cursor": cursor})
    assert acknowledged[0] == 200
    clinic.sql("select pgsync.resync_node('reloaded', 'its disk was broken')")
    asked = ("GET", f"/sync/download?cursor={cursor}", {}, None, 410, "cursor-expired")
    check(ask(server, token, asked), 410, "cursor-expired")


def test_a_scope_that_is_missing_is_named(server, tokens):
    for path, scope in (
        ("/tokens", "admin"),
        ("/audit", "audit"),
        ("/changes/1/image", "images"),
        ("/sync/status", "node"),
        ("/sync/download", "node"),
    ):
        asked = ("GET", path, {}, None, 403, "forbidden")
        reply = ask(server, tokens["read"], asked)
        check(reply, 403, "forbidden")
        assert reply.problem["scope"] == scope


def test_wrong_tokens_are_refused_and_then_told_to_wait(server):
    asked = ("GET", "/queue", {}, None, 401, "log-in-needed")
    found = [ask(server, "pgs_" + "x" * 44, asked) for _ in range(12)]
    for reply in found:
        check(reply, *((429, "too-many") if reply.status == 429 else (401, "log-in-needed")))
    assert found[-1].status == 429


def test_each_type_can_be_read(server, tokens):
    document = json.loads(server.ask("/api/v1/openapi.json")[2])
    for code in document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]:
        status, _, text = server.ask(f"/problems/{code}")
        assert status == 200 and code in text


def test_a_database_that_is_away_is_a_problem(tokens):
    away = Server("postgresql://secret:word@127.0.0.1:1/nowhere")
    try:
        asked = ("GET", "/queue", {}, None, 503, "database-away")
        reply = ask(away, tokens["read"], asked)
    finally:
        away.stop()
    check(reply, 503, "database-away")
    assert b"secret" not in reply.body and b"nowhere" not in reply.body


# What a function of the database may do, and what becomes of it; one has its statement, path and table in its words.
TROUBLES = (
    ("perform pg_sleep(20)", 504, "too-slow"),
    (f"raise 'in select a from {ROOT}/x' using errcode = 'XX000'", 500, "internal"),
    ("execute 'select nothing from nowhere'", 404, "not-found"),
    ("perform 1 / 0", 422, "unprocessable"),
    ("perform pg_read_file('/etc/nothing')", 403, "forbidden"),
    ("raise using errcode = '53300', message = 'at /tmp/x'", 503, "database-away"),
    ("raise using errcode = '40P01', message = 'at /tmp/x'", 409, "conflict"),
    ("raise using errcode = '55P03', message = 'at /tmp/x'", 409, "conflict"),
)


FUNCTION = "pgsync.error_classes()"


def test_an_error_of_the_database_says_nothing_of_it(clinic, server, tokens):
    asked = ("GET", "/queue/classes", {}, None)
    # The function is called for each class there is.
    eventually(lambda: json.loads(ask(server, tokens["read"], (*asked, 200, None)).body)["data"], 60)
    original = clinic.sql(f"select pg_get_functiondef('{FUNCTION}'::regprocedure)")
    try:
        for words, status, code in TROUBLES:
            clinic.sql(
                f"create or replace function {FUNCTION} returns table (class text, meaning text) "
                f"language plpgsql volatile as $body$ begin {words}; end $body$"
            )
            check(ask(server, tokens["read"], (*asked, status, code)), status, code)
    finally:
        clinic.sql(original)
