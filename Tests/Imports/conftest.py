"""What the tests of imports share: an empty private server, whose worker may call this machine."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Dashboard"))

from importing import ENVIRONMENT, SECRETS  # noqa: E402
from served import Clinic  # noqa: E402


@pytest.fixture(scope="session")
def clinic():
    clinic = Clinic(demo=False, environment=ENVIRONMENT)
    yield clinic
    clinic.end()
    SECRETS.cleanup()


def pytest_configure(config):
    """Says nothing of what localstripe should do for newer versions of aiohttp."""
    config.addinivalue_line("filterwarnings", "ignore:Bare functions are deprecated:DeprecationWarning")
