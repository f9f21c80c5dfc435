"""What the tests share: one clinic, one server, and a token for each scope."""

import pytest

from served import SCOPES, Clinic, Server


@pytest.fixture(scope="session")
def clinic():
    clinic = Clinic()
    yield clinic
    clinic.end()


@pytest.fixture(scope="session")
def server(clinic):
    server = Server(clinic.url)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def tokens(clinic):
    """A token that may do everything, by the name "all", and one of each scope with reading."""
    every = {scope: clinic.token(f"only {scope}", {"read", scope}) for scope in SCOPES}
    return every | {"all": clinic.token("everything")}
