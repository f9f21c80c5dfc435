"""The screen of comparisons: a run is started on the page and ends there, and who may not see rows sees none."""

import pytest

from browser import Browser, Keys
from served import Clinic, Server, eventually

DEFINITION = """compare shop version 1
  sides Shop, Books
  settle 1 s
  entity items
    left shop.items
    right books.items
    key id
    columns name, brand
    groups brand
    metrics active count where active = true
    sync above 1
    heal by copy
  entity prices
    left shop.prices
    right books.prices
    key id
    columns price
"""
TABLES = """
create schema shop;
create schema books;
create table shop.items (id bigint primary key, name text, brand text, active boolean not null default true);
create table books.items (like shop.items including all);
create table shop.prices (id bigint primary key, price numeric);
create table books.prices (like shop.prices including all);
insert into shop.items select g, 'item ' || g, 'Acme' from generate_series(1, 100) as g;
insert into books.items select id, case id when 7 then 'confidential' else name end, brand from shop.items where id > 2;
insert into shop.prices select g, g from generate_series(1, 10) as g;
insert into books.prices select * from shop.prices;
"""
ENTITIES = "[aria-label=Entities]"


@pytest.fixture(scope="module")
def shop():
    """A clinic with two tables that are not the same, and its server."""
    clinic = Clinic(demo=False)
    server = Server(clinic.url)
    yield clinic, server
    server.stop()
    clinic.end()


@pytest.fixture(scope="module")
def page(shop):
    """A browser of somebody who may do everything, and the clinic it looks at."""
    clinic, server = shop
    browser = Browser(server.address, clinic.token("everything"))
    yield browser, clinic
    browser.end()


def press(browser, word):
    """Clicks the button of a word."""
    browser.js(
        "[...document.querySelectorAll('main .head button')].find((b) => b.textContent.startsWith(arguments[0])).click()",
        word,
    )


def test_without_a_comparison_it_says_how_to_add_one(page):
    browser, clinic = page
    browser.go("compares")
    browser.wait_for("main", "pgsync compare apply FILE")
    clinic.sql(TABLES)
    path = clinic.directory / "shop.compare"
    path.write_text(DEFINITION)
    clinic.run("compare", "apply", str(path))
    browser.go("compares")
    browser.wait_for("tr[data-id=shop]", "has not run")
    browser.keys().goto("j", Keys.ENTER)
    assert browser.text("h1") == "Compare shop"
    browser.wait_for("[aria-label=Score]", "there is no score")


def test_a_run_is_started_ends_and_its_differences_are_shown(page):
    browser, clinic = page
    browser.go("compares/shop")
    press(browser, "Compare now")
    browser.wait_for("[aria-label='Under way']", "run 1")
    browser.wait_for(ENTITIES, "good")
    assert not browser.js("return document.querySelector(\"[aria-label='Under way']\").checkVisibility()")
    told = browser.text(ENTITIES)
    for words in ("Shop", "Books", "2 only in Shop", "1 with other values", "more than 1 differ", "no sync needed"):
        assert words in told, told
    browser.wait_for("[aria-label=Metrics]", "differs")
    browser.wait_for("[aria-label=Groups]", "Acme")
    assert clinic.sql("select trigger from pgsync.comparison_runs") == "api"
    looks = "select count(*) from pgsync.acts where act = 'look at differences'"
    browser.go("compares/shop/differences?entity=items&kind=different")
    keys = browser.keys()
    keys.press("j", Keys.ENTER)
    browser.wait_for("tr.inside", "Hidden until asked for")
    assert clinic.sql(looks) == "0" and "confidential" not in browser.text("main")
    keys.press("i")
    browser.wait_for("tr.inside", "confidential")
    browser.wait_for("tr.inside tr", "differs")
    eventually(lambda: clinic.sql(looks) == "1")
    assert browser.complaints() == []


def test_a_dry_run_mends_nothing_and_a_sync_asks_first(page):
    browser, clinic = page
    count = "select count(*) from books.items"
    browser.go("compares/shop")
    press(browser, "Dry run")
    browser.wait_for("[aria-label=Score]", "run 2, dry run")
    assert clinic.sql(count) == "98"
    press(browser, "Sync now")
    browser.wait_for("dialog[open]", "Due at run 2: items, 3 differences")
    browser.wait_for("dialog[open]", "pgsync compare run shop --sync --background")
    assert clinic.sql("select count(*) from pgsync.compare_runs") == "2"
    keys = browser.keys()
    keys.type("they are ours")
    keys.chord(Keys.CONTROL, Keys.ENTER)
    browser.wait_for("[aria-label=Score]", "run 3, sync")
    browser.wait_for(ENTITIES, "3 mended")
    browser.wait_for("[aria-label=Undo]", "pgsync compare undo shop")
    assert clinic.sql(count) == "100"
    assert clinic.sql("select reason from pgsync.acts where act = 'start comparison' and reason > ''") == "they are ours"
    press(browser, "Compare now")
    browser.wait_for(ENTITIES, "Nothing differs")
    browser.go("compares")
    browser.wait_for("tr[data-id=shop]", "excellent")
    assert browser.complaints() == []


def test_who_may_not_see_rows_sees_keys_and_starts_nothing(shop, page):
    clinic, server = shop
    viewer = Browser(server.address, clinic.token("viewer", {"read"}))
    try:
        job = clinic.sql("select min(job) from pgsync.compare_runs")
        viewer.go(f"compares/shop?job={job}")
        viewer.wait_for(ENTITIES, "1 with other values")
        viewer.wait_for("[aria-label=Score]", "not the newest")
        assert viewer.count("main .head button") == 0
        viewer.go(f"compares/shop/differences?job={job}")
        viewer.wait_for("tr[data-id]", "id 7")
        viewer.keys().press("j", "j", Keys.ENTER)
        viewer.wait_for("tr.inside", "needs the scope")
        viewer.keys().press("i")
        assert "confidential" not in viewer.js("return document.documentElement.outerHTML")
        assert viewer.complaints() == []
        token = viewer.token
        rows = f"/api/v1/compares/shop/runs/{job}/differences/rows"
        assert server.ask(rows, token)[0] == 403
    finally:
        viewer.end()
