"""The Diff tab of a rule: a text is compared by a worker, and what would change is shown by both sides."""

import re

from browser import Browser, Keys
from planted import plant_bill, posted
from served import eventually

OVER = ("completed", "failed", "cancelled")


def test_a_text_is_compared_and_shown(server, clinic, tokens):
    bill = plant_bill(clinic)[0]
    eventually(lambda: posted(clinic, bill))
    before = clinic.sql("select count(*) from pgsync.rules")
    text = clinic.sql("select content from pgsync.rules where name = 'lab_bill' order by version desc limit 1")
    other = clinic.sql(
        "select code from ledger.accounts where type = 'income' and code <> '4100' and active and not party_required limit 1"
    )
    changed = re.sub(r"\b4100\b", other, text)
    assert changed != text
    status, headers, answer = server.ask(
        "/api/v1/rule-diffs",
        tokens["all"],
        body={"rule": "lab_bill", "text": changed},
        headers={"Idempotency-Key": "diff-of-labs"},
    )
    assert status == 202, answer
    job = headers["Location"].rsplit("/", 1)[1]
    eventually(lambda: clinic.sql(f"select state from pgsync.sync_jobs where id = {job}") in OVER)
    assert clinic.sql(f"select state, error_message from pgsync.job_states where id = {job}") == "completed|"
    browser = Browser(server.address, tokens["all"])
    try:
        browser.load("rules/lab_bill?view=diff")
        browser.wait_for("main table", other)
        shown = browser.text("main")
        assert "would change" in shown
        assert "4100" in shown
        browser.js("document.querySelector('main details').open = true")
        sides = browser.js("return [...document.querySelectorAll('main details .panel h3')].map((n) => n.innerText)")
        assert sides[0].startswith("Now: lab_bill@")
        assert sides[1].startswith("Then: lab_bill@")
        # The version in force against itself, by the page.
        browser.js("[...document.querySelectorAll('main button')].find((b) => b.innerText === 'Compare…').focus()")
        browser.keys().press(Keys.ENTER)
        browser.wait_for("dialog[open]")
        browser.keys().press(Keys.ENTER)
        browser.wait_for("main", "0 would change")
        assert browser.complaints() == []
    finally:
        browser.end()
    assert clinic.sql("select count(*) from pgsync.rules") == before
