"""What the tests of nodes share: a private server, and a master in a database of its own."""

import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Dashboard"))

from faults import Faults  # noqa: E402
from network import Cluster, Master  # noqa: E402


@pytest.fixture(scope="session")
def cluster():
    cluster = Cluster()
    yield cluster
    cluster.end()


@pytest.fixture
def master(cluster):
    master = Master(cluster)
    yield master
    master.end()


@pytest.fixture
def faults(master):
    """What stands between nodes and the master."""
    faults = Faults(master.serve.port)
    yield faults
    faults.end()


# What has a shorter twin among the tests of the exchange in SQL, and takes its time.
LONG = {
    "test_large_rows",
    "test_the_disk_is_full",
    "test_a_node_is_restored_while_its_upload_was_lost",
    "test_the_answers_of_all_uploads_are_lost",
    "test_the_master_is_restored_and_goes_on",
    "test_a_unique_value_is_swapped_between_two_rows",
    "test_a_trigger_that_names_no_schema",
    "test_triggers_that_change_what_is_written",
    "test_a_column_of_type_json",
    "test_two_shops_sell",
    "test_half_an_answer",
    "test_a_token_is_revoked_and_renewed",
    "test_the_status_file",
    "test_more_than_is_applied_at_once",
}
# Cases that differ from others only in that bodies are not encrypted, too.
LONG_CASES = (
    "test_a_call_that_was_changed[signed",
    "test_a_call_of_another_time[signed",
    "test_somebody_changes_a_record_on_its_way[signed",
    "test_who_forges_an_answer_stops_nothing_for_long[signed",
    "test_somebody_answers_in_the_place_of_the_master[signed",
)


def pytest_collection_modifyitems(items):
    """Leaves long cases to the longer profiles."""
    if os.environ.get("PGSYNC_TEST_PROFILE", "default") != "default":
        return
    for item in items:
        if item.name.split("[")[0] in LONG or item.name.startswith(LONG_CASES):
            item.add_marker(pytest.mark.skip(reason="PGSYNC_TEST_PROFILE=full tries it"))
