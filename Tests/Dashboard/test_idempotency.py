"""An act with one Idempotency-Key is done once, however often and whenever it is asked for."""

import concurrent.futures
import contextlib
import json
import signal
import socket
import subprocess
import threading
import uuid

import pytest

from served import Server, eventually, free_port

PARALLEL = 50


@pytest.fixture
def own(clinic):
    """A server of its own, because it is killed."""
    server = Server(clinic.url)
    yield server
    if server.process.poll() is None:
        server.stop()


def acts(clinic, reason):
    """How many acts were done for a reason."""
    return int(clinic.sql(f"select count(*) from pgsync.acts where reason = '{reason}' and result = 'done'"))


def silences(clinic, reason):
    """How many silences there are for a reason: each act makes one."""
    return int(clinic.sql(f"select count(*) from pgsync.alert_silences where reason = '{reason}'"))


def silence(server, token, key, reason, path="/api/v1/silences"):
    """Asks for something that leaves one row each time it is done."""
    body = {"kind": "QUEUE_BACKUP", "ends_at": "2026-12-31T00:00:00Z", "reason": reason}
    return server.ask(path, token, body, headers={"Idempotency-Key": key})


def test_fifty_at_once_are_one_act(clinic, server, tokens):
    key, reason = str(uuid.uuid4()), str(uuid.uuid4())
    with concurrent.futures.ThreadPoolExecutor(PARALLEL) as threads:
        asked = [threads.submit(silence, server, tokens["operate"], key, reason) for _ in range(PARALLEL)]
        found = [one.result() for one in asked]
    assert [(status, text) for status, _, text in found if status != 200] == []
    assert len({text for _, _, text in found}) == 1
    assert sum(headers["Idempotency-Replayed"] == "true" for _, headers, _ in found) == PARALLEL - 1
    assert (silences(clinic, reason), acts(clinic, reason)) == (1, 1)


def test_a_key_belongs_to_one_request_of_one_actor(clinic, server, tokens):
    key, reason = str(uuid.uuid4()), str(uuid.uuid4())
    assert silence(server, tokens["operate"], key, reason)[0] == 200
    for status, _, text in (
        silence(server, tokens["operate"], key, reason + "x"),
        silence(server, tokens["operate"], key, reason, "/api/v1/silences?"),
    ):
        assert (status, json.loads(text)["code"]) == (422, "unprocessable"), text
    # To another actor the same key is another key.
    status, headers, _ = silence(server, tokens["all"], key, reason)
    assert (status, headers["Idempotency-Replayed"]) == (200, None)
    assert silences(clinic, reason) == 2


def test_what_was_refused_may_be_asked_for_again(clinic, server, tokens):
    key, reason = str(uuid.uuid4()), str(uuid.uuid4())
    body = {"kind": "NO_SUCH_KIND", "ends_at": "2026-12-31T00:00:00Z", "reason": reason}
    status, _, text = server.ask("/api/v1/silences", tokens["operate"], body, headers={"Idempotency-Key": key})
    assert status == 422, text
    assert silence(server, tokens["operate"], key, reason)[0] == 200
    assert silences(clinic, reason) == 1


@contextlib.contextmanager
def holding(clinic, statement):
    """Keeps a transaction open that has run a statement."""
    holder = subprocess.Popen(
        [clinic.psql_program, clinic.url, "-XAtq"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    holder.stdin.write(f"begin; {statement}; select 'held';\n")
    holder.stdin.flush()
    assert holder.stdout.readline() == "held\n"
    yield
    holder.communicate("rollback;\n", timeout=10)


class Proxy:
    """Between a client and a server: passes requests on, and drops the first answer that comes back."""

    def __init__(self, port):
        self.target = port
        self.port = free_port()
        self.dropped = []
        self.listening = socket.create_server(("127.0.0.1", self.port))
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        """Takes one connection, and no other."""
        client, _ = self.listening.accept()
        with client, socket.create_connection(("127.0.0.1", self.target)) as server:
            back = threading.Thread(target=self.drop, args=(server, client), daemon=True)
            back.start()
            while part := client.recv(65536):
                server.sendall(part)

    def drop(self, server, client):
        """Keeps what the server answers from the client, and hangs up."""
        self.dropped.append(server.recv(65536))
        client.shutdown(socket.SHUT_RDWR)


def test_an_answer_that_is_lost_on_the_way_is_given_again(clinic, server, tokens):
    key, reason = str(uuid.uuid4()), str(uuid.uuid4())
    proxy = Proxy(server.port)
    through = type("Through", (), {"ask": Server.ask, "address": f"http://127.0.0.1:{proxy.port}"})()
    through.port = proxy.port
    with pytest.raises(OSError):
        silence(through, tokens["operate"], key, reason)
    # The fault happened: the server had answered.
    assert proxy.dropped[0].startswith(b"HTTP/1.1 200 ")
    status, headers, text = silence(server, tokens["operate"], key, reason)
    assert (status, headers["Idempotency-Replayed"]) == (200, "true")
    assert json.loads(text)["data"] == json.loads(proxy.dropped[0].partition(b"\r\n\r\n")[2])["data"]
    assert (silences(clinic, reason), acts(clinic, reason)) == (1, 1)


def test_a_server_that_is_killed_after_the_commit_is_asked_again(clinic, own, tokens):
    key, reason = str(uuid.uuid4()), str(uuid.uuid4())
    # A commit that waits for a standby which is not there is done, but not answered.
    clinic.sql("alter system set synchronous_standby_names = 'nobody'")
    clinic.sql("select pg_reload_conf()")
    try:
        with concurrent.futures.ThreadPoolExecutor(1) as thread:
            lost = thread.submit(silence, own, tokens["operate"], key, reason)
            eventually(
                lambda: clinic.sql(
                    "select 1 from pg_stat_activity where application_name = 'pgsync dashboard' and wait_event = 'SyncRep'"
                )
            )
            assert not lost.done()
            own.stop(signal.SIGKILL)
            with pytest.raises(OSError):
                lost.result()
    finally:
        clinic.sql("alter system reset synchronous_standby_names")
        clinic.sql("select pg_reload_conf()")
    eventually(lambda: silences(clinic, reason) == 1)
    own.start()
    status, headers, text = silence(own, tokens["operate"], key, reason)
    assert (status, headers["Idempotency-Replayed"]) == (200, "true")
    made = clinic.sql(f"select id from pgsync.alert_silences where reason = '{reason}'")
    assert json.loads(text)["data"]["silence"] == made
    assert (silences(clinic, reason), acts(clinic, reason)) == (1, 1)


def test_a_server_that_is_killed_before_the_commit_is_asked_again(clinic, own, tokens):
    key, reason = str(uuid.uuid4()), str(uuid.uuid4())
    with (
        holding(clinic, "lock table pgsync.alert_silences in access exclusive mode"),
        concurrent.futures.ThreadPoolExecutor(1) as thread,
    ):
        lost = thread.submit(silence, own, tokens["operate"], key, reason)
        eventually(
            lambda: clinic.sql(
                "select 1 from pg_stat_activity where application_name = 'pgsync dashboard' and wait_event_type = 'Lock'"
            )
        )
        own.stop(signal.SIGKILL)
        with pytest.raises(OSError):
            lost.result()
    own.start()
    status, headers, _ = silence(own, tokens["operate"], key, reason)
    assert (status, headers["Idempotency-Replayed"]) == (200, None)
    assert (silences(clinic, reason), acts(clinic, reason)) == (1, 1)
