"""What schemathesis calls: gives positive cases values that exist, and spares what the run itself needs.

Its environment: PGSYNC_CONTRACT_VALUES is a file of JSON with the lists `values`, by path and parameter, and `spared`, the
numbers of tokens that must not be revoked.
"""

import json
import os
import pathlib
import random
import re
import uuid

import schemathesis

KNOWN = json.loads(pathlib.Path(os.environ["PGSYNC_CONTRACT_VALUES"]).read_text())
CHANCE = random.Random(1)


def is_positive(case):
    """Whether a case is meant to be valid."""
    return case.meta is not None and case.meta.generation.mode.is_positive


@schemathesis.hook
def before_call(context, case, kwargs):
    """Changes a case just before it is sent."""
    spare(case)
    if is_positive(case):
        use_what_exists(case)
        # Only the server makes cursors; test_pagination.py follows them.
        case.query.pop("cursor", None)
    freshen_key(case)


def use_what_exists(case):
    """Half of the cases are about something that is there."""
    body = case.body if isinstance(case.body, dict) else {}
    for given in (case.path_parameters, body):
        for name in given:
            known = KNOWN["values"].get(f"{case.path} {name}")
            if known and CHANCE.random() < 0.5:
                given[name] = CHANCE.choice(known)


def spare(case):
    """The tokens of the run stay valid, and nobody waits for changes that nobody makes."""
    wait = str((case.query or {}).get("wait"))
    if case.path == "/sync/download" and wait.isdecimal() and 1 < int(wait) <= 25:
        case.query["wait"] = 1
    if case.path == "/tokens/{id}" and str(case.path_parameters.get("id")) in KNOWN["spared"]:
        case.path_parameters["id"] = "999999999"


def freshen_key(case):
    """Every valid key is a new one: a repeated key with another body is refused, as it should be."""
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch(r"[!-~]{1,160}", key):
        case.headers["Idempotency-Key"] = key + uuid.uuid4().hex
