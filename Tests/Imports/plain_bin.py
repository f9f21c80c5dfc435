"""Serves httpbin, and lets a test say which of its answers a call gets."""

import base64
import collections
import json
import logging
import threading
import time
import urllib.parse
import urllib.request

logging.getLogger("httpbin.core").setLevel(logging.ERROR)

from httpbin import filters  # noqa: E402
from httpbin.core import app  # noqa: E402
from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: E402
from werkzeug.wrappers import Response  # noqa: E402

Call = collections.namedtuple("Call", "target headers at")


def decoded(body):
    """The path at which httpbin answers with a text, or with the JSON of anything else."""
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return "/base64/" + base64.urlsafe_b64encode(text.encode()).decode()


def with_headers(*headers):
    """The path at which httpbin answers with headers."""
    return "/response-headers?" + urllib.parse.urlencode(headers)


@app.route("/compressed/<how>/<value>")
def compressed(how, value):
    """What httpbin decodes, through one of httpbin's compressors."""

    def answer():
        return app.make_response(base64.urlsafe_b64decode(value))

    return getattr(filters, how)(answer)()


@app.route("/bomb/<int:size>")
@filters.gzip
def bomb(size):
    """Blanks, through httpbin's compressor."""
    return app.make_response(b" " * size)


class Handler(WSGIRequestHandler):
    """Keeps connections, and says nothing."""

    protocol_version = "HTTP/1.1"

    def log(self, *_):
        """Says nothing."""


class Bin:
    """httpbin in a thread.

    What a path answers is a list of turns, one for each call of pgsync, the last of which stays. A turn is a path of
    httpbin, or several that the call goes through: the first that does not answer 200 is the answer, else the last, with
    the headers that a /response-headers before it names.
    """

    def __init__(self):
        self.turns = {}
        self.calls = []
        self.lock = threading.Lock()
        self.server = make_server("127.0.0.1", 0, self._serve, threaded=True, request_handler=Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        self.address = f"http://127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def end(self):
        """Stops it."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(30)

    def begin_anew(self):
        """Forgets all turns and calls."""
        self.turns.clear()
        self.calls.clear()

    def answers(self, target, *turns):
        """Says what a path answers to the next calls."""
        self.calls.clear()
        self.turns[target] = [(turn,) if isinstance(turn, str) else turn for turn in turns]

    def ask(self, target):
        """What it answers to the test itself, once all turns have passed."""
        with urllib.request.urlopen(self.address + target, timeout=30) as answer:
            return answer.read().decode()

    @property
    def targets(self):
        """What pgsync has asked for."""
        return [call.target for call in self.calls]

    @property
    def gaps(self):
        """How many seconds apart its calls were."""
        return [late.at - early.at for early, late in zip(self.calls, self.calls[1:], strict=False)]

    def _serve(self, environ, start_response):
        target = environ["PATH_INFO"] + ("?" + environ["QUERY_STRING"] if environ["QUERY_STRING"] else "")
        is_counted = environ.get("HTTP_USER_AGENT") == "pgsync"
        with self.lock:
            if is_counted:
                names = {name[5:].lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
                self.calls.append(Call(target, names, time.monotonic()))
            turns = self.turns.get(target) or self.turns.get(environ["PATH_INFO"]) or [(target,)]
            turn = turns.pop(0) if is_counted and len(turns) > 1 else turns[0 if is_counted else -1]
        headers = []
        for place in turn:
            path, _, query = place.partition("?")
            inner = {"PATH_INFO": path, "QUERY_STRING": query, "REQUEST_URI": place, "RAW_URI": place}
            response = Response.from_app(app, environ | inner)
            if place == turn[-1] or response.status_code != 200:
                break
            if path == "/response-headers":
                headers += urllib.parse.parse_qsl(query)
            response.close()
        for name, value in headers:
            response.headers.add(name, value)
        return response(environ, start_response)
