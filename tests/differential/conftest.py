"""Where the statements run: a database and a workspace for each topic, both with the shop's tables."""

import contextlib
import pathlib

import psycopg
import pytest
import statements
from answers import Session
from sql_servers import postgres_server, sql_server  # noqa: F401 (fixtures)

HERE = pathlib.Path(__file__).parent


@pytest.fixture(scope="session")
def sql_project(sql_server):  # noqa: F811
    return sql_server.project("differential")


@pytest.fixture
def sessions(postgres_server, sql_project):  # noqa: F811
    """sessions(topic) → a session of PostgreSQL and one of smew."""
    with contextlib.ExitStack() as stack:

        def open_sessions(topic):
            database = f"d_{topic}"
            with psycopg.connect(**postgres_server.parameters(), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {database}")
            workspace = sql_project.workspace(topic.replace("_", "-"))
            stack.callback(sql_project.rest.delete, workspace.path)
            pair = (Session({**postgres_server.parameters(), "dbname": database}), Session(workspace.parameters()))
            for session in pair:
                stack.callback(session.close)
                for statement in statements.read(HERE / "shop.sql"):
                    assert not session.ask(statement)[0].sqlstate, statement
            return pair

        yield open_sessions
