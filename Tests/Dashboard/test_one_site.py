"""The page for a token of one site: it offers what that site can read, and nothing else; and it can act there."""

import pytest

from browser import Browser, Keys
from planted import dead_letter, plant_bill, posted
from screens import LAB, screens
from served import eventually

OFFERED = {"queue", "ledger/entries"}
REFUSED = {"sources", "rules", "trial-balance", "account", "periods", "proof", "alerts", "jobs", "schedules"} | {
    "nodes",
    "conflicts",
    "conflict",
    "configuration",
    "access",
    "audit",
    "analytics",
}


@pytest.fixture(scope="module")
def sited(clinic):
    """A bill of the site "cash", and the dead letters of the sites "barter" and "shells"."""
    clinic.sql("select pgsync.attach('public.lab_bills', site_column => 'payment_mode')")
    bill = plant_bill(clinic)[0]
    eventually(lambda: posted(clinic, bill))
    barter, _ = dead_letter(clinic)
    shells = plant_bill(clinic, mode="shells")[0]
    eventually(lambda: clinic.sql(f"select 1 from pgsync.waiting_changes where record_id = '{shells}' and state = 'dead'"))
    return bill, barter, shells


def token(clinic, site, *scopes):
    """A token of one site, made as people make one."""
    return clinic.run("token", "create", f"of {site}", "--site", site, "--scopes", ",".join(scopes))["secret"]


@pytest.fixture(scope="module")
def cash(server, clinic, sited):
    browser = Browser(server.address, token(clinic, "cash", "read"))
    yield browser
    browser.end()


def test_it_begins_with_the_queue_and_offers_no_other_screens(cash):
    cash.load()
    eventually(lambda: cash.where().startswith("/queue"))
    links = cash.js("return [...document.querySelectorAll('#rail a')].map((a) => a.getAttribute('href'))")
    assert set(links) == OFFERED
    assert "site cash" in cash.text("#top")
    assert cash.js("return document.querySelector('#top a[href=alerts]').hidden")
    cash.keys().press("g", "p")
    assert cash.where().startswith("/queue")
    assert cash.complaints() == []


def test_screens_of_all_sites_say_so_and_ask_for_nothing(cash, clinic):
    for name, path in screens(clinic).items():
        if name in REFUSED:
            cash.load(path)
            assert cash.text("h1") == "Not for one site", name
            assert "cash" in cash.text("main"), name
    assert cash.complaints() == []


def test_its_own_screens_show_its_own(cash, sited):
    bill, barter, _ = sited
    cash.load("ledger/entries")
    assert str(bill) in cash.text("main")
    assert "Trial balance" not in cash.text("main")
    cash.load(f"records/{LAB}/{bill}")
    assert "1 entry stands" in cash.text("main")
    cash.load(f"records/{LAB}/{barter}")
    assert "there is nothing with this name" in cash.text("main")


def test_it_retries_its_own_dead_letter(server, clinic, sited):
    _, barter, shells = sited
    browser = Browser(server.address, token(clinic, "barter", "read", "operate"))
    try:
        browser.load("queue?state=dead")
        assert str(barter) in browser.text("main")
        assert str(shells) not in browser.text("main")
        browser.keys().press("j", "e")
        browser.wait_for("dialog[open]")
        browser.keys().press(Keys.ENTER)
        done = "select act from pgsync.acts where actor = 'of barter' and result = 'done' and act = 'retry'"
        eventually(lambda: clinic.sql(done) == "retry")
        assert "All that match" not in browser.text("main")
        assert browser.complaints() == []
        other = clinic.sql(f"select log_id from pgsync.waiting_changes where record_id = '{shells}'")
        browser.load(f"changes/{other}")
        assert "there is nothing with this name" in browser.text("main")
    finally:
        browser.end()


def test_an_admin_makes_one_in_the_page(server, clinic, tokens):
    browser = Browser(server.address, tokens["all"])
    try:
        browser.load("access")
        browser.keys().press("b")
        browser.wait_for("dialog[open]")
        browser.driver.find_element("css selector", "dialog [name=name]").send_keys("nora")
        browser.driver.find_element("css selector", "dialog [name=site]").send_keys("cash", Keys.ENTER)
        browser.wait_for("dialog input[readonly]")
        made = clinic.sql("select site, array_to_string(scopes, ',') from pgsync.api_tokens order by id desc limit 1")
        assert made == "cash|read"
    finally:
        browser.end()
