"""What the tests of nodes share: a private server, and a master in a database of its own."""

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
