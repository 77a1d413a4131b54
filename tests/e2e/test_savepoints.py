"""Savepoints as drivers set them: nested transactions, statement-level rollback, and what is refused."""

import psycopg
import pytest


@pytest.fixture
def connection(workspace):
    with psycopg.connect(**workspace.parameters(), autocommit=True) as connection:
        connection.execute("CREATE OR REPLACE TABLE sp (a INTEGER PRIMARY KEY, b TEXT)")
        yield connection


def test_nested_transactions_of_psycopg(connection):
    with connection.transaction():
        connection.execute("INSERT INTO sp VALUES (%s, %s)", (1, "outer"))
        with pytest.raises(psycopg.errors.UniqueViolation):
            with connection.transaction():
                connection.execute("INSERT INTO sp VALUES (%s, %s)", (2, "lost"))
                connection.execute("INSERT INTO sp VALUES (%s, %s)", (1, "duplicate"))
        with connection.transaction():
            connection.execute("INSERT INTO sp VALUES (%s, %s)", (3, "inner"))
        with connection.transaction(force_rollback=True):
            connection.execute("DELETE FROM sp")
    assert connection.execute("SELECT a, b FROM sp ORDER BY a").fetchall() == [(1, "outer"), (3, "inner")]


def test_savepoint_before_every_statement(connection):
    """What psqlODBC and pgjdbc's autosave do: errors cost their own statement only."""
    connection.execute("BEGIN")
    for i in range(50):
        connection.execute("SAVEPOINT s")
        try:
            connection.execute("INSERT INTO sp VALUES (%s, 'x')", (i // 2,))
            connection.execute("RELEASE s")
        except psycopg.errors.UniqueViolation:
            connection.execute("ROLLBACK TO s")
            connection.execute("RELEASE s")
    connection.execute("COMMIT")
    assert connection.execute("SELECT count(*), sum(a) FROM sp").fetchone() == (25, 300)


def test_time_stands_still_in_the_transaction(connection):
    connection.execute("BEGIN")
    connection.execute("INSERT INTO sp VALUES (1, 'x')")
    before = connection.execute("SELECT now()").fetchone()
    connection.execute("SAVEPOINT s")
    with pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute("INSERT INTO sp VALUES (1, 'x')")
    connection.execute("ROLLBACK TO s")
    assert connection.execute("SELECT now()").fetchone() == before
    connection.execute("ROLLBACK")


def test_what_would_come_out_otherwise_is_refused(connection):
    connection.execute("CREATE OR REPLACE SEQUENCE sp_seq")
    connection.execute("BEGIN")
    connection.execute("INSERT INTO sp VALUES (nextval('sp_seq')::INTEGER, 'x')")
    connection.execute("SAVEPOINT s")
    with pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute("INSERT INTO sp SELECT a, b FROM sp")
    with pytest.raises(psycopg.errors.FeatureNotSupported) as refused:
        connection.execute("ROLLBACK TO s")
    assert "Roll the whole transaction back" in refused.value.diag.message_hint
    with pytest.raises(psycopg.errors.InFailedSqlTransaction):
        connection.execute("SELECT 1")
    connection.execute("ROLLBACK")


def test_changes_of_others_are_noticed(connection, workspace):
    connection.execute("BEGIN")
    connection.execute("INSERT INTO sp VALUES (1, 'x')")
    connection.execute("SAVEPOINT s")
    with pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute("INSERT INTO sp VALUES (1, 'x')")
    with psycopg.connect(**workspace.parameters(), autocommit=True) as other:
        other.execute("CREATE OR REPLACE TABLE sp_other (a INTEGER)")
    with pytest.raises(psycopg.errors.SerializationFailure):
        connection.execute("ROLLBACK TO s")
    connection.execute("ROLLBACK")
