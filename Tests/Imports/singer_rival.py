"""Reads the API of `pgsync bench import` with a Singer tap and target, for --against."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import psycopg2

programs = pathlib.Path(sys.executable).parent
with tempfile.TemporaryDirectory() as folder:
    tap = pathlib.Path(folder, "tap.json")
    tap.write_text(
        json.dumps(
            {
                "api_url": os.environ["API_URL"],
                "pagination_request_style": "page_number_paginator",
                "pagination_response_style": "page",
                "pagination_initial_offset": 1,
                "next_page_token_path": "$.meta.has_more",
                "streams": [
                    {
                        "name": "transactions",
                        "path": "/page/transactions",
                        "params": {"per_page": int(os.environ["PAGE_ROWS"])},
                        "records_path": "$.data[*]",
                        "primary_keys": ["id"],
                    }
                ],
            }
        )
    )
    target = pathlib.Path(folder, "target.json")
    address = "postgresql+psycopg://{PGUSER}@/{PGDATABASE}?host={PGHOST}&port={PGPORT}".format(**os.environ)
    target.write_text(json.dumps({"sqlalchemy_url": address, "default_target_schema": "crm", "activate_version": False, "add_record_metadata": False}))
    read = subprocess.Popen(
        [programs / "tap-rest-api-msdk", "--config", tap], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder
    )
    subprocess.run([programs / "target-postgres", "--config", target], stdin=read.stdout, check=True, cwd=folder, stdout=subprocess.DEVNULL)
    if read.wait() != 0:
        sys.exit("the tap failed: " + read.stderr.read().decode()[-500:])
connection = psycopg2.connect("")
cursor = connection.cursor()
cursor.execute("select count(*) from crm.transactions")
print(cursor.fetchone()[0])
