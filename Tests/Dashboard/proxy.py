"""A proxy in front of `pgsync serve`: counts what passes, and plays dead when told to."""

import collections
import contextlib
import re
import socket
import threading

BAD_GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 11\r\nConnection: close\r\n\r\nBad Gateway"
REQUEST = re.compile(rb"^(GET|POST|PUT|DELETE) (\S+) HTTP/1\.1\r\n")


class Proxy:
    """Relays connections as they are. A browser sends one request after the other, so each chunk that looks
    like the start of a request is one. `bytes` of answers, with their heads, are counted by path."""

    def __init__(self, port):
        self.to = port
        self.dead = False
        self.requests = []
        self.bytes = collections.Counter()
        self.open = set()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        self.open.add(client)
        with contextlib.suppress(OSError), client:
            if self.dead:
                client.recv(65536)
                client.sendall(BAD_GATEWAY)
                return
            with socket.create_connection(("127.0.0.1", self.to)) as server:
                self.open.add(server)
                asked = [None]
                threading.Thread(target=self.answers, args=(server, client, asked), daemon=True).start()
                self.relay(client, server, asked)
        self.open.discard(client)

    def relay(self, client, server, asked):
        while given := client.recv(65536):
            if found := REQUEST.match(given):
                asked[0] = found[2].decode()
                self.requests.append(asked[0])
            server.sendall(given)

    def answers(self, server, client, asked):
        with contextlib.suppress(OSError):
            while given := server.recv(65536):
                self.bytes[asked[0]] += len(given)
                client.sendall(given)
        self.shut(client)

    @staticmethod
    def shut(connection):
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)

    def die(self):
        """From now on every request is answered with 502, and open connections end."""
        self.dead = True
        for connection in list(self.open):
            self.shut(connection)

    def revive(self):
        self.dead = False

    def forget(self):
        """Counts from zero."""
        self.requests.clear()
        self.bytes.clear()

    def end(self):
        self.listening.close()
        self.die()
