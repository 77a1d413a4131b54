"""A PostgreSQL and a smew workspace side by side."""

import os
import shutil
import tempfile

import pytest
from postgres_server import PostgresServer
from smew_server import Server


@pytest.fixture(scope="session")
def postgres():
    server = PostgresServer()
    yield server.parameters()
    server.stop()


@pytest.fixture(scope="session")
def sql_server():
    path = tempfile.mkdtemp(prefix="smew-sql-")
    os.chmod(path, 0o711)
    server = Server(path + "/data")
    yield server
    server.stop()
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def sql_project(sql_server):
    return sql_server.project("sql")


@pytest.fixture
def fresh_workspace(sql_project):
    workspace = sql_project.workspace("sql")
    yield workspace
    sql_project.rest.delete(workspace.path)
