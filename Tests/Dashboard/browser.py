"""A Chromium without a window: opens screens, presses keys, and keeps what the page complains of."""

import base64
import contextlib
import json
import pathlib
import tempfile

from selenium import webdriver
from selenium.common.exceptions import JavascriptException, WebDriverException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from served import eventually

FLAGS = ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars", "--disable-gpu")

# A screen is there when it has a heading and none of its parts still loads. The page itself follows links, so
# `opened` tells the old screen from the new one.
READY = """
    const screen = document.querySelector("main > .screen");
    return document.body.dataset.ready !== undefined && Boolean(screen?.querySelector("h1")?.textContent)
        && screen !== window.opened && !document.querySelector("[aria-busy=true], .skeleton");
"""
WATCH = """
    window.violations = [];
    document.addEventListener("securitypolicyviolation",
        (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


class Browser:
    """One browser with one profile; `token` is what it logs in with."""

    def __init__(self, address, token=None, width=1440, height=900):
        self.address = address
        self.token = token
        self.profile = tempfile.TemporaryDirectory(prefix="pgsync-browser-")
        self.driver = webdriver.Chrome(
            options=self.options(width, height), service=webdriver.ChromeService("/usr/bin/chromedriver")
        )
        self.cdp("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        if token:
            self.log_in(token)

    def options(self, width, height):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for flag in (*FLAGS, f"--window-size={width},{height}", f"--user-data-dir={self.profile.name}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        options.add_experimental_option("perfLoggingPrefs", {"enablePage": False})
        return options

    def end(self):
        """Stops the browser and removes its profile."""
        with contextlib.suppress(WebDriverException):
            self.driver.quit()
        self.profile.cleanup()

    def cdp(self, command, **arguments):
        """A command of Chromium's own protocol."""
        return self.driver.execute_cdp_cmd(command, arguments)

    def js(self, text, *arguments):
        """What a script of the page returns; a promise is awaited."""
        return self.driver.execute_script(text, *arguments)

    # Screens

    def log_in(self, token):
        """Types the token into the screen of the log-in, and waits for the overview."""
        self.driver.get(f"{self.address}/login")
        eventually(lambda: self.js("return document.querySelector('input[name=token]') !== null"))
        self.mark()
        self.driver.find_element("name", "token").send_keys(token, Keys.ENTER)
        self.wait_ready()

    def load(self, path="", ready=True):
        """Loads a screen anew, as by the address bar."""
        self.driver.get(f"{self.address}/{path}")
        if ready:
            self.wait_ready()

    def go(self, path):
        """Goes to a screen within the page, as by a link."""
        self.mark()
        self.js(
            "const link = Object.assign(document.createElement('a'), {href: arguments[0]});"
            "document.body.append(link); link.click(); link.remove()",
            path or "./",
        )
        self.wait_ready()

    def mark(self):
        """Remembers the screen that is shown, so that `wait_ready` waits for another."""
        self.js("window.opened = document.querySelector('main > .screen')")

    def wait_ready(self, seconds=30):
        def ready():
            try:
                return self.js(READY)
            except JavascriptException:
                return False

        try:
            eventually(ready, seconds)
        except AssertionError as error:
            raise AssertionError(f"{self.where()} is not ready: {self.text('main')[:400]}") from error

    def where(self):
        """The path and query that is shown."""
        return self.driver.current_url.removeprefix(self.address)

    def text(self, selector):
        """The text that is seen of an element, or ""."""
        return self.js("return document.querySelector(arguments[0])?.innerText ?? ''", selector)

    def count(self, selector):
        return self.js("return document.querySelectorAll(arguments[0]).length", selector)

    def until(self, look, *arguments, seconds=60):
        """Waits until a script of the page returns something true."""
        return eventually(lambda: self.js(look, *arguments), seconds)

    def wait_for(self, selector, words="", seconds=60):
        """Waits until an element is shown whose text contains the words."""
        return eventually(
            lambda: self.js(
                "return [...document.querySelectorAll(arguments[0])].some((e) => e.checkVisibility()"
                "&& e.textContent.includes(arguments[1]))",
                selector,
                words,
            ),
            seconds,
        )

    # Looks

    def theme(self, name):
        """light, dark or system, as the page's own switch does it."""
        self.js(
            "localStorage.setItem('pgsync.theme', arguments[0]);document.documentElement.dataset.theme = arguments[0]",
            name,
        )

    def size(self, width, height=900):
        """The size of the viewport itself, whatever the least size of a window is."""
        self.cdp(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def picture(self, file, whole=True):
        """Saves what is shown as PNG; `whole` with what lies below the fold."""
        shot = self.cdp("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        pathlib.Path(file).write_bytes(base64.b64decode(shot["data"]))

    # Keys

    def keys(self):
        return KeyCounter(self)

    def has_dialog(self):
        return self.js("return document.querySelector('dialog[open]') !== null")

    # Complaints

    def complaints(self):
        """Errors of the console and violations of the page's policy since the last look."""
        errors = [line["message"] for line in self.driver.get_log("browser") if line["level"] == "SEVERE"]
        return errors + self.js("return (window.violations ?? []).splice(0)")

    def requests(self):
        """The requests since the last look: {url, bytes, from_cache, status} in the order of their start."""
        seen = {}
        for line in self.driver.get_log("performance"):
            message = json.loads(line["message"])["message"]
            self.take(seen, message["method"], message["params"])
        return [r for r in seen.values() if not r["url"].startswith("data:")]

    @staticmethod
    def take(seen, method, given):
        one = seen.get(given.get("requestId"))
        if method == "Network.requestWillBeSent":
            seen[given["requestId"]] = {
                "url": given["request"]["url"],
                "bytes": 0,
                "status": None,
                "cached": False,
            }
        elif one is None:
            return
        elif method == "Network.responseReceived":
            one["status"] = given["response"]["status"]
            one["bytes"] = max(one["bytes"], given["response"]["encodedDataLength"])
        elif method == "Network.requestServedFromCache":
            one["cached"] = True
        elif method == "Network.dataReceived" and given["encodedDataLength"] > 0:
            one["bytes"] += given["encodedDataLength"]
        elif method == "Network.loadingFinished":
            one["bytes"] = max(one["bytes"], given["encodedDataLength"])


class KeyCounter:
    """Presses keys at whatever has the focus and counts them; a text typed into a field counts as one key."""

    def __init__(self, browser):
        self.browser = browser
        self.n = 0

    def press(self, *keys):
        """Single keys, such as "g", "q" or Keys.ENTER."""
        for key in keys:
            ActionChains(self.browser.driver).send_keys(key).perform()
            self.n += 1

    def chord(self, held, key):
        """Two keys at once count as one."""
        ActionChains(self.browser.driver).key_down(held).send_keys(key).key_up(held).perform()
        self.n += 1

    def type(self, words):
        """Types into the field that has the focus."""
        ActionChains(self.browser.driver).send_keys(words).perform()
        self.n += 1

    def goto(self, *keys):
        """Presses keys that open another screen, and waits for it."""
        self.browser.mark()
        self.press(*keys)
        self.browser.wait_ready()
