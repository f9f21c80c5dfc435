"""What a cold browser has to fetch until it shows the figures of the overview."""

from urllib.parse import urlsplit

import pytest

from browser import Browser

MOST_BYTES = 60_000
# The page itself: HTML, style and modules. Its data are the session, the figures and the stream of events.
MOST_FILES = 12
DATA = {"/api/v1/session", "/api/v1/status", "/api/v1/events"}
# Every tile has its figure, a dash where the first minute is not over, and the page is live.
DRAWN = """
    const figures = [...document.querySelectorAll(".tile .figure")].map((f) => f.textContent);
    return figures.length === 6 && figures.slice(0, 3).every((f) => /^[0-9]/.test(f))
        && figures.every(Boolean) && document.querySelector("figure.chart") !== null
        && document.querySelector("#live").textContent.startsWith("live");
"""


@pytest.fixture(scope="module")
def browser(proxy, tokens):
    browser = Browser(proxy.address, tokens["read"])
    yield browser
    browser.end()


@pytest.fixture(scope="module")
def cold(browser, proxy):
    """What one cold load asked for. The stream of events lives in a worker, which only the proxy sees: so the
    proxy counts, and the browser tells of other hosts."""
    browser.driver.get("about:blank")
    browser.cdp("Network.clearBrowserCache")
    browser.requests()
    proxy.forget()
    browser.load()
    browser.until(DRAWN)
    # The stream goes on as long as the page is open.
    stream = proxy.bytes.pop("/api/v1/events")
    whole = proxy.bytes.total()
    print(f"\ncold load: {whole} bytes and {stream} of the stream, {len(proxy.requests)} requests")
    return {"bytes": whole, "paths": list(proxy.requests), "browser": browser.requests()}


def test_little_is_transferred(cold):
    assert 10_000 < cold["bytes"] <= MOST_BYTES


def test_few_files_are_fetched(cold):
    files = [path for path in cold["paths"] if path not in DATA]
    assert 5 <= len(files) <= MOST_FILES, files


def test_data_are_read_once(cold):
    assert sorted(path for path in cold["paths"] if path.startswith("/api/")) == sorted(DATA)


def test_no_other_host_is_asked(cold, proxy):
    assert {urlsplit(one["url"]).netloc for one in cold["browser"]} == {f"127.0.0.1:{proxy.port}"}


def test_nothing_is_complained_of(cold, browser):
    assert browser.complaints() == []


def test_the_policy_is_watched(browser):
    """A violation would be seen: the page may not load from elsewhere."""
    browser.js("new Image().src = 'http://127.0.0.2:9/picture.png'")
    browser.until("return window.violations.some((v) => v.startsWith('img-src'))")
    assert browser.complaints()


def test_a_second_load_fetches_only_data(browser, proxy):
    browser.driver.get("about:blank")
    proxy.forget()
    browser.load()
    browser.until(DRAWN)
    assert [path for path in proxy.requests if "/assets/" in path] == []
