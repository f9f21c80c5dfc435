"""Another certificate is taken up while the dashboard serves: at SIGHUP, and not when it is broken."""

import contextlib
import http.client
import os
import signal
import socket
import ssl
import subprocess
import urllib.request

import pytest

from served import PROGRAM, eventually, free_port


def make(directory, name):
    """A new certificate in the files that the server was given; its bytes as a client sees them."""
    new = directory / "new"
    subprocess.run(
        ["openssl", "req", "-x509", "-nodes", "-days", "2", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        + ["-subj", f"/CN={name}", "-addext", "subjectAltName=DNS:localhost"]
        + ["-keyout", f"{new}.key", "-out", f"{new}.pem"],
        check=True,
        capture_output=True,
    )
    text = (directory / "new.pem").read_text()
    os.replace(f"{new}.key", directory / "own.key")
    os.replace(f"{new}.pem", directory / "own.pem")
    return ssl.PEM_cert_to_DER_cert(text)


def connect(port):
    """A connection, whose certificate is looked at and not believed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(socket.create_connection(("127.0.0.1", port), 10), server_hostname="localhost")


def shown(port):
    with connect(port) as connection:
        return connection.getpeercert(binary_form=True)


def ask(connection, port):
    """One request on a connection that stays open; the status of its answer."""
    connection.sendall(f"GET /healthz HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode())
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    answer.read()
    return answer.status


@pytest.fixture
def serving(clinic, tmp_path):
    """A server with TLS: its process, ports, directory, first certificate and log."""
    first = make(tmp_path, "first")
    port, metrics = free_port(), free_port()
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [PROGRAM, "serve", "--listen", f"127.0.0.1:{port}", "--metrics-listen", str(metrics)]
            + ["--tls-cert", tmp_path / "own.pem", "--tls-key", tmp_path / "own.key"],
            env=os.environ | {"PGSYNC_DATABASE_URL": clinic.url},
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
    eventually(lambda: shown(port))
    yield process, port, metrics, tmp_path, first
    process.terminate()
    assert process.wait(30) == 0


def counted(metrics):
    """How many certificates were taken and refused."""
    with urllib.request.urlopen(f"http://127.0.0.1:{metrics}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    name = "pgsync_dashboard_certificates_total"
    return [
        float(next(line for line in text.splitlines() if line.startswith(f'{name}{{result="{r}"}}')).split()[1])
        for r in ("taken", "refused")
    ]


def test_new_connections_use_it_and_open_ones_go_on(serving):
    process, port, metrics, directory, first = serving
    assert shown(port) == first
    with contextlib.ExitStack() as stack:
        old = stack.enter_context(connect(port))
        assert ask(old, port) == 200

        (directory / "own.pem").write_text("broken")
        process.send_signal(signal.SIGHUP)
        eventually(lambda: counted(metrics) == [0, 1])
        assert shown(port) == first
        assert "the one before is kept" in (directory / "log").read_text()

        second = make(directory, "second")
        process.send_signal(signal.SIGHUP)
        eventually(lambda: shown(port) == second)
        assert counted(metrics) == [1, 1]
        assert ask(old, port) == 200
        assert old.getpeercert(binary_form=True) == first

        # The key of another certificate, and then no file at all.
        make(directory, "third")
        (directory / "own.pem").write_text(ssl.DER_cert_to_PEM_cert(second))
        process.send_signal(signal.SIGHUP)
        eventually(lambda: counted(metrics) == [1, 2])
        (directory / "own.key").unlink()
        process.send_signal(signal.SIGHUP)
        eventually(lambda: counted(metrics) == [1, 3])
        assert shown(port) == second

        for n in range(20):
            newest = make(directory, f"again{n}")
            process.send_signal(signal.SIGHUP)
            eventually(lambda wanted=newest: shown(port) == wanted)
        assert ask(old, port) == 200
    assert process.poll() is None


@pytest.mark.skipif(os.environ.get("PGSYNC_TEST_PROFILE", "default") == "default", reason="it takes a minute")
def test_a_changed_file_is_seen_without_a_signal(serving):
    _, port, metrics, directory, _ = serving
    second = make(directory, "second")
    eventually(lambda: shown(port) == second, seconds=90, every=0.5)
    assert counted(metrics) == [1, 0]
