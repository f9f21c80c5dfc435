"""Watches many streams of events at once, in one thread."""

import dataclasses
import json
import selectors
import socket
import threading
import time


@dataclasses.dataclass(frozen=True)
class Event:
    """An event, and when it came by the machine's clock."""

    id: str
    name: str
    data: str
    at: float

    @property
    def number(self):
        """Its number within the server's process; 0 for what has none."""
        return int(self.id.rpartition("-")[2] or 0)

    @property
    def json(self):
        """What it says."""
        return json.loads(self.data)


class Stream:
    """An open stream: its head and the events that have come."""

    def __init__(self, port, token, path="/api/v1/events", headers=(), buffer=None):
        self.socket = socket.socket()
        if buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.connect(("127.0.0.1", port))
        # The older version has no chunks between the events.
        lines = [f"GET {path} HTTP/1.0", "Host: 127.0.0.1", f"Authorization: Bearer {token}", *headers]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.head = None
        self.events = []
        self.rest = b""
        self.ended_at = None

    def take(self):
        """Reads what has come."""
        try:
            part = self.socket.recv(1 << 18)
        except OSError:
            part = b""
        if not part:
            self.ended_at = time.time()
            return
        *blocks, self.rest = (self.rest + part).split(b"\r\n\r\n" if self.head is None else b"\n\n")
        if self.head is None and blocks:
            self.head = blocks.pop(0).decode()
            *blocks, self.rest = b"\r\n\r\n".join([*blocks, self.rest]).split(b"\n\n")
        self.events += [event for block in blocks if (event := read(block.decode()))]

    def named(self, name):
        """Its events of one kind."""
        return [event for event in self.events if event.name == name]

    def close(self):
        """Hangs up."""
        self.socket.close()


def read(block):
    """The event of a block of lines; none for a comment."""
    fields = {"id": "", "event": "", "data": "", "retry": ""}
    for line in block.split("\n"):
        name, mark, value = line.partition(":")
        if not mark or not name:
            continue
        assert name in fields and value.startswith(" "), block
        fields[name] = value[1:]
    return Event(fields["id"], fields["event"], fields["data"], time.time()) if fields["event"] else None


class Watch:
    """Reads streams in a thread until it is left."""

    def __init__(self, *streams):
        self.selector = selectors.DefaultSelector()
        self.streams = []
        self.is_over = False
        for stream in streams:
            self.add(stream)
        self.thread = threading.Thread(target=self.run, daemon=True)

    def add(self, stream):
        """Reads one more."""
        self.streams.append(stream)
        self.selector.register(stream.socket, selectors.EVENT_READ, stream)
        return stream

    def run(self):
        """Reads until it is over."""
        while not self.is_over:
            for key, _ in self.selector.select(0.1):
                key.data.take()
                if key.data.ended_at:
                    self.selector.unregister(key.fileobj)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.is_over = True
        self.thread.join(5)
        for stream in self.streams:
            stream.close()
