"""A PostgreSQL and a smew workspace side by side."""

import psycopg2
import pytest
from sql_servers import postgres_server, sql_server  # noqa: F401 (fixtures)


@pytest.fixture
def postgres(postgres_server, request):
    """Connection parameters of a database of the test's own."""
    name = "t" + str(abs(hash(request.node.name)))
    connection = psycopg2.connect(**postgres_server.parameters())
    connection.autocommit = True
    connection.cursor().execute(f"CREATE DATABASE {name}")
    connection.close()
    return {**postgres_server.parameters(), "dbname": name}


@pytest.fixture(scope="session")
def sql_project(sql_server):
    return sql_server.project("sql")


@pytest.fixture
def fresh_workspace(sql_project):
    workspace = sql_project.workspace("sql")
    yield workspace
    sql_project.rest.delete(workspace.path)
