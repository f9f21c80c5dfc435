"""The screen of imports: what is under way moves while one looks, and each act is seen in the database."""

import http.server
import json
import threading

import pytest

from browser import Browser, Keys
from planted import plant_imports
from served import Clinic, Server, eventually


class Slow(http.server.BaseHTTPRequestHandler):
    """An API that answers a page of two rows each time it is let, and then no more."""

    protocol_version = "HTTP/1.1"
    pages = threading.Semaphore(0)

    def do_GET(self):
        """A page."""
        self.pages.acquire(timeout=60)
        page = int(dict(pair.split("=") for pair in self.path.partition("?")[2].split("&"))["page"])
        rows = [{"id": page * 2 + n, "name": "x"} for n in range(2)] if page < 5 else []
        text = json.dumps({"data": rows, "total": 8}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        """Says nothing."""


@pytest.fixture(scope="module")
def page():
    """A browser, the clinic it looks at, and an import that moves page by page."""
    slow = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    threading.Thread(target=slow.serve_forever, daemon=True).start()
    clinic = Clinic(demo=False, environment={"PGSYNC_ADDRESSES": "127.0.0.1"})
    plant_imports(clinic)
    clinic.sql("create table crm.slow (id bigint primary key, name text)")
    path = clinic.directory / "slow.import"
    path.write_text(
        f"import slow version 1\n  base 'http://127.0.0.1:{slow.server_port}'\n"
        "  stream things into crm.slow key id\n    get '/things'\n    page 'page' until empty\n"
        "    rows 'data'\n    count 'total'\n    column id bigint\n    column name text\n"
    )
    clinic.run("import", "apply", str(path))
    server = Server(clinic.url)
    browser = Browser(server.address, clinic.token("imports"))
    yield browser, clinic
    browser.end()
    server.stop()
    clinic.end()
    slow.shutdown()


def confirm(browser, words=None):
    """Sends the open dialog, with a reason if it wants one."""
    browser.wait_for("dialog[open]")
    keys = browser.keys()
    if words:
        keys.type(words)
        keys.chord(Keys.CONTROL, Keys.ENTER)
    else:
        keys.press(Keys.ENTER)
    eventually(lambda: not browser.has_dialog())


def press(browser, selector):
    """Clicks."""
    browser.js("document.querySelector(arguments[0]).click()", selector)


def test_a_run_is_started_moves_and_ends_while_one_looks(page):
    browser, clinic = page
    browser.go("imports")
    browser.wait_for("[data-import=slow]", "has not run")
    press(browser, "[data-import=slow] .apart > span button")
    confirm(browser)
    browser.wait_for("[data-import=slow] .parts", "running")
    for _ in range(2):
        Slow.pages.release()
    browser.wait_for("[data-import=slow] .parts", "4 of 8")
    for _ in range(6):
        Slow.pages.release()
    browser.wait_for("[data-import=slow]", "Last run")
    browser.wait_for("[data-import=slow] .parts", "8 rows")
    assert clinic.sql("select count(*) from crm.slow") == "8"
    assert clinic.sql("select trigger from pgsync.import_runs where import = 'slow'") == "api"
    assert browser.complaints() == []


def test_calls_are_paused_and_resumed(page):
    browser, clinic = page
    browser.go("imports")
    own = "[data-import=slow] .apart > span button:nth-of-type(2)"
    paused = "select pause_reason from pgsync.endpoints where name = 'slow'"
    browser.wait_for(own, "Pause")
    press(browser, own)
    confirm(browser, "a storm")
    browser.wait_for("[data-import=slow]", "a storm")
    assert clinic.sql(paused) == "a storm"
    browser.wait_for(own, "Resume")
    press(browser, own)
    confirm(browser)
    browser.wait_for("[data-import=slow]", "can be called")
    assert clinic.sql(paused) == ""


def test_what_is_kept_of_a_failed_item_is_shown_when_asked_for_and_resolved_with_a_reason(page):
    browser, clinic = page
    looks = "select count(*) from pgsync.acts where act = 'look at failed item'"
    browser.go("imports/failed?class=data.missing")
    keys = browser.keys()
    keys.press("j", Keys.ENTER)
    browser.wait_for("tr.inside", "Hidden until asked for")
    assert clinic.sql(looks) == "0"
    keys.press("i")
    browser.wait_for("tr.inside pre", '"id": 100')
    assert clinic.sql(looks) == "1"
    keys.press("d")
    confirm(browser, "no merchant of ours")
    state = "select resolution from pgsync.sync_failed_items where state = 'resolved'"
    eventually(lambda: clinic.sql(state) == "no merchant of ours")


def test_a_run_that_waits_is_cancelled_and_failed_items_are_retried(page):
    browser, clinic = page
    browser.go("imports/runs?state=waiting")
    browser.wait_for("tr[data-id]", "waiting")
    browser.keys().press("j", "c")
    confirm(browser)
    waiting = "select count(*) from pgsync.import_runs where import = 'irelandpay' and finished_at is null"
    eventually(lambda: clinic.sql(waiting) == "0")
    browser.go("imports/failed?import=irelandpay")
    browser.wait_for("tr[data-id]", "merchants")
    browser.keys().press("j", "e")
    confirm(browser)
    retried = "select count(*) from pgsync.import_jobs where retried_class like 'data.%'"
    eventually(lambda: clinic.sql(retried) == "1")
    assert browser.complaints() == []
