"""Runs localstripe, which speaks Stripe's API, in a thread, with its clock and its pages in the hands of a test."""

import asyncio
import collections
import contextlib
import decimal
import http.client
import json
import threading
import time
import types

from aiohttp import web
from localstripe import resources
from localstripe.server import app

from importing import STRIPE_KEY

Call = collections.namedtuple("Call", "path query authorization headers")


class Hold:
    """Keeps one answer back."""

    def __init__(self, path, number):
        self.path = path
        # Which of the calls to that path is kept, counted from 1.
        self.number = number
        self.is_reached = threading.Event()
        self.is_open = asyncio.Event()

    def wait(self):
        """Waits until the call is there."""
        assert self.is_reached.wait(60), f"call {self.number} of {self.path} did not come"


class Stripe:
    """The server; there can be one in a process, because localstripe keeps its rows in a global."""

    def __init__(self):
        # It would write all rows to one file in /tmp with every change.
        resources.Store.dump_to_disk = lambda self: None
        resources.time = types.SimpleNamespace(time=lambda: self.now or time.time())
        self.now = None
        self.calls = []
        self.holds = []

        @web.middleware
        async def watch(request, handler):
            return await self._watch(request, handler)

        app.middlewares.insert(0, watch)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.runner = self._wait(self._start())
        self.port = self.runner.addresses[0][1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    async def _start(self):
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return runner

    def _wait(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    def end(self):
        """Stops it."""
        self.connection.close()
        self._wait(self.runner.cleanup())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(30)

    async def _watch(self, request, handler):
        if request.headers.get("User-Agent") == "pgsync":
            call = Call(request.path, dict(request.query), request.headers.get("Authorization"), dict(request.headers))
            self.calls.append(call)
            number = sum(past.path == request.path for past in self.calls)
            for hold in self.holds:
                if (hold.path, hold.number) == (request.path, number):
                    hold.is_reached.set()
                    await hold.is_open.wait()
        return await handler(request)

    def begin_anew(self):
        """Forgets all rows and calls."""
        self.ask("/_config/data", method="DELETE")
        self.calls.clear()
        self.now = None

    @contextlib.contextmanager
    def holding(self, path, number):
        """Keeps back the answer to a call of pgsync, until the block ends."""
        hold = Hold(path, number)
        self.holds.append(hold)
        try:
            yield hold
        finally:
            self.holds.remove(hold)
            self.loop.call_soon_threadsafe(hold.is_open.set)

    def answer(self, path, data=None, method=None, key=STRIPE_KEY):
        """Status and JSON of an answer to the test itself."""
        method = method or ("GET" if data is None else "POST")
        body = None if data is None else json.dumps(data)
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text, parse_float=decimal.Decimal) if text else None

    def ask(self, path, data=None, method=None):
        """What it answers to a call that has to work."""
        status, answer = self.answer(path, data, method)
        assert status == 200, (path, data, status, answer)
        return answer

    def every(self, path, query=""):
        """All rows that it lists, page by page."""
        rows, after = [], ""
        while True:
            page = self.ask(f"{path}?limit=100{query}{after}")
            rows += page["data"]
            if not page["has_more"]:
                return rows
            after = f"&starting_after={rows[-1]['id']}"

    def queries(self, path):
        """The queries of all calls that pgsync made to a path."""
        return [call.query for call in self.calls if call.path == path]
