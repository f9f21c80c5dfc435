"""Reads the API of `pgsync bench import` with a Singer tap and target, for --against.

Each has its own venv, of Python 3.11:
    pip install tap-rest-api-msdk==1.4.2 singer-sdk==0.40.0
    pip install meltanolabs-target-postgres==0.8.1 singer-sdk==0.54.9
SINGER_TAP is bin/tap-rest-api-msdk of the one, SINGER_TARGET is bin/target-postgres of the other, whose Python runs this.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from urllib.parse import urlencode

import psycopg

SCHEMA = {
    "id": {"type": "integer"},
    "merchant_id": {"type": "integer"},
    "kind": {"type": "string"},
    "amount": {"type": "number"},
    "settled_on": {"type": "string", "format": "date"},
    "updated_at": {"type": "string", "format": "date-time"},
}


def tap_config(schema: Path) -> dict:
    """It reads pages until one says that there are no more."""
    return {
        "api_url": os.environ["API_URL"],
        "pagination_request_style": "page_number_paginator",
        "pagination_response_style": "page",
        "next_page_token_path": "$.meta.has_more",
        "streams": [
            {
                "name": "transactions",
                "path": "/page/transactions",
                "params": {"per_page": int(os.environ["PAGE_ROWS"])},
                "records_path": "$.data[*]",
                "primary_keys": ["id"],
                # Only that of a file keeps its formats.
                "schema": str(schema),
            }
        ],
    }


def target_config() -> dict:
    """A URL, as with `host` it wants a password, and takes no directory of a socket."""
    place = urlencode({"host": os.environ["PGHOST"], "port": os.environ["PGPORT"]})
    return {
        "sqlalchemy_url": "postgresql+psycopg://{PGUSER}@/{PGDATABASE}?".format(**os.environ) + place,
        "default_target_schema": "crm",
        "use_copy": True,
    }


def transfer(directory: Path) -> None:
    """Pipes the one into the other; what they log is only shown if one fails."""

    def file(name: str, content: dict) -> Path:
        path = directory / name
        path.write_text(json.dumps(content))
        return path

    tap_file = file("tap.json", tap_config(file("schema.json", {"type": "object", "properties": SCHEMA})))
    target_file = file("target.json", target_config())
    with open(directory / "tap.log", "wb") as tap_log, open(directory / "target.log", "wb") as target_log:
        tap = Popen([os.environ["SINGER_TAP"], "--config", tap_file], stdout=PIPE, stderr=tap_log)
        target = Popen(
            [os.environ["SINGER_TARGET"], "--config", target_file], stdin=tap.stdout, stdout=DEVNULL, stderr=target_log
        )
        tap.stdout.close()
        statuses = {"target": target.wait(), "tap": tap.wait()}
    for name, status in statuses.items():
        if status:
            sys.exit(f"the {name} ended with {status}:\n" + (directory / f"{name}.log").read_text()[-400:])


with tempfile.TemporaryDirectory() as directory:
    transfer(Path(directory))
with psycopg.connect() as connection:
    print(connection.execute("select count(*) from crm.transactions").fetchone()[0])
