"""Everyday work without a pointer: eight tasks, each with at most twelve keys, each seen in the database."""

import pytest

from browser import Browser, Keys
from planted import dead_letter, plant_bill, plant_difference, posted
from screens import LAB
from served import eventually

MOST_KEYS = 12


@pytest.fixture(scope="module")
def browser(server, tokens):
    browser = Browser(server.address, tokens["all"])
    yield browser
    browser.end()


@pytest.fixture
def keys(browser, request):
    """Keys from the overview on; the pointer is never used."""
    browser.load()
    keys = browser.keys()
    yield keys
    print(f"\n{request.node.name}: {keys.n} keys")
    assert 0 < keys.n <= MOST_KEYS
    assert browser.complaints() == []


def focused_row(browser):
    """The id of the row that has the focus."""
    return browser.until("return document.activeElement.closest('tr[data-id]')?.dataset.id")


def confirm(browser, keys, press):
    """Sends the open dialog, and waits until it is gone."""
    browser.wait_for("dialog[open]")
    press(keys)
    eventually(lambda: not browser.has_dialog())


def enter(keys):
    keys.press(Keys.ENTER)


def test_find_a_bill(browser, keys, clinic):
    bill = plant_bill(clinic)[0]
    eventually(lambda: posted(clinic, bill))
    keys.press("/")
    browser.wait_for("dialog.palette")
    keys.type(str(bill))
    browser.wait_for("dialog.palette [aria-selected=true]", str(bill))
    keys.goto(Keys.ENTER)
    assert browser.text("h1") == f"{LAB} {bill}"
    assert "1 entry stands" in browser.text("main")


def test_retry_a_class_of_dead_letters(browser, keys, clinic):
    _, change = dead_letter(clinic)
    attempts = f"select attempts from pgsync.sync_queue where log_id = {change}"
    assert clinic.sql(attempts) == "1"
    keys.goto("g", "q")
    browser.wait_for("[aria-label='By error class']", "data.unknown_mode")
    keys.press("c")
    for _ in range(browser.js(CLASSES_BEFORE, "data.unknown_mode")):
        keys.press(Keys.TAB, Keys.TAB)
    keys.press(Keys.ENTER)
    confirm(browser, keys, enter)
    eventually(lambda: int(clinic.sql(attempts)) > 1)


# The buttons of other classes that stand before one: each has a chip and a button.
CLASSES_BEFORE = """
    const classes = [...document.querySelectorAll("[aria-label='By error class'] .chip")];
    return classes.findIndex((chip) => chip.textContent === arguments[0]);
"""


def test_resolve_a_dead_letter(browser, keys, clinic):
    dead_letter(clinic)
    keys.goto("g", "q")
    keys.press("j")
    change = focused_row(browser)
    keys.press("d")
    browser.wait_for("dialog[open] textarea")
    keys.type("entered twice")
    confirm(browser, keys, lambda k: k.chord(Keys.CONTROL, Keys.ENTER))
    waits = f"select count(*) from pgsync.sync_queue where log_id = {change}"
    eventually(lambda: clinic.sql(waits) == "0")
    acts = f"select reason from pgsync.acts where act like '%resolve%' and details::text like '%{change}%'"
    assert clinic.sql(acts) == "entered twice"


def test_heal_a_difference(browser, keys, clinic):
    bill = plant_difference(clinic)
    of_it = f"from pgsync.sync_differences where record_id = '{bill}'"
    assert clinic.sql(f"select state {of_it}") == "open"
    before = posted(clinic, bill)
    keys.goto("g", "p")
    browser.wait_for("tr[data-id]", str(bill))
    keys.press("h")
    browser.wait_for("dialog[open] select")
    confirm(browser, keys, enter)
    # The wrong entry is reversed and the right one posted.
    eventually(lambda: clinic.sql(f"select state {of_it}") == "healed", 60)
    eventually(lambda: posted(clinic, bill) == before + 2)


def test_acknowledge_an_alert(browser, keys, clinic):
    dead_letter(clinic)
    clinic.run("config", "set", "alert_for_seconds", "0")
    clinic.run_any("alerts", "check")
    firing = "select count(*) from pgsync.sync_alerts where state = 'firing'"
    eventually(lambda: clinic.sql(firing) != "0")
    keys.goto("g", "a")
    browser.wait_for("tr[data-id]")
    keys.press("j")
    alert = focused_row(browser)
    keys.press("a")
    confirm(browser, keys, enter)
    seen = f"select state from pgsync.sync_alerts where id = {alert}"
    eventually(lambda: clinic.sql(seen) == "acknowledged")


def test_run_a_schedule_now(browser, keys, clinic):
    newest = "select coalesce(max(id), 0) from pgsync.sync_jobs"
    before = clinic.sql(newest)
    keys.goto("g", "h")
    browser.wait_for("tr[data-id]", "chain")
    keys.press("j")
    schedule = focused_row(browser)
    keys.press("r")
    confirm(browser, keys, enter)
    kind = f"select min(kind) from pgsync.sync_jobs where id > {before}"
    eventually(lambda: clinic.sql(kind) == schedule)


def test_change_a_setting(browser, keys, clinic):
    keys.goto("g", "c")
    keys.press("f")
    keys.type("queue_batch_size")
    browser.wait_for("main", "1 setting of")
    keys.press(Keys.ENTER)
    browser.until("return document.activeElement.id === 'setting-queue_batch_size'")
    keys.type("501")
    keys.press(Keys.ENTER)
    confirm(browser, keys, enter)
    value = "select value from pgsync.configuration where key = 'queue_batch_size'"
    eventually(lambda: clinic.sql(value) == "501")


def test_from_the_trial_balance_to_the_source_document(browser, keys, clinic):
    keys.goto("g", "l")
    keys.press("j")
    keys.goto(Keys.ENTER)
    # The first row is the balance brought forward; the second is a line.
    keys.press("j", "j")
    browser.until("return document.activeElement.querySelector('a.mono') !== null")
    keys.goto(Keys.ENTER)
    assert browser.text("h1").startswith("Entry ")
    entry = browser.text("h1").removeprefix("Entry ").replace(",", "")
    keys.goto("r")
    of_it = f"select source_table || ' ' || record_id from ledger.journal_entries where id = {entry}"
    shown = browser.text("h1").removeprefix("public.")
    assert shown == clinic.sql(of_it).removeprefix("public.")
    assert "create" in browser.text(".trace")
