"""What strangers, other pages and broken programs send is refused or does nothing, and what it has to leave is on record."""

import json
import uuid

import pytest

import raw
from served import Server

SESSION = "/api/v1/session"
ACT = "/api/v1/posting/resume"


@pytest.fixture
def ask(server):
    """Asks the server with bytes that are made here."""
    return lambda *arguments, **more: raw.ask(server.port, *arguments, **more)


def acting(token, **more):
    """The headers of an act by a program."""
    own = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    return own | {"Idempotency-Key": str(uuid.uuid4())} | {name.replace("_", "-"): it for name, it in more.items()}


def log_in(server, token):
    """The cookie of a browser that is logged in, and what its page sends with acts."""
    reply = raw.ask(
        server.port,
        "POST",
        SESSION,
        {"Content-Type": "application/json"},
        json.dumps({"token": token}).encode(),
    )
    assert reply.status == 200, reply
    cookie = reply["Set-Cookie"][0]
    return cookie.split(";")[0], json.loads(reply.body)["data"]["csrf"], cookie


def records(clinic, **filters):
    """How many acts are on record."""
    where = " and ".join(f"{name} = '{value}'" for name, value in filters.items())
    return int(clinic.sql(f"select count(*) from pgsync.acts where {where}"))


HOSTS = [
    "evil.example",
    "127.0.0.1.evil.example",
    "127.0.0.1@evil.example",
    "evil.example:80@127.0.0.1",
    "127.0.0.1:80:80",
    "127.0.0.1:8o",
    "127.0.0.1:-1",
    "localhost.",
    "localhost.evil.example",
    "xn--lcalhost-54a",
    "127.1",
    "0x7f.1",
    "2130706433",
    "0",
    "[::ffff:127.0.0.1]",
    "[::1]x",
    "::1",
    "127.0.0.1, evil.example",
    "127.0.0.1 evil.example",
    "localhost/",
    "localhost#",
    "localhost%00",
    "",
    "[::1",
]


@pytest.mark.parametrize("host", HOSTS)
def test_a_name_that_is_not_its_own_is_refused_before_anything_else(server, ask, tokens, host):
    cookie, csrf, _ = log_in(server, tokens["all"])
    for method, path in (("GET", "/"), ("GET", "/api/v1/queue"), ("GET", "/api/v1/events"), ("POST", ACT)):
        reply = ask(method, path, acting(tokens["all"], Cookie=cookie, X_CSRF_Token=csrf), host=host)
        assert reply.status == 421 and reply["Set-Cookie"] == [], (method, path, reply)
        assert reply.problem["code"] == "wrong-host"


def test_headers_that_name_another_host_are_not_believed(ask, tokens):
    for name in ("X-Forwarded-Host", "X-Host", "X-Original-Host", "Forwarded"):
        reply = ask("GET", SESSION, {name: "host=127.0.0.1"}, host="evil.example")
        assert reply.status == 421
        reply = ask("GET", "/", {name: "evil.example"})
        assert reply.status == 200 and b"evil" not in reply.body


ORIGINS = [
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "https://127.0.0.1"},
    {"Origin": "http://127.0.0.1.evil.example"},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": "http://localhost"},
    {"Origin": ""},
    {"Origin": "http://127.0.0.1, http://evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "SAME-ORIGIN "},
    {"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "cross-site"},
]


@pytest.mark.parametrize("headers", ORIGINS, ids=str)
def test_a_page_of_another_site_does_not_act(clinic, server, ask, tokens, headers):
    cookie, csrf, _ = log_in(server, tokens["all"])
    before = clinic.sql("select count(*) from pgsync.acts where result = 'done'")
    own = acting(tokens["all"], Cookie=cookie, X_CSRF_Token=csrf) | headers
    for browser in (own, own | {"Authorization": None}):
        for method, path in (("POST", ACT), ("GET", "/api/v1/changes/1/image"), ("DELETE", SESSION)):
            assert ask(method, path, browser, b"{}" if method == "POST" else b"").status == 403
        # Nor does it log a browser in with a token of its own choice.
        given = json.dumps({"token": tokens["read"]}).encode()
        reply = ask("POST", SESSION, browser, given)
        assert reply.status == 403 and reply["Set-Cookie"] == []
    assert clinic.sql("select count(*) from pgsync.acts where result = 'done'") == before


def test_what_another_page_tried_is_on_record(clinic, server, ask, tokens):
    cookie, csrf, _ = log_in(server, tokens["all"])
    before = records(clinic, act="resume", result="refused")
    own = acting(tokens["all"], Cookie=cookie, X_CSRF_Token=csrf, Origin="http://evil.example")
    assert ask("POST", ACT, own | {"Authorization": None}, b"{}").status == 403
    assert records(clinic, act="resume", result="refused") == before + 1


def test_no_answer_lets_other_pages_read(ask, tokens):
    for method in ("GET", "OPTIONS", "HEAD"):
        reply = ask(method, SESSION, {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"})
        assert not [name for name, _ in reply.headers if name.lower().startswith("access-control")]


def test_cookies_are_only_what_the_server_gave(server, ask, tokens):
    cookie, csrf, given = log_in(server, tokens["all"])
    name, value = cookie.split("=", 1)
    assert "HttpOnly" in given and "SameSite=Strict" in given and "Path=/" in given
    assert ask("GET", "/api/v1/queue", {"Cookie": cookie}).status == 200
    other, other_csrf, _ = log_in(server, tokens["all"])
    assert value not in (other, csrf) and csrf != other_csrf
    for wrong in (
        f"{name}=x",
        f'{name}="{value}"',
        f"{name}={value}x",
        f"{name}={value[:-1]}",
        f"{name.upper()}={value}",
        f"pgsync-1={value}",
        f"pgsync={value}",
        f"__Host-pgsync={value}",
        f"x{name}={value}",
        f"{name} ={value}",
        f"{name}=x; {name}={value}",
        f"{name}=' or true --",
        f"{name}={value}%00",
        ";=;;==; ;",
    ):
        assert ask("GET", "/api/v1/queue", {"Cookie": wrong}).status == 401, wrong
    for shown in (None, "", "x", other_csrf, csrf[:-1], csrf + "0", csrf.upper()):
        own = acting(None, Cookie=cookie, X_CSRF_Token=shown, Authorization=None)
        assert ask("POST", ACT, own, b"{}").status == 403, shown
    # A browser does not get the session that somebody else chose for it.
    reply = ask(
        "POST",
        SESSION,
        {"Content-Type": "application/json", "Cookie": f"{name}={'A' * 44}"},
        json.dumps({"token": tokens["read"]}).encode(),
    )
    assert "A" * 44 not in reply["Set-Cookie"][0]
    assert ask("GET", "/api/v1/queue", {"Cookie": f"{name}={'A' * 44}"}).status == 401


def test_a_cookie_ends_with_its_session(server, ask, tokens):
    cookie, csrf, _ = log_in(server, tokens["read"])
    assert ask("DELETE", SESSION, {"Cookie": cookie}).status == 403
    assert ask("DELETE", SESSION, {"Cookie": cookie, "X-CSRF-Token": csrf}).status == 204
    assert ask("GET", "/api/v1/queue", {"Cookie": cookie}).status == 401


def test_what_strangers_say_of_who_asks_is_not_believed(clinic, server, ask):
    claims = (
        "X-Forwarded-For",
        "X-Real-IP",
        "Forwarded",
        "True-Client-IP",
        "X-Client-IP",
        "CF-Connecting-IP",
    )
    before = records(clinic, act="token", result="refused")
    found = []
    for number in range(15):
        claimed = dict.fromkeys(claims, f"203.0.113.{number}")
        found.append(ask("GET", "/api/v1/queue", claimed | {"Authorization": "Bearer pgs_" + "y" * 44}).status)
    # Another address each time does not escape the limit, and none is on record.
    assert found[-1] == 429
    assert int(clinic.sql("select count(*) from pgsync.acts where address like '203.0.113.%'")) == 0
    assert records(clinic, act="token", result="refused") <= before + 10
    reply = ask("GET", "/", {"X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "//evil.example/"})
    assert b"evil" not in reply.body and reply["Strict-Transport-Security"] == []


NOT_FILES = [
    "/assets/../../../etc/passwd",
    "/assets/%2e%2e/%2e%2e/etc/passwd",
    "/assets/%252e%252e/etc/passwd",
    "/assets/..%2f..%2fetc%2fpasswd",
    "/assets/..%5c..%5cetc%5cpasswd",
    "/assets//etc/passwd",
    "/assets/%c0%ae%c0%ae/etc/passwd",
    "/assets/%uff0e%uff0e/etc/passwd",
    "/assets/app.js%00.css",
    "/assets/app.css/..;/..;/etc/passwd",
    "/assets/.git/config",
    "/assets/%",
    "/assets/%4",
    "/assets/file:///etc/passwd",
    "/problems/../../etc/passwd",
    "/problems/%2e%2e",
]


@pytest.mark.parametrize("path", NOT_FILES)
def test_no_path_leads_to_a_file(ask, path):
    reply = ask("GET", path)
    assert reply.status in (400, 404), reply
    assert b"root:" not in reply.body and b"[core]" not in reply.body


@pytest.mark.parametrize(
    "path",
    [
        "/API/v1/queue",
        "/api//v1/queue",
        "//api/v1/queue",
        "/api/v1/queue/",
        "/api/v1/queue;a=b",
        "/api\\v1\\queue",
        "/api/v1%2fqueue",
        "/api/v1/queue%20",
        "/x/../api/v1/queue",
        "/api/v1/QUEUE",
        "/api/v2/queue",
    ],
)
def test_no_other_spelling_of_a_path_gets_around_the_token(ask, path):
    reply = ask("GET", path)
    assert b'"data"' not in reply.body
    assert reply.status in (400, 401, 404) or reply["Content-Type"] == ["text/html; charset=utf-8"]


def test_texts_of_a_path_are_not_markup(ask):
    for path in (
        "/%3Cscript%3Ealert(1)%3C/script%3E",
        "/a%22onload=%22x",
        "/problems/%3Cb%3E",
        "//evil.example/x",
    ):
        reply = ask("GET", path)
        assert b"alert(1)" not in reply.body and b"onload=" not in reply.body and b"<b>" not in reply.body
        assert b"evil.example" not in reply.body and reply["Location"] == []


def test_nothing_that_is_sent_ends_a_header_of_the_answer(ask, tokens):
    for text in ("a%0d%0aX-Evil:%20b", "a%0aX-Evil:%20b", "a%e5%98%8a%e5%98%8dX-Evil:%20b"):
        for path in (
            f"/{text}",
            f"/api/v1/find?q={text}",
            f"/api/v1/sources/{text}",
            f"/api/v1/queue?{text}=1",
        ):
            reply = ask("GET", path, {"Authorization": f"Bearer {tokens['read']}"})
            assert reply["X-Evil"] == []
    for name in ("X-Correlation-Id", "If-None-Match", "Last-Event-ID", "Accept-Language", "Referer"):
        reply = ask("GET", SESSION, {name: "x-evil-value"})
        assert "x-evil-value" not in str(reply.headers) and b"x-evil-value" not in reply.body


def test_what_is_left_over_is_refused_after_a_restart(clinic, tokens):
    """A cookie outlives the process, but what its page sends with acts does not."""
    server = Server(clinic.url)
    try:
        cookie, csrf, _ = log_in(server, tokens["all"])
        server.stop()
        server.start()
        assert raw.ask(server.port, "GET", "/api/v1/queue", {"Cookie": cookie}).status == 200
        own = acting(None, Cookie=cookie, X_CSRF_Token=csrf, Authorization=None)
        assert raw.ask(server.port, "POST", ACT, own, b"{}").status == 403
    finally:
        server.stop()
