"""Browser → proxy → server → proxy → PostgreSQL, so that each link can be cut."""

from urllib.parse import urlsplit

from browser import Browser
from proxy import Proxy
from served import Server


class Chain:
    """`url` reaches a database of the clinic by TCP."""

    def __init__(self, clinic, url):
        self.clinic = clinic
        port = urlsplit(url).port
        self.to_database = Proxy(port)
        self.server = Server(url.replace(f":{port}/", f":{self.to_database.port}/"))
        self.to_server = Proxy(self.server.port)
        self.browser = Browser(self.to_server.address, clinic.token("chain"))

    def end(self):
        self.browser.end()
        self.to_server.end()
        self.server.stop()
        self.to_database.end()
