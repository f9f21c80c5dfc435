"""Everybody can use the page: axe finds nothing on any screen, in both themes, at three widths, with data,
without, and with the database away; nothing is cut off on a phone; what is clicked is large enough."""

import itertools
import os
import pathlib
import time

import axe_playwright_python
import pytest

from browser import Browser, Keys
from chain import Chain
from planted import furnish
from screens import screens
from served import Server

AXE = (pathlib.Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
FULL = os.environ.get("PGSYNC_TEST_PROFILE", "default") != "default"
LOOKS = list(itertools.product(("light", "dark"), (320, 768, 1440)))
RUN = """
    const done = arguments[arguments.length - 1];
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
    axe.run(document, {runOnly: {type: "tag", values: tags}, rules: {"target-size": {enabled: true}},
        resultTypes: ["violations"]})
        .then((found) => done(found.violations.flatMap((violation) => violation.nodes.map((node) =>
            `${violation.id}: ${node.target} ${node.failureSummary}`))), (error) => done([String(error)]));
"""
# What sticks out of the page to the right, though it stands in nothing that scrolls by itself.
CUT = """
    const own = ".scroll, .unseen, ol.code, svg, dialog, [hidden]";
    const wide = document.documentElement.scrollWidth > innerWidth ? ["the page itself scrolls"] : [];
    return wide.concat([...document.querySelectorAll("body *")].filter((node) => !node.closest(own)
        && node.checkVisibility() && node.getBoundingClientRect().right > innerWidth + 1)
        .map((node) => `${node.tagName} ${node.className} ${node.textContent.slice(0, 40)}`));
"""
# Controls below 24 x 24 px. Links within text may be smaller, and a box may have its room around it: so says
# axe.
SMALL = """
    return [...document.querySelectorAll("button, select, input, textarea, summary, .button, #rail a")]
        .filter((node) => node.checkVisibility() && !node.matches("[type=checkbox], [type=radio]"))
        .map((node) => [node, node.getBoundingClientRect()])
        .filter(([node, box]) => box.width && (box.height < 24 || (box.width < 24 && !node.matches(".part"))))
        .map(([node, box]) => `${node.tagName} ${node.className} ${node.textContent.slice(0, 20)}`
            + ` ${box.width} x ${box.height}`);
"""


def faults(browser):
    """All that is wrong with what is shown now."""
    # As high as the screen is long, so that no bar lies over anything.
    width, height = browser.js("return [innerWidth, document.documentElement.scrollHeight]")
    browser.size(width, max(900, height + 100))
    if not browser.js("return typeof axe === 'object'"):
        browser.js(AXE)
    return browser.driver.execute_async_script(RUN) + browser.js(CUT) + browser.js(SMALL)


def look_at(browser, paths, looks, ready=None):
    """The faults of each screen. By default the looks take turns, so that each screen has one of them."""
    found = []
    turns = itertools.cycle(looks)
    start = time.monotonic()
    chosen = [(name, look) for name in paths for look in (looks if FULL else [next(turns)])]
    for name, (theme, width) in sorted(chosen, key=lambda one: one[1]):
        browser.size(width)
        browser.theme(theme)
        browser.go(paths[name])
        if ready:
            ready(browser)
        found += [f"{name} {theme} {width}: {fault}" for fault in faults(browser)]
    print(f"\n{len(chosen)} looks in {time.monotonic() - start:.1f} s")
    return found


@pytest.fixture(scope="module")
def browser(server, tokens):
    browser = Browser(server.address, tokens["all"])
    yield browser
    browser.end()


@pytest.fixture(scope="module")
def paths(clinic):
    furnish(clinic)
    return screens(clinic)


def test_all_screens_with_data(browser, paths):
    found = look_at(browser, paths, LOOKS)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_dialogs(browser, paths, theme):
    width = 320 if theme == "light" else 1440
    browser.theme(theme)
    found = []
    for path, keys, shown in (
        ("queue?state=dead", "?", "dialog[open] .facts"),
        ("queue?state=dead", "/", "dialog.palette [role=option]"),
        ("queue?state=dead", "jd", "dialog[open] textarea"),
        ("alerts", "ja", "dialog[open] select, main"),
        ("schedules", "je", "dialog[open] input"),
        ("proof", "h", "dialog[open] select"),
        ("nodes", "b", "dialog[open] .command"),
        ("compares/warehouse", "s", "dialog[open] textarea"),
        ("compares/warehouse/differences", ["j", Keys.ENTER, "i"], "tr.inside table"),
        ("nodes", ["j", Keys.ENTER], "tr.inside"),
        (paths["conflict"], "m", "dialog[open] textarea"),
        ("queue?state=dead", ["j", Keys.ENTER], "tr.inside"),
    ):
        browser.size(width)
        browser.go(path)
        browser.keys().press(*keys)
        browser.wait_for(shown)
        found += [f"{path} {keys}: {fault}" for fault in faults(browser)]
        browser.keys().press(Keys.ESCAPE)
    assert not found, "\n".join(found)


def test_rows_are_rows_where_they_are_cards(browser):
    """A phone shows each row as a card; whoever listens hears a table all the same."""
    browser.size(320)
    browser.go("queue?state=dead")
    nodes = browser.cdp("Accessibility.getFullAXTree")["nodes"]
    roles = [node.get("role", {}).get("value") for node in nodes if not node["ignored"]]
    assert roles.count("row") >= 2 and roles.count("cell") >= 8 and "table" in roles


def test_all_screens_of_an_empty_database(clinic):
    clinic.sql("create database empty")
    url = clinic.url.replace("/pgsync?", "/empty?")
    clinic.run_any("migrate", url=url)
    empty = Server(url)
    browser = Browser(empty.address, clinic.token("empty", url=url))
    try:
        paths = {name: path for name, path in screens(clinic).items() if name != "login"}
        found = look_at(browser, paths, LOOKS[1:] + LOOKS[:1])
        assert not found, "\n".join(found)
    finally:
        browser.end()
        empty.stop()


def test_all_screens_without_the_database(clinic, paths):
    chain = Chain(clinic, clinic.loopback)
    try:
        chain.browser.load()
        chain.to_database.die()
        told = "Try again|Trying again|Try now|Reconnect|Last known|Log in|Nothing is here"
        shown = f"return /{told}/i.test(document.body.innerText)"
        found = look_at(chain.browser, paths, LOOKS[2:] + LOOKS[:2], lambda b: b.until(shown))
        assert not found, "\n".join(found)
    finally:
        chain.end()


def test_a_fault_would_be_found(browser):
    browser.size(320)
    browser.go("")
    browser.js(
        "const bad = document.createElement('div'); bad.className = 'bad-one';"
        "bad.innerText = 'grey'; bad.style.cssText = 'color: #999; background: #aaa; width: 400px';"
        "const button = document.createElement('button'); button.style.cssText = 'min-height: 0; padding: 0';"
        "document.querySelector('main').append(bad, button)"
    )
    found = "\n".join(faults(browser))
    for fault in ("color-contrast", "DIV bad-one", "button-name", "BUTTON "):
        assert fault in found, found
