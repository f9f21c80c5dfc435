"""What the tests share: one clinic, one server, and a token for each scope."""

import pathlib

import pytest

from proxy import Proxy
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


@pytest.fixture(scope="module")
def proxy(server):
    """Counts what a browser asks the server for."""
    proxy = Proxy(server.port)
    yield proxy
    proxy.end()


@pytest.fixture(scope="session")
def tokens(clinic):
    """A token that may do everything, by the name "all", and one of each scope with reading."""
    every = {scope: clinic.token(f"only {scope}", {"read", scope}) for scope in SCOPES}
    return every | {"all": clinic.token("everything")}


@pytest.fixture(scope="session")
def filled():
    """A clinic with 200,000 changes and lines and 190,000 dead letters, whose server explains what it does."""
    clinic = Clinic("--rate", "1")
    clinic.sql(pathlib.Path(__file__).with_name("fill.sql").read_text())
    # As workers do; a transaction cannot do so for its own entries.
    clinic.sql("select ledger.take_snapshot()")
    clinic.sql("analyze ledger.balance_snapshots")
    clinic.sql(pathlib.Path(__file__).with_name("dead.sql").read_text())
    for name, value in {
        "session_preload_libraries": "auto_explain",
        "auto_explain.log_nested_statements": "on",
        "auto_explain.log_format": "text",
        "auto_explain.log_min_duration": "0",
    }.items():
        clinic.sql(f"alter database pgsync set {name} = '{value}'")
    server = Server(clinic.url)
    clinic.served = server
    yield clinic, server
    server.stop()
    clinic.end()
