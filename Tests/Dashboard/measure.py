"""Measures the HTTP API by hand and prints JSON: `.cache/venv/bin/python Tests/Dashboard/measure.py [REQUESTS]`.

Memory before, after a tenth of the requests and after all of them (100,000 by default); the 95th percentile of each list and
figure; and what one opening of the overview takes of the database.
"""

import http.client
import json
import os
import re
import sys
import time

from served import Clinic, Server, eventually

SAMPLES = 60
# What the page asks for when the overview is opened.
OVERVIEW = ("/session", "/status")
PATHS = (
    "/session",
    "/status",
    "/queue?limit=50",
    "/queue/counts",
    "/sources",
    "/ledger/entries?limit=50",
    "/audit",
)


class Client:
    """A connection that is kept."""

    def __init__(self, port, token):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path):
        """The status of an answer, which is read whole, and the milliseconds that it took."""
        began = time.monotonic()
        self.connection.request("GET", "/api/v1" + path, headers=self.headers)
        answer = self.connection.getresponse()
        answer.read()
        return answer.status, 1000 * (time.monotonic() - began)


def rss(server):
    """The memory of a server in MB."""
    with open(f"/proc/{server.process.pid}/statm") as file:
        return round(int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


def cpu_seconds(process):
    """Seconds of a processor that a process has taken so far; nothing of one that has ended."""
    try:
        with open(f"/proc/{process}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def percentile(values, part):
    """The value that this part of all does not exceed."""
    return round(sorted(values)[min(len(values) - 1, int(len(values) * part))], 2)


def paths(server, token):
    """All GET operations that answer once, with parameters that lead somewhere."""
    document = json.loads(server.ask("/api/v1/openapi.json")[2])
    entry = eventually(lambda: json.loads(server.ask("/api/v1/ledger/entries?limit=1", token)[2])["data"])[0]
    known = {
        "/changes/{id}": f"/changes/{entry['change']}",
        "/changes/{id}/image": f"/changes/{entry['change']}/image",
        "/configuration/{key}": "/configuration/posting_paused",
        "/find": "/find?q=1000",
        "/jobs/{id}": "/jobs/1",
        "/ledger/accounts/{code}/statement": "/ledger/accounts/1000/statement",
        "/ledger/entries/{id}": f"/ledger/entries/{entry['entry']}",
        "/records/{table}/{key}": f"/records/{entry['table']}/{entry['record']}",
        "/rules/{name}/{version}": "/rules/" + entry["rule"].replace("@", "/"),
        "/schedules/{name}": "/schedules/verify",
        "/schedules/{name}/next": "/schedules/verify/next",
        "/schedules/{name}/runs": "/schedules/verify/runs",
        "/sources/{table}": f"/sources/{entry['table']}",
    }
    # What begins elsewhere is for others than the page.
    return [
        known.get(path, path)
        for path, operations in document["paths"].items()
        if "get" in operations and "servers" not in operations and path != "/events"
    ]


def latencies(client, listed):
    """The milliseconds of each path: half of the answers are faster, and 95 of 100."""
    found = {}
    for path in listed:
        asked = [client.get(path) for _ in range(SAMPLES)]
        taken = [milliseconds for _, milliseconds in asked]
        found[path] = {
            "status": asked[-1][0],
            "p50_ms": percentile(taken, 0.5),
            "p95_ms": percentile(taken, 0.95),
        }
    return found


def leak(client, server, requests):
    """The memory of a server before, after a tenth of many requests, and after all."""
    found = {"before_mb": rss(server)}
    began = time.monotonic()
    for number in range(requests):
        status, _ = client.get(PATHS[number % len(PATHS)])
        assert status == 200, status
        if number + 1 == requests // 10:
            found[f"after_{number + 1}_mb"] = rss(server)
    found[f"after_{requests}_mb"] = rss(server)
    return found | {"requests_per_second": round(requests / (time.monotonic() - began))}


def database_time(clinic, client):
    """The milliseconds of the database for an opening of the overview, and how many statements those are."""
    settings = {"log_min_duration_statement": "0", "log_line_prefix": "'%m [%p] %a '"}
    for name, value in settings.items():
        clinic.sql(f"alter system set {name} = {value}")
    clinic.sql("select pg_reload_conf()")
    logs = clinic.directory / "state" / "log"

    def logged():
        text = "".join(log.read_text(errors="replace") for log in logs.iterdir())
        found = re.findall(r"pgsync dashboard LOG:  duration: ([0-9.]+) ms  (\w+)", text)
        return [(float(milliseconds), step) for milliseconds, step in found]

    found = []
    for _ in range(SAMPLES // 3):
        # Figures are kept for a moment: without it this would measure the second of two openings.
        time.sleep(1.7)
        before = len(logged())
        for path in OVERVIEW:
            client.get(path)
        time.sleep(0.2)
        found.append(logged()[before:])
    for name in settings:
        clinic.sql(f"alter system reset {name}")
    clinic.sql("select pg_reload_conf()")
    sums = [sum(milliseconds for milliseconds, _ in own) for own in found]
    counts = [sum(step in ("execute", "statement") for _, step in own) for own in found]
    return {
        "p50_ms": percentile(sums, 0.5),
        "p95_ms": percentile(sums, 0.95),
        "statements": percentile(counts, 0.5),
    }


def main():
    """Measures a clinic of its own."""
    clinic = Clinic()
    server = Server(clinic.url)
    try:
        token = clinic.token("measure")
        client = Client(server.port, token)
        found = {"latency": latencies(client, paths(server, token))}
        found["overview_database"] = database_time(clinic, client)
        found["memory"] = leak(client, server, int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
        print(json.dumps(found, indent=2))
    finally:
        server.stop()
        clinic.end()


if __name__ == "__main__":
    main()
