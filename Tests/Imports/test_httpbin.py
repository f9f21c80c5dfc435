"""Imports from httpbin, which answers whatever one asks for: what each kind of answer leads to, and that no row is lost."""

import decimal
import email.utils
import json
import signal
import time
import urllib.parse

import pytest

from importing import BIN_KEY, Importer, Shape, finish
from plain_bin import Bin, decoded, with_headers
from served import eventually, free_port

ROW = Shape(id="bigint", name="text required", amount="numeric(24,8)", tags="jsonb")
NUMBERS = ["0.1", "1.10", "-0.00000001", "9007199254740993", "123456789012345.12345678", "1e3"]


def rows(first, count):
    """JSON of some rows; numbers are written as they are meant."""
    written = []
    for number in range(first, first + count):
        name = json.dumps(f"n° {number} 🧾", ensure_ascii=number % 2 == 0)
        amount = NUMBERS[number % len(NUMBERS)]
        tags = '["ä", null, 1.50, {"x": "</script>"}]'
        written.append(f'{{"id": {number}, "name": {name}, "amount": {amount}, "tags": {tags}}}')
    return f'{{"rows": [{", ".join(written)}]}}'


GOOD = decoded(rows(1, 7))


@pytest.fixture(scope="module")
def server():
    server = Bin()
    yield server
    server.end()


@pytest.fixture
def bin(server):
    server.begin_anew()
    return server


def definition(bin, pager="one", *, auth=None, hosts="", top="retries 2 backoff 20 ms timeout 20 s", path="/rows"):
    """All but the first line of a definition."""
    pager = "" if pager == "one" else f"    {pager}\n"
    auth = f"  auth {auth}\n  secret env:BIN_API_KEY\n" if auth else ""
    return (
        f"  base '{bin.address}'\n{hosts}{auth}  settings from 'BIN'\n  budget 100 per second\n  {top}\n"
        f"  breaker 5 failures, 1 s\n  stream rows into bin.rows key id\n    get '{path}'\n{pager}    rows 'rows'\n"
        + ROW.lines()
    )


@pytest.fixture(scope="module")
def plain(clinic, server):
    """An import that shows no secret."""
    clinic.sql(f"drop schema if exists bin cascade; create schema bin; {ROW.table('bin.rows')}")
    return Importer(clinic, "bin").apply(definition(server))


@pytest.fixture
def importer(clinic, plain):
    """The same, whose table is empty."""
    clinic.sql("truncate bin.rows")
    return plain


def listed(bin, *targets):
    """What the server itself answers."""
    pages = [json.loads(bin.ask(target), parse_float=decimal.Decimal) for target in targets]
    return ROW.images([row for page in pages for row in page["rows"]])


def assert_complete(importer, bin, *targets):
    """Compares the table with what the server itself answers."""
    assert importer.rows("bin.rows") == listed(bin, *(targets or ["/rows"])) != []


def test_numbers_and_texts_arrive_as_they_are_written(bin, importer):
    bin.answers("/rows", decoded(rows(1, 5000)))
    assert importer.complete() == (5000, 0, 0, 0)
    assert_complete(importer, bin)
    sent = bin.calls[0].headers
    assert (sent["accept"], sent["user_agent"], "authorization" in sent) == ("application/json", "pgsync", False)
    bin.answers("/rows", "/json")
    code, said = importer.try_once()
    assert (code, said) == (1, "bin: 'rows' of the answer is not there\n")


def test_compressed_answers_are_read(bin, importer):
    paged = Importer(importer.clinic, "compressed").apply(definition(bin, "page 'page' until empty"))
    pages = {f"/rows?page={number}": decoded(rows(number * 100, 100)) for number in (1, 2, 3)}
    for (target, page), how in zip(pages.items(), ("gzip", "deflate", "brotli"), strict=True):
        bin.answers(target, page.replace("/base64/", f"/compressed/{how}/"), page)
    bin.answers("/rows?page=4", decoded({"rows": []}))
    assert paged.complete() == (300, 0, 0, 0)
    assert bin.targets == [*pages, "/rows?page=4"]
    assert {"gzip", "deflate", "br"} <= set(bin.calls[0].headers["accept_encoding"].split(", "))
    assert_complete(paged, bin, *pages)


SOON = with_headers(("Retry-After", "1"))
TROUBLES = {
    "1": "/status/500",
    "2": "/status/502",
    "3": "/status/503",
    "4": "/status/504",
    "5": "/status/408",
    "6": "/status/425",
    # It says so, and is not.
    "7": (with_headers(("Content-Encoding", "gzip")), "/deny"),
    "8": (SOON, "/status/503"),
}


def test_what_may_work_later_is_called_again_and_no_page_is_lost(bin, importer):
    paged = Importer(importer.clinic, "troubled").apply(definition(bin, "page 'page' size 'size' 10 until short"))
    pages = {f"/rows?size=10&page={number}": decoded(rows(int(number) * 10, 10)) for number in TROUBLES}
    for (target, page), trouble in zip(pages.items(), TROUBLES.values(), strict=True):
        bin.answers(target, trouble, trouble, page)
    bin.answers("/rows?size=10&page=9", decoded({"rows": []}))
    assert paged.complete() == (80, 0, 0, 0)
    assert bin.targets == [target for target in pages for _ in range(3)] + ["/rows?size=10&page=9"]
    assert min(bin.gaps[-3:-1]) >= 1, "a wait that is told is kept"
    assert paged.endpoint()["error_class"] == "call.limited"
    assert_complete(paged, bin, *pages)


@pytest.mark.parametrize("turn", ["/status/429", (SOON, "/status/429")], ids=["not said", "said"])
def test_who_asks_to_wait_is_waited_for(bin, importer, turn):
    bin.answers("/rows", turn, GOOD)
    assert importer.complete() == (7, 0, 0, 0)
    assert len(bin.calls) == 2 and bin.gaps[0] >= 1
    assert_complete(importer, bin)
    endpoint = importer.endpoint()
    assert (endpoint["error_class"], endpoint["state"]) == ("call.limited", "closed")
    assert endpoint["budgets"][0]["calls_allowed"] < endpoint["budgets"][0]["limit"] == 100


def test_a_wait_may_be_told_as_a_date(bin, importer):
    until = int(time.time()) + 2
    bin.answers("/rows", (with_headers(("Retry-After", email.utils.formatdate(until, usegmt=True))), "/status/429"), GOOD)
    assert importer.complete() == (7, 0, 0, 0)
    # It counts from the date of the answer, which has no fractions.
    assert len(bin.calls) == 2 and time.time() >= until - 0.1
    assert_complete(importer, bin)


def test_a_long_wait_is_left_and_ended_by_who_resumes(bin, importer):
    bin.answers("/rows", (with_headers(("Retry-After", "3600")), "/status/429"), GOOD)
    assert importer.try_once() == (1, "bin: the API asked to wait\n")
    assert len(bin.calls) == 1
    with importer.running() as process:
        waits = "select state from pgsync.import_runs where import = 'bin' and finished_at is null"
        eventually(lambda: importer.clinic.sql(waits) == "waiting")
        process.send_signal(signal.SIGINT)
        ran = finish(process)
    assert ran.code == 130 and "waiting, the API asked to wait; goes on at" in ran.out
    assert "stopped; what was read stays. To go on: pgsync import run bin" in ran.err
    assert len(bin.calls) == 1, "nobody calls meanwhile"
    assert importer.endpoint()["state"] == "limited"
    assert "not before" in importer.pgsync("endpoint", "list").out
    importer.resume()
    assert len(bin.calls) == 2
    assert_complete(importer, bin)


def test_an_outage_opens_the_breaker_and_a_probe_ends_it(bin, importer):
    bin.answers("/rows", *["/status/503"] * 5, GOOD)
    settings = {"BIN_CIRCUIT_RESET_SECONDS": "2", "BIN_MAX_RETRIES": "9"}
    with importer.running("--json", environment=settings) as process:
        said = eventually(lambda: (it := importer.pgsync("endpoint", "list").out) and "next probe at" in it and it)
        ran = finish(process)
    assert "open" in said and "the API answered with status 503" in said
    assert (ran.code, ran.json["state"], ran.json["added"]) == (0, "completed", 7)
    assert len(bin.calls) == 6 and bin.gaps[4] >= 2
    assert importer.endpoint()["state"] == "closed"
    assert_complete(importer, bin)


SLOW = {"delay": "/delay/9", "drip": "/drip?duration=9&numbytes=9&code=200"}


@pytest.mark.parametrize("turn", SLOW.values(), ids=SLOW)
def test_an_answer_that_takes_too_long_is_given_up(bin, importer, turn):
    bin.answers("/rows", turn, turn, GOOD)
    began = time.monotonic()
    code, said = importer.try_once(environment={"BIN_TIMEOUT_SECONDS": "1"})
    assert code == 1 and "timed out after 1" in said and time.monotonic() - began < 8
    assert importer.complete(environment={"BIN_TIMEOUT_SECONDS": "1"}) == (7, 0, 0, 0)
    assert len(bin.calls) >= 3 and bin.gaps[0] >= 1
    assert_complete(importer, bin)


def test_an_answer_that_takes_long_but_not_too_long_is_read(bin, importer):
    bin.answers("/rows", ("/delay/1.5", "/drip?duration=0.2&numbytes=2", GOOD))
    began = time.monotonic()
    assert importer.complete() == (7, 0, 0, 0)
    assert time.monotonic() - began > 1.5 and len(bin.calls) == 1


def test_nobody_there_is_an_outage(bin, importer):
    nobody = Importer(importer.clinic, "nobody").apply(definition(bin).replace(str(bin.port), str(free_port())))
    code, said = nobody.try_once()
    assert code == 1 and said.startswith("nobody: ") and "onnect" in said
    assert nobody.endpoint()["error_class"] == "call.transient"


def test_a_trial_counts_for_the_breaker_as_the_definition_says(bin, importer):
    nobody = Importer(importer.clinic, "brittle")
    nobody.apply(definition(bin).replace(str(bin.port), str(free_port())).replace("5 failures, 1 s", "1 failure, 2 h"))
    assert nobody.try_once()[0] == 1
    assert nobody.endpoint()["state"] == "open"


MANY = urllib.parse.urlencode([("rows", number) for number in range(30)])
WRONG = {
    "a text": ("/deny", "call.shape", "the answer is no JSON", "it answered with status 200, but not with JSON"),
    "bytes": (
        "/stream-bytes/90000?chunk_size=1000",
        "call.shape",
        "the answer is no JSON",
        "it answered with status 200, but not with JSON",
    ),
    "lines of JSON": (
        "/stream/3",
        "call.shape",
        "the answer is no JSON",
        "it answered with status 200, but not with JSON",
    ),
    "nothing": ("/status/200", "call.shape", "the answer is no JSON", "it answered with status 200, but not with JSON"),
    "other JSON": ("/get", "call.shape", "'rows' of the answer is not there", "'rows' of the answer is not there"),
    "an object": (
        decoded({"rows": {"id": 1}}),
        "call.shape",
        "'rows' of the answer is an object, and no array",
        "'rows' of the answer is an object, and no array",
    ),
    "no rows": (
        "/response-headers?" + MANY,
        "call.shape",
        "30 of 30 rows cannot be read, so the API has changed: the row is a text, and no object",
        None,
    ),
    "403": ("/status/403", "call.config", "the API answered with status 403", "the API answered with status 403"),
    "418": ("/status/418", "call.config", "the API answered with status 418", "the API answered with status 418"),
    "404": ("/status/404", "call.config", "nothing is there", "there is nothing at the path of rows"),
    "410": ("/status/410", "call.config", "nothing is there", "there is nothing at the path of rows"),
    "too many redirects": (
        "/relative-redirect/6",
        "call.refused",
        "it redirects in circles",
        "it redirects in circles",
    ),
    "too long": (
        "/bomb/40000000",
        "call.refused",
        "the answer is longer than 33554432 bytes",
        "the answer is longer than 33554432 bytes",
    ),
}


@pytest.mark.parametrize("turn, error_class, told, tried", WRONG.values(), ids=WRONG)
def test_what_calling_again_does_not_help_fails_and_says_why(bin, importer, turn, error_class, told, tried):
    importer.clinic.sql("insert into bin.rows values (0, 'kept')")
    before = importer.rows("bin.rows")
    bin.answers("/rows", turn)
    code, said = importer.try_once()
    if tried:
        assert (code, said) == (1, f"bin: {tried}\n")
    bin.answers("/rows", turn)
    code, run = importer.run()
    assert (code, run["state"], run["error_class"]) == (1, "failed", error_class)
    assert run["error_message"] == f"rows: {told}"
    assert bin.targets.count("/rows") == 1, "it is not called again"
    assert importer.rows("bin.rows") == before
    bin.answers("/rows", decoded(rows(3, 9)))
    assert importer.complete() == (9, 0, 0, 0)
    assert importer.rows("bin.rows") == before + listed(bin, "/rows")


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_a_body_changes_nothing(bin, importer, status):
    bin.answers("/rows", GOOD, f"/status/{status}")
    importer.complete()
    assert importer.try_once() == (0, "bin: it answered, with nothing to read\n")
    assert importer.complete() == (0, 0, 0, 0)
    assert importer.rows("bin.rows") == listed(bin, GOOD)


def test_redirects_of_any_kind_and_form_are_followed_within_the_host(bin, importer):
    bin.answers("/good", GOOD)
    forms = [
        "/good",
        "good",
        "../good",
        "{origin}/good",
        "//127.0.0.1:{port}/good",
        "./good?x=1#part",
        "HTTP://127.0.0.1:{port}/good",
    ]
    for form in forms:
        url = form.format(origin=bin.address, port=bin.port)
        bin.answers("/rows", "/redirect-to?" + urllib.parse.urlencode({"url": url}))
        assert importer.try_once() == (0, "bin: it answered with 7 rows of rows\n"), form
        assert [target.partition("?")[0] for target in bin.targets] == ["/rows", "/good"], form
    for status in (301, 302, 303, 307, 308):
        bin.answers("/rows", f"/redirect-to?url=/good&status_code={status}")
        assert importer.try_once()[0] == 0 and bin.targets == ["/rows", "/good"]
    # The end of a chain of httpbin's own.
    bin.answers("/get", GOOD)
    bin.answers("/rows", "/relative-redirect/5")
    assert importer.try_once() == (0, "bin: it answered with 7 rows of rows\n")
    assert len(bin.calls) == 6
    bin.answers("/rows", "/absolute-redirect/3")
    assert importer.complete() == (7, 0, 0, 0)
    assert len(bin.calls) == 4
    assert_complete(importer, bin, "/get")


ELSEWHERE = [
    "http://localhost:{port}/good",
    "//[::1]:{port}/good",
    "ftp://127.0.0.1/good",
    "http://127.0.0.1.nip.example/good",
]


def test_a_redirect_to_another_host_is_refused(bin, importer):
    refusal = "it redirects to a host that the import does not list"
    bin.answers("/good", GOOD)
    for url in ELSEWHERE:
        bin.answers("/rows", "/redirect-to?" + urllib.parse.urlencode({"url": url.format(port=bin.port)}))
        assert importer.try_once() == (1, f"bin: {refusal}\n")
        assert bin.targets == ["/rows"], "the other host is not called"
    code, run = importer.run()
    assert (code, run["error_class"], run["error_message"]) == (1, "call.refused", f"rows: {refusal}")
    bin.answers("/rows", GOOD)
    assert importer.complete() == (7, 0, 0, 0)


def test_a_redirect_to_another_listed_host_is_followed_only_to_allowed_addresses(bin, importer):
    both = Importer(importer.clinic, "both").apply(definition(bin, hosts="  hosts '127.0.0.1', '127.0.0.2'\n"))
    bin.answers("/rows", "/redirect-to?" + urllib.parse.urlencode({"url": f"http://127.0.0.2:{bin.port}/good"}))
    code, said = both.try_once()
    assert code == 1
    assert said == "both: the address 127.0.0.2 is not public, and PGSYNC_ADDRESSES does not name it\n"
    assert bin.targets == ["/rows"]


def test_the_secret_is_not_sent_to_another_port(bin, importer):
    other = Bin()
    try:
        other.answers("/good", GOOD)
        keyed = Importer(importer.clinic, "ports").apply(
            definition(bin, auth="header 'Authorization' 'Bearer {secret}'", path="/anywhere")
        )
        bin.answers("/anywhere", "/redirect-to?" + urllib.parse.urlencode({"url": f"{other.address}/good"}))
        keyed.try_once()
        assert bin.targets == ["/anywhere"]
        assert [call.headers.get("authorization") for call in other.calls] in ([], [None])
    finally:
        other.end()


def test_secrets_are_shown_as_the_definition_says(bin, importer):
    bin.answers("/good", GOOD)
    keyed = Importer(importer.clinic, "keyed")
    guards = {"basic 'user:{secret}'": f"/basic-auth/user/{BIN_KEY}", "header 'Authorization' 'Bearer {secret}'": "/bearer"}
    for auth, guard in guards.items():
        keyed.apply(definition(bin, auth=auth))
        bin.answers("/rows", (guard, GOOD))
        assert keyed.try_once() == (0, "keyed: it answered with 7 rows of rows\n"), auth
    assert bin.calls[0].headers["authorization"] == f"Bearer {BIN_KEY}"
    # A parameter is shown again after a redirect.
    keyed.apply(definition(bin, auth="parameter 'a key' '{secret}'"))
    bin.answers("/rows", "/redirect-to?url=/good")
    assert keyed.complete() == (7, 0, 0, 0)
    shown = "?a%20key=the%20key%3A%20of%20a%20bin%20%26%20more"
    assert bin.targets == ["/rows" + shown, "/good" + shown]


def test_a_secret_that_a_redirect_repeats_is_shown_once(bin, importer):
    bin.answers("/rows/", GOOD)
    keyed = Importer(importer.clinic, "repeated").apply(definition(bin, auth="parameter 'key' '{secret}'"))
    query = urllib.parse.urlencode({"key": BIN_KEY}, quote_via=urllib.parse.quote)
    # As a server does that wants a slash at the end.
    bin.answers("/rows", "/redirect-to?" + urllib.parse.urlencode({"url": f"/rows/?{query}"}))
    keyed.try_once()
    assert bin.targets == [f"/rows?{query}", f"/rows/?{query}"]


def test_who_shows_no_secret_is_not_told_of_one(bin, importer):
    open_one = Importer(importer.clinic, "open").apply(definition(bin))
    bin.answers("/rows", "/digest-auth/auth/user/password")
    code, run = open_one.run()
    assert (code, run["state"], run["needs_person"]) == (1, "waiting", True)
    assert "the secret was refused" not in open_one.endpoint()["pause_reason"]


def test_a_secret_that_is_refused_pauses_the_endpoint(bin, importer):
    keyed = Importer(importer.clinic, "guarded").apply(definition(bin, auth="basic 'user:{secret}'"))
    bin.answers("/rows", ("/basic-auth/user/another", GOOD))
    assert keyed.try_once() == (1, "guarded: the API answered with status 401\n")
    code, run = keyed.run()
    assert (code, run["state"], run["needs_person"]) == (1, "waiting", True)
    assert run["error_message"] == "the API answered with status 401"
    assert len(bin.calls) == 2 and keyed.endpoint()["state"] == "paused"
    # Put right at the other end.
    bin.answers("/rows", (f"/basic-auth/user/{BIN_KEY}", GOOD))
    keyed.resume()
    assert len(bin.calls) == 1 and keyed.rows("bin.rows") == listed(bin, GOOD)


def test_a_token_of_another_form_is_refused(bin, importer):
    keyed = Importer(importer.clinic, "token")
    bin.answers("/rows", ("/bearer", GOOD))
    keyed.apply(definition(bin, auth="header 'Authorization' 'Token {secret}'"))
    assert keyed.try_once() == (1, "token: the API answered with status 401\n")
    keyed.apply(definition(bin, auth="header 'Authorization' 'Bearer {secret}'"))
    assert keyed.try_once() == (0, "token: it answered with 7 rows of rows\n")
    assert [call.headers["authorization"] for call in bin.calls] == [f"Token {BIN_KEY}", f"Bearer {BIN_KEY}"]


def test_without_its_secret_nothing_is_called(bin, importer):
    keyed = Importer(importer.clinic, "unset")
    keyed.apply(definition(bin, auth="basic '{secret}:'").replace("BIN_API_KEY", "NO_API_KEY"))
    bin.answers("/rows", GOOD)
    code, said = keyed.try_once()
    assert code == 1 and said.startswith("unset: env:NO_API_KEY is not set where pgsync runs")
    code, run = keyed.run()
    assert (code, run["state"], run["error_class"]) == (1, "failed", "call.auth")
    assert bin.calls == []
    assert keyed.complete(environment={"NO_API_KEY": "now there"}) == (7, 0, 0, 0)


LINKS = [
    '<{origin}/rows?page=2>; rel="next", <{origin}/rows?page=9>; rel="last"',
    "</rows?page=3>; rel=next",
    '<{origin}/rows?page=1>; title="a, b; rel=next"; rel="first", <?page=4>; REL="alternate next"',
]


def test_links_of_any_form_lead_from_page_to_page(bin, importer):
    linked = Importer(importer.clinic, "linked").apply(definition(bin, "link size 'per_page' 3"))
    pages = {"/rows?per_page=3": 1, "/rows?page=2": 4, "/rows?page=3": 7, "/rows?page=4": 10}
    for (target, first), form in zip(pages.items(), [*LINKS, None], strict=True):
        page = decoded(rows(first, 3))
        bin.answers(target, (with_headers(("Link", form.format(origin=bin.address))), page) if form else page)
    assert linked.complete() == (12, 0, 0, 0)
    assert bin.targets == list(pages)
    assert_complete(linked, bin, *pages)


def test_a_relative_link_begins_where_a_redirect_has_led(bin, importer):
    linked = Importer(importer.clinic, "moved").apply(definition(bin, "link"))
    bin.answers("/rows?page=2", decoded(rows(100, 3)))
    bin.answers("/v2/list", (with_headers(("Link", '<?page=2>; rel="next"')), GOOD))
    bin.answers("/v2/list?page=2", decoded(rows(8, 3)))
    bin.answers("/rows", "/redirect-to?url=/v2/list")
    assert linked.complete() == (10, 0, 0, 0)
    assert bin.targets == ["/rows", "/v2/list", "/v2/list?page=2"]


def test_a_link_to_another_host_is_refused_and_one_in_a_circle_is_seen(bin, importer):
    linked = Importer(importer.clinic, "circle").apply(definition(bin, "link"))
    bin.answers("/rows", (with_headers(("Link", f'<http://localhost:{bin.port}/rows?page=2>; rel="next"')), GOOD))
    code, run = linked.run()
    assert (code, run["error_class"]) == (1, "call.refused")
    assert run["error_message"] == "rows: the next page is at a host that the import does not list"
    assert bin.targets == ["/rows"]
    bin.answers("/rows", (with_headers(("Link", '</rows?page=2>; rel="next"')), GOOD))
    bin.answers("/rows?page=2", (with_headers(("Link", '</rows?page=2>; rel="next"')), decoded(rows(8, 2))))
    code, run = linked.run()
    assert (code, run["error_class"]) == (1, "call.loop")
    assert 2 < len(bin.calls) < 12
    bin.answers("/rows?page=2", decoded(rows(8, 2)))
    linked.complete()
    assert_complete(linked, bin, "/rows", "/rows?page=2")


def test_a_run_that_fails_in_its_middle_goes_on_where_it_was(bin, importer):
    paged = Importer(importer.clinic, "middle").apply(definition(bin, "page 'page' size 'size' 10 until short"))
    pages = {f"/rows?size=10&page={number}": decoded(rows(number * 10, 10 if number < 5 else 3)) for number in range(1, 6)}
    for target, page in pages.items():
        bin.answers(target, page)
    bin.answers("/rows?size=10&page=4", "/deny")
    code, run = paged.run()
    assert (code, run["state"], run["added"], run["error_class"]) == (1, "failed", 30, "call.shape")
    assert len(bin.calls) == 4
    bin.answers("/rows?size=10&page=4", pages["/rows?size=10&page=4"])
    paged.complete()
    assert_complete(paged, bin, *pages)


def test_a_secret_that_is_refused_in_the_middle_of_a_walk_costs_no_page(bin, importer):
    paged = Importer(importer.clinic, "rotated")
    paged.apply(definition(bin, "page 'page' size 'size' 10 until short", auth="header 'X-Key' '{secret}'"))
    pages = {f"/rows?size=10&page={number}": decoded(rows(number * 10, 10 if number < 4 else 3)) for number in (1, 2, 3, 4)}
    for target, page in pages.items():
        bin.answers(target, *(["/status/401"] if target.endswith("3") else []), page)
    code, run = paged.run()
    assert (code, run["state"], run["needs_person"], run["added"]) == (1, "waiting", True, 20)
    paged.resume()
    assert bin.targets == [*list(pages)[:3], *list(pages)[2:]], "it goes on where it was"
    assert_complete(paged, bin, *pages)


def test_a_trial_run_writes_nothing(bin, importer):
    paged = Importer(importer.clinic, "dry").apply(definition(bin, "page 'page' size 'size' 10 until short"))
    for number in range(1, 6):
        bin.answers(f"/rows?size=10&page={number}", decoded(rows(number * 10, 10)))
    ran = paged.pgsync("import", "run", "dry", "--dry-run")
    assert ran.code == 0 and "read 30 rows of the newest pages" in ran.out
    assert len(bin.calls) == 3 and paged.rows("bin.rows") == []


def test_an_answer_of_the_server_is_an_example_of_the_definition(bin, importer):
    slides = Shape(title="text", type="text", first="text from 'items.0'")
    importer = Importer(importer.clinic, "slides")
    answer = json.loads(bin.ask("/json"))
    images = [
        {"title": row["title"], "type": row["type"], "first": (row.get("items") or [None])[0]}
        for row in answer["slideshow"]["slides"]
    ]

    def write(expectation):
        return importer.write(
            f"  base '{bin.address}'\n  stream slides into bin.slides key title\n    get '/json'\n"
            f"    rows 'slideshow.slides'\n{slides.lines()}    example 'httpbin'\n      given {json.dumps(answer)}\n"
            f"      {expectation}\n"
        )

    ran = importer.pgsync("import", "test", str(write("gives " + ", ".join(map(json.dumps, images)))))
    assert (ran.code, ran.out) == (0, "ok     slides: httpbin\n"), ran.err
    ran = importer.pgsync("import", "test", str(write("fails data.missing column first")))
    assert ran.code == 79 and ran.out == "wrong  slides: httpbin\n" and "slides.import:" in ran.err
