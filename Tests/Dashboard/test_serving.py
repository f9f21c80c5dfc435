"""How the dashboard is started, and what it counts."""

import re
import signal
import subprocess
import urllib.request

import pytest

from served import PROGRAM, Server, eventually, free_port


def metrics(port):
    """The metrics at a port, by their names with labels."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}


@pytest.fixture(scope="module")
def counted(clinic):
    port = free_port()
    server = Server(clinic.url, "--metrics-listen", str(port))
    yield server, port
    server.stop()


def test_counts_answers_by_their_status(counted, tokens):
    server, port = counted
    before = metrics(port)
    assert server.ask("/api/v1/status", tokens["read"])[0] == 200
    assert server.ask("/api/v1/nothing", tokens["read"])[0] == 404
    after = metrics(port)
    for code in ("2xx", "4xx"):
        name = f'pgsync_dashboard_requests_total{{code="{code}"}}'
        assert after[name] == before[name] + 1
    assert after["pgsync_dashboard_request_seconds_count"] == before["pgsync_dashboard_request_seconds_count"] + 2


@pytest.mark.parametrize(("reason", "status"), [("token", 401), ("scope", 403), ("origin", 403), ("host", 421)])
def test_counts_what_it_turns_away(counted, tokens, reason, status):
    server, port = counted
    asked = {
        "token": {"path": "/api/v1/status", "token": "pgs_" + "A" * 44},
        "scope": {"path": "/api/v1/audit", "token": tokens["read"]},
        "origin": {
            "path": "/api/v1/changes/retry",
            "token": tokens["all"],
            "body": {},
            "headers": {"Origin": "https://elsewhere.example", "Idempotency-Key": "a" * 16},
        },
        "host": {"path": "/api/v1/status", "headers": {"Host": "elsewhere.example"}},
    }[reason]
    name = f'pgsync_dashboard_refused_total{{reason="{reason}"}}'
    before = metrics(port)[name]
    assert server.ask(**asked)[0] == status
    assert metrics(port)[name] == before + 1


def test_counts_who_watches(counted, tokens):
    server, port = counted
    asked = urllib.request.Request(server.address + "/api/v1/events", headers={"Authorization": f"Bearer {tokens['read']}"})
    assert metrics(port)["pgsync_dashboard_viewers"] == 0
    with urllib.request.urlopen(asked, timeout=30):
        eventually(lambda: metrics(port)["pgsync_dashboard_viewers"] == 1)
        samples = metrics(port)["pgsync_dashboard_samples_total"]
        eventually(lambda: metrics(port)["pgsync_dashboard_samples_total"] > samples)
    eventually(lambda: metrics(port)["pgsync_dashboard_viewers"] == 0)


def test_a_worker_serves_it_too(clinic, tokens):
    port, counts = free_port(), free_port()
    worker = subprocess.Popen(
        [PROGRAM, "worker", "--database-url", clinic.url, "--serve", str(port)] + ["--metrics-listen", str(counts)],
        stderr=subprocess.DEVNULL,
    )
    try:
        page = f"http://127.0.0.1:{port}/"
        eventually(lambda: "<title>" in urllib.request.urlopen(page, timeout=5).read().decode())
        asked = urllib.request.Request(page + "api/v1/status", headers={"Authorization": f"Bearer {tokens['read']}"})
        assert urllib.request.urlopen(asked, timeout=10).status == 200
        found = metrics(counts)
        assert found['pgsync_dashboard_requests_total{code="2xx"}'] == 1
        assert "pgsync_worker_batches_total" in found
    finally:
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0


def test_a_login_that_may_only_serve_serves(clinic, tokens):
    clinic.sql("create role serves login; grant pgsync_dashboard to serves")
    server = Server(f"{clinic.url}&user=serves")
    try:
        for path in ("status", "queue", "ledger/trial-balance", "ledger/export", "sources", "proof", "audit"):
            assert server.ask(f"/api/v1/{path}", tokens["all"])[0] == 200, path
    finally:
        server.stop()


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_login_without_the_right_is_told_what_to_grant(clinic, command):
    name = f"plain_{command}"
    clinic.sql(f"create role {name} login; grant pgsync_worker to {name}")
    port = str(free_port())
    ran = subprocess.run(
        [PROGRAM, command, "--database-url", f"{clinic.url}&user={name}"]
        + (["--listen", port] if command == "serve" else ["--serve", port]),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 77, ran.stderr
    assert f'grant pgsync_dashboard to "{name}"' in ran.stderr


def test_a_database_without_pgsync_is_told_to_migrate(clinic):
    clinic.sql("create database without_pgsync template template0")
    ran = subprocess.run(
        [PROGRAM, "serve", "--database-url", f"{clinic.url}&dbname=without_pgsync", "--listen", str(free_port())],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode != 0
    assert "pgsync is not installed in database without_pgsync; run pgsync migrate" in ran.stderr


def test_the_page_is_served_while_the_database_is_away():
    server = Server(f"postgresql://postgres@127.0.0.1:{free_port()}/nothing?connect_timeout=2")
    try:
        assert server.ask("/healthz")[0] == 200
        assert re.search("<title>", server.ask("/")[2])
        assert server.ask("/readyz")[0] == 503
        status, headers, text = server.ask("/api/v1/status", "pgs_" + "A" * 44)
        assert status == 503 and headers["Content-Type"] == "application/problem+json"
        assert "database" in text
    finally:
        server.stop()


def test_a_private_network_needs_no_tls(clinic):
    port = free_port()
    server = Server(clinic.url, "--private-network", port=port, host="0.0.0.0")
    try:
        assert server.ask("/healthz")[0] == 200
    finally:
        server.stop()
