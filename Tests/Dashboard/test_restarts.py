"""Servers that go away and come back: the page says so, shows no wrong figure, and is live again."""

import contextlib
import os
import re
import signal
import time

import pytest

import recorder
from chain import Chain
from planted import dead_letter
from served import Clinic, eventually

FULL = os.environ.get("PGSYNC_TEST_PROFILE", "default") != "default"
AWAY = 20 if FULL else 4
LIVE = "return document.documentElement.dataset.live === 'fresh' && !document.querySelector('.banner.bad')"
# What is never 0 here: bills are posted all the time, and a dead letter waits.
FIGURES = {
    "posted": ".tile:nth-child(3) .figure",
    "first try": ".tile:nth-child(5) .figure",
    "dead": ".tile:nth-child(6) .figure",
    "bell": "#top a.button[href=alerts]",
}
TYPED = "data.unk"


@pytest.fixture(scope="module")
def chain():
    clinic = Clinic()
    chain = Chain(clinic, clinic.loopback)
    # An alert at once, so that the bell has a number.
    clinic.run("config", "set", "alert_for_seconds", "0")
    dead_letter(clinic)
    clinic.run_any("alerts", "check")
    yield chain
    chain.end()
    clinic.end()


@contextlib.contextmanager
def queue_with_a_typed_filter(browser):
    """Another tab, in which a filter was typed; it must be there afterwards."""
    overview = browser.driver.current_window_handle
    browser.driver.switch_to.new_window("tab")
    queue = browser.driver.current_window_handle
    field = "input[placeholder^='data.missing']"
    browser.load("queue")
    browser.driver.find_element("css selector", field).send_keys(TYPED)
    browser.driver.switch_to.window(overview)
    try:
        yield
        browser.driver.switch_to.window(queue)
        assert browser.js("return document.querySelector(arguments[0]).value", field) == TYPED
    finally:
        browser.driver.switch_to.window(queue)
        browser.driver.close()
        browser.driver.switch_to.window(overview)


@contextlib.contextmanager
def watching(chain):
    """The live overview, of which every frame is looked at."""
    browser = chain.browser
    with queue_with_a_typed_filter(browser):
        browser.load()
        for selector in FIGURES.values():
            browser.until("return /[1-9]/.test(document.querySelector(arguments[0]).textContent)", selector)
        browser.until(LIVE)
        recorder.start(browser, FIGURES)
        yield browser
        frames, seen = recorder.stop(browser)
    assert frames > 20
    for name, texts in seen.items():
        wrong = [words for words in texts if words == "(gone)" or re.fullmatch(r"\s*0?( %)?\s*", words)]
        assert not wrong, f"{name} was shown as {texts}"


DEAD = "select count(*) from pgsync.sync_queue where sync_status = 'failed'"


def come_back(chain, what):
    """Waits until the page is live, tells how long it took, and sees that it follows the database."""
    browser = chain.browser
    start = time.monotonic()
    browser.until(LIVE)
    print(f"\n{what}: live again after {time.monotonic() - start:.1f} s")
    dead_letter(chain.clinic)
    eventually(lambda: browser.text(FIGURES["dead"]) == chain.clinic.sql(DEAD))


def test_the_server_restarts(chain):
    with watching(chain) as browser:
        chain.server.stop()
        browser.wait_for(".banner.bad", "Not connected since")
        chain.server.start()
        come_back(chain, "restart of pgsync serve")


def test_the_server_is_killed(chain):
    with watching(chain) as browser:
        chain.server.stop(signal.SIGKILL)
        browser.wait_for(".banner.bad", "Not connected since")
        chain.server.start()
        come_back(chain, "pgsync serve killed and started")


def test_a_proxy_answers_502(chain):
    with watching(chain) as browser:
        chain.to_server.die()
        browser.wait_for(".banner.bad", "Not connected since")
        start = time.monotonic()
        # Long enough that the page has tried again in vain.
        eventually(lambda: time.monotonic() - start > AWAY, AWAY + 5, every=0.2)
        assert browser.count(".banner.bad") == 1
        chain.to_server.revive()
        come_back(chain, f"proxy after {AWAY} s of 502")


def test_the_database_is_away(chain):
    with watching(chain) as browser:
        chain.to_database.die()
        browser.until("return document.querySelector('.banner') !== null")
        print(f"\nthe banner says: {browser.text('.banner')}")
        chain.to_database.revive()
        come_back(chain, "connections to the database cut")


def test_the_database_recovers_from_a_crash(chain):
    """PostgreSQL ends all sessions and recovers when one of its processes is killed."""
    with watching(chain):
        victim = chain.clinic.sql("select pid from pg_stat_activity where application_name like 'pgsync dashboard%' limit 1")
        os.kill(int(victim), signal.SIGKILL)
        # Until the server has noticed, the session stands in its list; while it recovers, nobody is let in.
        gone = f"select count(*) = 0 from pg_stat_activity where pid = {victim}"
        eventually(lambda: chain.clinic.sql(gone) == "t")
        come_back(chain, "PostgreSQL recovered")


def test_a_page_opened_while_the_server_is_away(chain):
    """The screen that is loaded next tells the trouble and mends itself; nothing is blank."""
    browser = chain.browser
    browser.load()
    chain.to_server.die()
    browser.wait_for(".banner.bad", "Not connected since")
    browser.go("queue")
    browser.wait_for("main", "Try again")
    chain.to_server.revive()
    browser.until(LIVE)
