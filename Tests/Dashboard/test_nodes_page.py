"""The screens of nodes and conflicts: what is done there is seen in the database, and rows stay where they are."""

import pytest

from browser import Browser, Keys
from planted import plant_nodes
from served import Clinic, Server, eventually

MASTER = "[data-master=centre]"
JOB = "select max(id) from pgsync.sync_jobs where kind = 'sync' and subject = 'centre' and type = "


@pytest.fixture(scope="module")
def page():
    """A browser, and what it looks at: two nodes, a master and four conflicts."""
    clinic = Clinic(demo=False)
    plant_nodes(clinic)
    server = Server(clinic.url)
    browser = Browser(server.address, clinic.token("nodes"))
    yield browser, clinic, server
    browser.end()
    server.stop()
    clinic.end()


@pytest.fixture
def reader(page):
    """A browser whose token neither acts nor shows rows."""
    _, clinic, server = page
    browser = Browser(server.address, clinic.token("nodes read", {"read"}))
    yield browser
    browser.end()


def confirm(browser, words=None):
    """Sends the open dialog, with a reason if it is given."""
    browser.wait_for("dialog[open]")
    keys = browser.keys()
    if words:
        keys.type(words)
        keys.chord(Keys.CONTROL, Keys.ENTER)
    else:
        keys.press(Keys.ENTER)
    eventually(lambda: not browser.has_dialog())


def conflict(clinic, record):
    """The number of the conflict of a record."""
    return clinic.sql(f"select id from pgsync.conflicts where record_id = '{record}'")


def test_a_sync_is_asked_for_and_its_job_is_seen(page):
    browser, clinic, _ = page
    browser.go("nodes")
    browser.wait_for(MASTER, "1,204 of 3,000")
    browser.keys().press("b")
    confirm(browser)
    job = eventually(lambda: clinic.sql(JOB + "'manual'"))
    browser.wait_for(f"[aria-label=History] tr[data-id='{job}']", "centre")
    clinic.sql(f"select pgsync.cancel_job({job})")
    browser.wait_for(MASTER, "none")
    assert browser.complaints() == []


def test_who_forces_an_exchange_is_told_what_that_means(page):
    browser, clinic, _ = page
    clinic.sql("select pgsync.cancel_job(id) from pgsync.sync_jobs where kind = 'sync' and finished_at is null")
    browser.go("nodes")
    browser.wait_for(MASTER)
    browser.js("[...document.querySelectorAll(arguments[0])].at(-1).click()", f"{MASTER} button")
    browser.wait_for("dialog[open]", "passes over the guard")
    confirm(browser)
    assert eventually(lambda: clinic.sql(JOB + "'forced'"))


def test_a_node_is_resynced_with_a_reason(page):
    browser, clinic, _ = page
    browser.go("nodes")
    browser.wait_for("tr[data-id=south]", "3 retries")
    browser.keys().press("j", "j", Keys.ENTER)
    browser.wait_for("tr.inside", "stock_is_positive")
    browser.keys().press("d")
    confirm(browser, "restored from a backup")
    state = "select concat_ws('|', status, must_resync, resync_reason) from pgsync.nodes where name = 'south'"
    assert clinic.sql(state) == "new|t|restored from a backup"
    browser.wait_for("tr[data-id=south]", "must resync")
    browser.wait_for("tr.inside", "restored from a backup")
    assert browser.js("return document.activeElement.dataset.id") == "south"
    assert browser.complaints() == []


def test_rows_stay_where_they_are_while_a_card_grows(page):
    browser, clinic, _ = page
    browser.go("nodes")
    browser.wait_for(MASTER)
    browser.size(1440, 600)
    browser.keys().press("j")
    place = "return Math.round(document.activeElement.getBoundingClientRect().top)"
    before = browser.js(place)
    clinic.sql("update pgsync.masters set node_name = repeat('west ', 100)")
    browser.wait_for(MASTER, "west west")
    assert browser.js(place) == before


def test_a_new_node_waits_behind_the_bar(page):
    browser, clinic, _ = page
    browser.go("nodes")
    browser.wait_for("tr[data-id=north]")
    clinic.sql("select pgsync.add_node('east')")
    browser.wait_for("[aria-label=Nodes] .fresh", "1 new node")
    assert browser.count("tr[data-id=east]") == 0
    browser.js("document.querySelector('[aria-label=Nodes] .fresh').click()")
    browser.wait_for("tr[data-id=east]", "new")
    assert browser.js("return document.activeElement.dataset.id") == "east"


def test_a_conflict_is_settled_by_keys(page):
    browser, clinic, _ = page
    browser.load()
    keys = browser.keys()
    keys.goto("g", "x")
    browser.wait_for("tr[data-id]", "ward.stock 4")
    keys.press("j")
    keys.goto(Keys.ENTER)
    assert browser.text("h1") == f"Conflict {conflict(clinic, 4)}"
    rows = "[aria-label=Rows] tbody tr"
    differs = "return [...document.querySelectorAll(arguments[0])].map((tr) => [...tr.cells].map((c) => c.innerText))"
    seen = {cells[0]: cells[1:] for cells in browser.js(differs, rows)}
    assert seen["quantity"] == ["differs", "40", "35", "38"]
    assert seen["unit"][0] == "same"
    keys.press("m")
    confirm(browser, "the count of the ward")
    browser.wait_for("main", "took the remote row")
    browser.wait_for("main", "settled")
    assert clinic.sql("select name, quantity from ward.stock where id = 4") == "Gauze 4, sterile|35"
    decided = f"select state, resolution, decided_by like '%nodes%' from pgsync.conflicts where id = {conflict(clinic, 4)}"
    assert clinic.sql(decided) == "settled|apply_remote|t"
    assert clinic.sql("select reason from pgsync.acts where act = 'resolve conflict'") == "the count of the ward"
    looks = "select count(*) > 0 from pgsync.acts where act = 'look at conflict' and actor = 'nodes'"
    assert clinic.sql(looks) == "t"
    assert keys.n <= 12
    assert browser.complaints() == []


def test_the_local_row_is_kept(page):
    browser, clinic, _ = page
    browser.go(f"conflicts/{conflict(clinic, 3)}")
    browser.wait_for("main", "could not be written")
    browser.keys().press("l")
    confirm(browser, "the other cannot be")
    browser.wait_for("main", "kept the local row")
    assert clinic.sql("select quantity from ward.stock where id = 3") == "30"


def test_conflicts_are_found_by_node_and_state(page):
    browser, clinic, _ = page
    browser.go("nodes")
    browser.wait_for("tr[data-id=north] a")
    browser.mark()
    browser.js("document.querySelector('tr[data-id=north] a').click()")
    browser.wait_ready()
    assert browser.where() == "/conflicts?node=north"
    browser.wait_for("tr[data-id]", "deleted there, changed here")
    assert browser.count("tr[data-id]") == 1
    browser.go("conflicts?node=north&state=all")
    browser.wait_for(f"tr[data-id='{conflict(clinic, 1)}']", "by the policy newer")
    browser.go("conflicts?record=nothing")
    browser.wait_for(".state", "No conflicts match these filters")
    assert browser.complaints() == []


def test_without_the_scope_rows_are_not_shown(reader, page):
    _, clinic, _ = page
    reader.go("conflicts?record=2")
    reader.wait_for("tr[data-id]", "ward.stock 2")
    reader.keys().press("j")
    reader.keys().goto(Keys.ENTER)
    assert reader.text("h1") == f"Conflict {conflict(clinic, 2)}"
    reader.wait_for("main", "needs the scope “images”")
    assert "20" not in reader.text("main [aria-label=Rows]")
    assert "Take the remote row" not in reader.text("main")
    reader.load(f"conflicts/{conflict(clinic, 2)}")
    reader.wait_for("main", "needs the scope “images”")
    reader.go("nodes")
    reader.wait_for(MASTER)
    assert reader.count(f"{MASTER} button") == 0
    assert reader.complaints() == []


def test_who_exchanges_nothing_is_told_how_one_begins(page):
    browser, clinic, server = page
    clinic.sql("create database alone")
    url = clinic.url.replace("/postgres?", "/alone?").replace("/pgsync?", "/alone?")
    clinic.run_any("migrate", url=url)
    alone = Server(url)
    browser = Browser(alone.address, clinic.token("alone", url=url))
    try:
        browser.go("nodes")
        for line in ("pgsync sync on TABLE", "pgsync node add NAME", "pgsync sync join URL"):
            browser.wait_for(".command", line)
        browser.go("conflicts")
        browser.wait_for(".state", "No conflict is open")
        assert browser.complaints() == []
    finally:
        browser.end()
        alone.stop()
