"""Pictures of all screens, or the one of the README; run by hand.

.cache/venv/bin/python Tests/Dashboard/screenshots.py DIR [--only NAME,...]
.cache/venv/bin/python Tests/Dashboard/screenshots.py --readme FILE
"""

import argparse
import pathlib

from browser import Browser
from planted import furnish
from screens import screens
from served import Clinic, Server, eventually

WIDTHS = (320, 768, 1440)
THEMES = ("light", "dark")


def all_screens(browser, paths, directory):
    """One file for each screen, theme and width: overview-dark-320.png."""
    for width in WIDTHS:
        browser.size(width)
        for theme in THEMES:
            browser.theme(theme)
            for name, path in paths.items():
                browser.go(path)
                browser.picture(directory / f"{name}-{theme}-{width}.png")


def readme(clinic, browser, file):
    """The overview with figures of some minutes, verified and live."""
    browser.size(1280, 800)
    browser.theme("light")
    minutes = "select count(*) from pgsync.sync_system_health"
    eventually(lambda: int(clinic.sql(minutes)) >= 6, 600, every=1)
    clinic.run_any("verify")
    browser.load()
    browser.wait_for("#live", "live")
    browser.wait_for("[aria-label=Proof]", "/100")
    browser.picture(file, whole=False)


def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    asked.add_argument("directory", nargs="?", type=pathlib.Path)
    asked.add_argument("--readme", type=pathlib.Path)
    asked.add_argument("--only", default="")
    given = asked.parse_args()
    if not given.directory and not given.readme:
        asked.error("a directory, or --readme FILE")
    clinic = Clinic()
    server = Server(clinic.url)
    browser = Browser(server.address, clinic.token("pictures"))
    try:
        if given.readme:
            readme(clinic, browser, given.readme)
        else:
            given.directory.mkdir(parents=True, exist_ok=True)
            furnish(clinic)
            only = given.only.split(",") if given.only else None
            paths = {n: p for n, p in screens(clinic).items() if not only or n in only}
            all_screens(browser, paths, given.directory)
    finally:
        browser.end()
        server.stop()
        clinic.end()


if __name__ == "__main__":
    main()
