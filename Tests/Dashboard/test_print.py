"""What the ledger looks like on paper: report, span and sums on sheets, and no controls."""

import base64
import re
import zlib

import pytest

from browser import Browser

SHOWN = "return document.body.innerText"
WIDEST = "return Math.max(...[...document.querySelectorAll('table')].map((table) => table.offsetWidth))"
A4 = {"paperWidth": 8.27, "paperHeight": 11.69, "preferCSSPageSize": True}


@pytest.fixture(scope="module")
def browser(server, tokens):
    browser = Browser(server.address, tokens["read"])
    yield browser
    browser.cdp("Emulation.setEmulatedMedia", media="")
    browser.end()


def on_paper(browser, path):
    """The text that is printed of a screen."""
    browser.go(path)
    browser.cdp("Emulation.setEmulatedMedia", media="print")
    words = browser.js(SHOWN)
    browser.cdp("Emulation.setEmulatedMedia", media="")
    return words


def pdf(browser):
    return base64.b64decode(browser.cdp("Page.printToPDF", **A4)["data"])


def pages(document):
    """The number of sheets; Chromium writes page objects plainly or in compressed streams."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", document, re.DOTALL)
    plain = [document]
    for one in streams:
        try:
            plain.append(zlib.decompressobj().decompress(one))
        except zlib.error:
            continue
    return sum(len(re.findall(rb"/Type\s*/Page\b", text)) for text in plain)


def test_trial_balance(browser, clinic):
    words = on_paper(browser, "ledger?span=2026")
    assert "Trial balance" in words
    assert "days: 2026 (2026-01-01 to 2026-12-31)" in words
    assert re.search(r"Read at .*, printed at .* by only read", words)
    # Both sides of the sums, equal.
    sums = re.search(r"Σ debits ([\d,.]+) = Σ credits ([\d,.]+)", words)
    assert sums and sums[1] == sums[2]
    assert words.count(sums[1]) >= 3, "the foot of the table has them, too"
    for control in ("Quick…", "Pick days", "Read again", "Find a bill", "Print"):
        assert control not in words


def test_statement_runs_over_sheets(browser):
    words = on_paper(browser, "ledger/accounts/1200?span=2026")
    assert "Statement of account 1200 Patient receivable" in words
    assert "Brought forward" in words and "of all lines in the span" in words
    document = pdf(browser)
    assert document.startswith(b"%PDF") and pages(document) >= 2
    # The head says on each sheet what it is: a head of the table is repeated by the printer.
    browser.cdp("Emulation.setEmulatedMedia", media="print")
    head = browser.js(
        "const head = document.querySelector('thead');"
        "return [getComputedStyle(head).display, head.querySelector('.paper')?.innerText ?? '']"
    )
    browser.cdp("Emulation.setEmulatedMedia", media="")
    assert head[0] == "table-header-group" and "Statement of account 1200" in head[1]


def test_nothing_is_cut_off_at_the_right(browser):
    """At the width of the printed part of A4, no table is wider than the paper."""
    browser.size(703, 1000)
    for path in ("ledger?span=2026", "ledger/accounts/1200?span=2026", "ledger/entries?span=2026"):
        browser.go(path)
        browser.cdp("Emulation.setEmulatedMedia", media="print")
        wide = browser.js(WIDEST)
        browser.cdp("Emulation.setEmulatedMedia", media="")
        assert wide <= 703, f"{path}: {wide} px of 703"


def test_paper_is_white_in_the_dark_theme(browser):
    browser.theme("dark")
    browser.go("ledger")
    browser.cdp("Emulation.setEmulatedMedia", media="print")
    ground, ink = browser.js("const style = getComputedStyle(document.body); return [style.backgroundColor, style.color]")
    browser.cdp("Emulation.setEmulatedMedia", media="")
    browser.theme("light")
    assert ground == "rgb(255, 255, 255)" and ink == "rgb(27, 31, 36)"
