"""Fixtures for tests that ask PostgreSQL and smew the same: a conftest.py imports those it needs."""

import os
import shutil
import tempfile

import pytest
from postgres_server import PostgresServer
from smew_server import Server


@pytest.fixture(scope="session")
def postgres_server():
    server = PostgresServer()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sql_server():
    # Workers run as users of their own: the directory must let them pass.
    path = tempfile.mkdtemp(prefix="smew-sql-")
    os.chmod(path, 0o711)
    server = Server(path + "/data")
    yield server
    server.stop()
    shutil.rmtree(path, ignore_errors=True)
