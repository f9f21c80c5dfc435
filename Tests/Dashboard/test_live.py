"""News without reloading: figures follow, rows stay under the hand, and tabs share one stream."""

import contextlib
import os
import random
import subprocess
import time

import pytest

from browser import Browser
from planted import dead_letter, plant_bill, posted
from screens import LAB
from served import eventually

CLICKS = 40 if os.environ.get("PGSYNC_TEST_PROFILE", "default") == "default" else 1000
TABS = 12
# 20 bills ten times a second; a tenth become dead letters, which the queue lists.
WRITE = f"""
    create sequence if not exists public.planted_bills start 800000001;
    insert into {LAB} (id, bill_number, gross_amount, payment_mode, status)
    select id, 'L-' || id, 450, case when id % 10 = 0 then 'barter' else 'cash' end, 'final'
    from (select nextval('public.planted_bills') as id from generate_series(1, 20)) as bills
"""
# An act of everybody's log, as the server writes them.
ACT = "insert into pgsync.acts (actor, act, object, result) select 'planted', 'look', n, 'done'"


@pytest.fixture(scope="module")
def browser(proxy, tokens):
    browser = Browser(proxy.address, tokens["all"])
    yield browser
    browser.end()


@contextlib.contextmanager
def writing(clinic, statement):
    """Runs a statement ten times a second."""
    process = subprocess.Popen(
        [clinic.psql_program, clinic.url, "-Xq", "-o", os.devnull],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    process.stdin.write("set client_min_messages = error;\n" + statement.strip().rstrip(";") + " \\watch 0.1\n")
    process.stdin.flush()
    try:
        yield
    finally:
        process.kill()
        process.wait()


def test_a_bill_appears_without_reload(browser, clinic):
    bill = plant_bill(clinic)[0]
    eventually(lambda: posted(clinic, bill))
    browser.load(f"records/{LAB}/{bill}")
    browser.wait_for(".trace", "create")
    browser.js("window.mine = true")
    clinic.sql(f"update {LAB} set gross_amount = 460 where id = {bill}")
    browser.wait_for(".trace", "amended")
    assert browser.js("return window.mine"), "the page was loaded again"


def test_a_dead_letter_is_counted_within_seconds(browser, clinic):
    browser.load()
    dead_letter(clinic)
    start = time.monotonic()
    count = "select count(*) from pgsync.sync_queue where sync_status = 'failed'"
    eventually(lambda: browser.text(".tile:nth-child(6) .figure") == clinic.sql(count))
    print(f"\na dead letter was counted after {time.monotonic() - start:.2f} s")


ROWS = "return [...document.querySelectorAll('tbody tr[data-id]')].map((row) => row.dataset.id)"
# Where a row is, by its id, if its middle can be hit.
MIDDLE = """
    const row = document.querySelector(`tr[data-id="${arguments[0]}"]`);
    row.scrollIntoView({block: "center"});
    const cell = row.cells[row.cells.length - 2].getBoundingClientRect();
    return [cell.left + cell.width / 2, cell.top + 8];
"""
HEAR = """
    window.hit = [];
    addEventListener("mousedown",
        (event) => window.hit.push(event.target.closest("tr[data-id]")?.dataset.id ?? "nothing"), true);
"""


def click(browser, x, y):
    """A click of the mouse, wherever it lands."""
    for kind in ("mousePressed", "mouseReleased"):
        browser.cdp("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)


@pytest.mark.parametrize(
    ("path", "statement"),
    [("queue?state=dead", WRITE), ("audit", f"{ACT} from generate_series(1, 20) as n")],
    ids=["queue", "audit"],
)
def test_clicks_hit_the_row_aimed_at(browser, clinic, path, statement):
    plant_bill(clinic, mode="barter", n=5)
    lab_bills = f"select count(*) from {LAB}"
    before = int(clinic.sql(lab_bills))
    with writing(clinic, statement):
        browser.load(path)
        browser.until("return document.querySelector('tbody tr[data-id]') !== null")
        rows = browser.js(ROWS)
        browser.js(HEAR)
        start = time.monotonic()
        n = 0
        # The list looks for news every 5 s, that of the acts every 10 s: so some clicks come after it.
        while n < CLICKS // 2 or not browser.count(".fresh.news"):
            aimed = random.choice(rows)
            click(browser, *browser.js(MIDDLE, aimed))
            assert browser.js("return window.hit.splice(0)") == [aimed], f"click {n}"
            n += 1
            assert time.monotonic() - start < 300 + CLICKS, "the list tells no news"
        assert browser.js(ROWS) == rows
    written = int(clinic.sql(lab_bills)) - before
    print(f"\n{n} clicks in {time.monotonic() - start:.1f} s, {written} bills written meanwhile")
    assert statement != WRITE or written >= 200


PLACE = """
    const row = document.querySelectorAll("tbody tr[data-id]")[3];
    return {top: row.getBoundingClientRect().top, scrolled: scrollY,
        focused: document.activeElement.dataset.id ?? null,
        chosen: [...document.querySelectorAll("tr[aria-selected]")].map((one) => one.dataset.id)};
"""


def test_place_and_selection_are_kept(browser, clinic):
    plant_bill(clinic, mode="barter", n=8)
    browser.load("queue?state=dead")
    with writing(clinic, WRITE):
        browser.keys().press("j", "x", "j", "j", "x")
        browser.js("scrollTo(0, 180)")
        before, rows = browser.js(PLACE), browser.js(ROWS)
        assert len(before["chosen"]) == 2
        browser.wait_for(".fresh.news", "new change")
        assert browser.js(PLACE) == before
        assert browser.js(ROWS) == rows
    # Loading the news is the hand's own act; the selection stays.
    browser.keys().press("n")
    eventually(lambda: browser.js(ROWS) != rows)
    assert browser.text(".bulk").startswith("2 changes selected")


def test_tabs_share_one_stream(browser, proxy):
    first = browser.driver.current_window_handle
    browser.load()
    proxy.forget()
    took = []
    for _ in range(TABS - 1):
        browser.driver.switch_to.new_window("tab")
        browser.load(ready=False)
    try:
        for tab in browser.driver.window_handles:
            browser.driver.switch_to.window(tab)
            browser.wait_ready()
            browser.until("return document.querySelector('#live')?.textContent.startsWith('live')")
            start = time.monotonic()
            browser.go("queue")
            took.append(time.monotonic() - start)
        opened = [path for path in proxy.requests if path.startswith("/api/v1/events")]
        print(f"\n{TABS} tabs: {len(opened)} new streams, longest way to a screen {max(took) * 1000:.0f} ms")
        assert len(took) == TABS
        assert opened == [], "the stream of the first tab was not shared"
    finally:
        for tab in browser.driver.window_handles:
            browser.driver.switch_to.window(tab)
            if tab != first:
                browser.driver.close()
        browser.driver.switch_to.window(first)
