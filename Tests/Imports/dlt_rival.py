"""Reads the API of `pgsync bench import` with dlt, for --against."""

import os

import dlt
from dlt.sources.rest_api import rest_api_source

source = rest_api_source(
    {
        "client": {"base_url": os.environ["API_URL"]},
        "resources": [
            {
                "name": "transactions",
                "primary_key": "id",
                "write_disposition": "merge",
                # It would take it for a double.
                "columns": {"amount": {"data_type": "decimal", "precision": 14, "scale": 2}},
                "endpoint": {
                    "path": "page/transactions",
                    "params": {"per_page": int(os.environ["PAGE_ROWS"])},
                    "data_selector": "data",
                    "paginator": {"type": "page_number", "page_param": "page", "base_page": 1, "total_path": None},
                },
            }
        ],
    }
)
pipeline = dlt.pipeline(
    "bench_" + os.environ["PGDATABASE"],
    pipelines_dir=os.environ.get("TMPDIR", "/tmp") + "/dlt",
    destination=dlt.destinations.postgres(
        # It wants a password and a host, even where neither counts: libpq takes the host behind the question mark.
        "postgresql://{PGUSER}:none@localhost:{PGPORT}/{PGDATABASE}?host={PGHOST}".format(**os.environ)
    ),
    dataset_name="crm",
    progress=None,
)
pipeline.run(source)
with pipeline.sql_client() as client, client.execute_query("select count(*) from transactions") as cursor:
    print(cursor.fetchone()[0])
