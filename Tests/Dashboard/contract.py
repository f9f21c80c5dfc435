"""Runs schemathesis against a server and reads what it saw."""

import base64
import dataclasses
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent

# Statuses that the checks of schemathesis do not foresee where this API answers with them.
SETTINGS = """
hooks = "{hooks}"
continue-on-failure = true
max-failures = 100000
request-timeout = 30
max-stream-events = 2

[cache]
enabled = false

[generation]
database = "none"
deterministic = true
no-shrink = true

[auth.openapi.token]
bearer = "${{PGSYNC_CONTRACT_TOKEN}}"

[checks.not_a_server_error]
# The database is away, or took too long: it happens to who asks while others do.
expected-statuses = ["2xx", "3xx", "4xx", 503, 504]

[checks.missing_required_header]
# RFC 6585 has a status of its own for a missing If-Match.
expected-statuses = [400, 401, 403, 428]

[checks.positive_data_acceptance]
# No schema says what exists, which state it is in, or what the database's own rules about a value are.
expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 410, 412, 422, 429, 503, 504]

[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 428, 429, 503, 504]
"""


@dataclasses.dataclass(frozen=True)
class Sight:
    """An answer that was seen: to which operation, with which status, and with the code of its problem."""

    method: str
    path: str
    status: int
    code: str | None


@dataclasses.dataclass(frozen=True)
class Failure:
    """A check that an answer did not pass."""

    check: str
    message: str
    request: dict
    sight: Sight
    body: str

    def __str__(self):
        return (
            f"{self.check}: {self.sight.method} {self.request['uri']} {self.request.get('body', '')[:300]}\n"
            f"    {self.message.strip()}\n    {self.sight.status} {self.body[:400]}"
        )


@dataclasses.dataclass
class Report:
    """What a run saw."""

    cases: int
    sights: set
    failures: list
    errors: list


def run(server, token, values, directory, examples, *options):
    """Tests all operations with one token and reads the report; `values` are what the hooks know."""
    settings = directory / "schemathesis.toml"
    settings.write_text(SETTINGS.format(hooks=HERE / "contract_hooks.py"))
    known = directory / "values.json"
    known.write_text(json.dumps(values))
    report = directory / "report.ndjson"
    report.unlink(missing_ok=True)
    ran = subprocess.run(
        [pathlib.Path(sys.executable).parent / "st", "--config-file", settings, "run"]
        + [server.address + "/api/v1/openapi.json"]
        + ["--checks", "all", "--max-examples", str(examples), "--seed", "1", "--no-color"]
        + ["--report", "ndjson", "--report-ndjson-path", report, *options],
        env=os.environ | {"PGSYNC_CONTRACT_VALUES": str(known), "PGSYNC_CONTRACT_TOKEN": token},
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )
    # 1 says that checks failed, which the report says better.
    assert ran.returncode in (0, 1), ran.stdout[-3000:] + ran.stderr[-3000:]
    return read(report)


def read(path):
    """The report of a file of events."""
    report = Report(0, set(), [], [])
    with open(path) as lines:
        for line in lines:
            for kind, event in json.loads(line).items():
                if kind == "ScenarioFinished" and "cases" in event["recorder"]:
                    read_scenario(event["recorder"], report)
                elif "Error" in kind:
                    report.errors.append(json.dumps(event)[:2000])
    return report


def read_scenario(recorder, report):
    """Adds the cases of a scenario to a report."""
    report.cases += len(recorder["cases"])
    for number, interaction in recorder["interactions"].items():
        if interaction.get("response"):
            report.sights.add(sight(recorder["cases"][number]["value"], interaction))
    for number, checks in recorder["checks"].items():
        for check in checks:
            if check["status"] == "failure":
                report.failures.append(failure(recorder, number, check))


def body_of(message):
    """The text of a request's or an answer's body."""
    content = message.get("content") or message.get("body") or {}
    return base64.b64decode(content.get("$base64", "")).decode(errors="replace")


def sight(case, interaction):
    """What an interaction shows."""
    response = interaction["response"]
    code = None
    if "application/problem+json" in response["headers"].get("content-type", []):
        code = json.loads(body_of(response) or "{}").get("code")
    return Sight(interaction["request"]["method"], case["path"], response["status_code"], code)


def failure(recorder, number, check):
    """What is known of a failed check."""
    told = check["failure_info"]["failure"]
    number = told.get("case_id") or number
    interaction = recorder["interactions"][number]
    request = interaction["request"] | {"body": body_of(interaction["request"])}
    return Failure(
        check["name"],
        f"{told['title']}: {told['message']}",
        request,
        sight(recorder["cases"][number]["value"], interaction),
        body_of(interaction["response"]),
    )
