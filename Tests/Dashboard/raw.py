"""HTTP as bytes: for requests that no library would send."""

import dataclasses
import json
import socket
import time


@dataclasses.dataclass
class Reply:
    """An answer as it came."""

    status: int
    headers: list
    body: bytes

    def __getitem__(self, name):
        """The values of a header."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def problem(self):
        """The problem that the body is; empty if it is none."""
        return json.loads(self.body) if self["Content-Type"] == ["application/problem+json"] else {}


def connect(port, timeout=10):
    """A connection to a server of this machine."""
    return socket.create_connection(("127.0.0.1", port), timeout)


def read_all(connection, seconds=30):
    """What comes until the other end closes, or until the time is over."""
    received = b""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        connection.settimeout(left)
        try:
            part = connection.recv(65536)
        except (TimeoutError, ConnectionError):
            break
        if not part:
            break
        received += part
    return received


def replies(received):
    """The answers in what came, one after the other."""
    found = []
    while received:
        head, mark, rest = received.partition(b"\r\n\r\n")
        assert mark, f"half an answer: {received[:200]!r}"
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines]
        lengths = [int(value) for name, value in headers if name.lower() == "content-length"]
        length = lengths[0] if lengths else len(rest)
        found.append(Reply(int(first.split(" ")[1]), headers, rest[:length]))
        received = rest[length:]
    return found


def exchange(port, request, seconds=30):
    """The answers to bytes that are sent on a connection of their own, which the server may close."""
    with connect(port) as connection:
        connection.sendall(request)
        return replies(read_all(connection, seconds))


def request(method, target, headers=(), body=b"", host="127.0.0.1"):
    """A request that ends its connection; a header given without a value is left out."""
    lines = [f"{method} {target} HTTP/1.1"]
    own = {"Host": host, "Connection": "close"} | ({"Content-Length": str(len(body))} if body else {})
    own |= dict(headers)
    lines += [f"{name}: {value}" for name, value in own.items() if value is not None]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape") + body


def ask(port, *arguments, **more):
    """The one answer to a request."""
    found = exchange(port, request(*arguments, **more))
    assert len(found) == 1, found
    return found[0]
