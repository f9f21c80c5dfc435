"""Stands between a node and its master, and lets calls come to grief at a chosen moment."""

import contextlib
import dataclasses
import socket
import threading

from served import eventually


@dataclasses.dataclass
class Fault:
    """What becomes of the n-th call that fits, before it is passed on ("call") or before its answer is ("answer").
    The action says whether it goes on (None), is cut (CUT), how many bytes of it go on, or what goes on in its place, as a
    function of it."""

    call: str
    stage: str
    action: object
    number: int
    seen: int = 0
    fired: int = 0


CUT = 0


class Faults:
    """Takes one HTTP call after the other from each connection, and passes it on."""

    def __init__(self, port):
        self.to = port
        self.calls = []
        self.bodies = []
        self.planned = []
        self.lock = threading.Lock()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def plan(self, call, stage, action, number=1):
        """Plans a fault; a number of 0 means all calls that fit."""
        fault = Fault(call, stage, action, number)
        self.planned.append(fault)
        return fault

    def lose_answer(self, call, number=1):
        """Swallows an answer."""
        return self.plan(call, "answer", lambda: CUT, number)

    def lose_call(self, call, number=1):
        """Swallows a call."""
        return self.plan(call, "call", lambda: CUT, number)

    @contextlib.contextmanager
    def held(self, call, stage="call", number=1):
        """Holds a call back until the end of the block, which begins when it is there."""
        reached, free = threading.Event(), threading.Event()

        def wait():
            reached.set()
            free.wait(60)

        fault = self.plan(call, stage, wait, number)
        hold = Hold(reached)
        try:
            yield hold
        finally:
            free.set()
        assert fault.fired

    def heal(self):
        """No further faults; calls are counted anew."""
        self.planned.clear()
        self.calls.clear()
        self.bodies.clear()

    def end(self):
        self.listening.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with contextlib.suppress(OSError), client, contextlib.closing(client.makefile("rb")) as asked:
            while call := read_message(asked):
                name = call_name(call)
                self.calls.append(name)
                self.bodies.append(call.partition(b"\r\n\r\n")[2])
                call = self._passed(name, "call", call)
                if call is None:
                    return
                with socket.create_connection(("127.0.0.1", self.to)) as server:
                    server.sendall(call)
                    with contextlib.closing(server.makefile("rb")) as answered:
                        answer = read_message(answered)
                whole = answer and self._passed(name, "answer", answer, client)
                if not whole:
                    return
                client.sendall(whole)

    def _passed(self, name, stage, message, client=None):
        """What goes on; nothing of a message that is cut, unless a part of it does."""
        with self.lock:
            due = [f for f in self.planned if f.stage == stage and name.startswith(f.call)]
            for fault in due:
                fault.seen += 1
            fault = next((f for f in due if f.number in (0, f.seen)), None)
            if fault:
                fault.fired += 1
        passed = fault.action() if fault else None
        if callable(passed):
            return passed(message)
        if passed is None:
            return message
        if client:
            client.sendall(message[:passed])
        return None


@dataclasses.dataclass
class Hold:
    """A call that is held back."""

    reached: threading.Event

    def wait(self):
        """Returns once it is there."""
        eventually(self.reached.is_set)


def call_name(call):
    """Method and last part of the path."""
    method, target = call.split(b" ", 2)[:2]
    return f"{method.decode()} {target.decode().partition('?')[0].rpartition('/')[2]}"


def read_message(stream):
    """A request or an answer with its body; nothing at the end of a connection."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline()
        if not line:
            return b""
        head += line
    fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:] if b":" in line)
    length = fields.get(b"content-length")
    if length is not None:
        return head + stream.read(int(length))
    return head + (stream.read() if head.startswith(b"HTTP/") else b"")
