"""Statements whose literals differ share a plan (docs/adr/0015-plans-shared-by-statements.md): the answers are those of a plan of their own."""

import itertools

import psycopg2
import pytest

TABLE = """CREATE TABLE t (small SMALLINT, i INTEGER, big BIGINT, n NUMERIC(10, 1), d DOUBLE PRECISION, r REAL, s TEXT,
  v VARCHAR(20), b BOOLEAN, day DATE, at TIMESTAMP, atz TIMESTAMPTZ, u UUID, j JSON, k INTEGER PRIMARY KEY)"""
ROWS = """INSERT INTO t SELECT i % 7, i, i * 1000000000::BIGINT, i / 2.0, i / 4.0, i / 4.0, 'name ' || i, i::VARCHAR, i % 2 = 0,
  DATE '2024-01-01' + i, TIMESTAMP '2024-01-01' + i * INTERVAL '1 hour', TIMESTAMPTZ '2024-01-01 00:00:00+00' + i * INTERVAL '1 hour',
  '00000000-0000-0000-0000-0000000000' || lpad(i::VARCHAR, 2, '0'), '{"a": 1}', i FROM generate_series(1, 50) g(i)"""

# A statement and the literals it comes with, among them such as mean something else, or nothing, to the column's type.
INTEGERS = ["3", "7", "-1", "40000", "3000000000", "99999999999999999999", "007", "'8'", "' 8'", "'x'", "''", "2.5"]
READS = {
    "SELECT k, s FROM t WHERE small = {} ORDER BY k": INTEGERS,
    "SELECT k, s FROM t WHERE i = {}": INTEGERS,
    "SELECT k, s FROM t WHERE big > {} ORDER BY k LIMIT 3": [*INTEGERS, "5000000000"],
    "SELECT k FROM t WHERE k = {}": INTEGERS,
    "SELECT k FROM t WHERE n = {}": ["1", "2.5", "2.50", "2.55", "99999999999", "'2.5'", "'2.55'", "'NaN'"],
    "SELECT k FROM t WHERE d <= {} ORDER BY k": ["1", "0.25", "'0.5'", "9007199254740993", "'infinity'", "'NaN'"],
    "SELECT k FROM t WHERE r = {}": ["1", "0.25", "16777217", "'0.5'"],
    "SELECT k FROM t WHERE s = {}": ["'name 3'", "'name 4'", "'it''s'", "'ü'", "''", "5"],
    "SELECT k FROM t WHERE v = {}": ["'3'", "'4'", "'a longer one than the column takes'", "5"],
    "SELECT count(*) FROM t WHERE b = {}": ["'t'", "'no'", "'maybe'", "1"],
    "SELECT k FROM t WHERE day = {}": ["'2024-01-05'", "'2024-02-01'", "'2024-02-31'", "'today'", "'2024-1-5'",
                                       "'2024-01-05 10:00'", "'20240105'", "5"],
    "SELECT k FROM t WHERE at >= {} ORDER BY k LIMIT 2": ["'2024-01-02'", "'2024-01-02 03:00:00'", "'now'",
                                                          "'2024-01-02T03:00:00'", "'2024-01-02 03:00:00.5'"],
    "SELECT k FROM t WHERE atz = {}": ["'2024-01-02'", "'2024-01-02 03:00:00+00'", "'2024-01-02 03:00:00'"],
    "SELECT k FROM t WHERE u = {}": ["'00000000-0000-0000-0000-000000000003'", "'{00000000000000000000000000000004}'", "'3'"],
    "SELECT k FROM t WHERE i BETWEEN {} AND 9 ORDER BY k": ["7", "8", "'8'", "-3", "5000000000"],
    "SELECT i = {} AS hit, count(*) FROM t GROUP BY 1 ORDER BY 1": ["3", "4", "5", "6"],
    "SELECT i = {0}, count(*) FROM t GROUP BY i = {0} ORDER BY 1": ["3", "4", "5", "6"],
    "SELECT CASE WHEN i = {} THEN 'x' ELSE s END FROM t ORDER BY k LIMIT 5": ["3", "4", "5", "2"],
    "WITH c AS (SELECT * FROM t WHERE i > {}) SELECT a.k FROM c a JOIN c b ON a.k = b.k AND b.i < 49 ORDER BY 1": ["45", "46", "47", "48"],
    "SELECT k FROM t WHERE missing = {}": ["3", "4", "5", "6"],
    "SELECT k FROM t WHERE 10 / i = {} ORDER BY k LIMIT 2": ["3", "4", "5", "2"],
}
WRITES = {
    "INSERT INTO t (k, i, s) VALUES (1000, {}, 'x')": INTEGERS,
    "INSERT INTO t (k, n) VALUES (1000, {})": ["1", "2.5", "2.55", "2.45", "-2.55", "'2.55'", "999999999", "9999999999", "1e3"],
    "INSERT INTO t (k, d, r) VALUES (1000, {0}, {0})": ["1", "0.1", "12.345678901234567", "'0.1'", "99999999999999999"],
    "INSERT INTO t (k, s, v) VALUES (1000, {0}, {0})": ["'a'", "'it''s'", "5", "2.5", "NULL", "''"],
    "INSERT INTO t (k, b) VALUES (1000, {})": ["'t'", "'off'", "1", "'x'", "TRUE"],
    "INSERT INTO t (k, day, at) VALUES (1000, {0}, {0})": ["'2024-01-05'", "'2024-02-06'", "'2024-02-31'", "'today'", "5"],
    "INSERT INTO t (k, u, j) VALUES (1000, '00000000-0000-0000-0000-000000000003', {})": ["'{}'", "'[1]'", "'x'", "'1'"],
    "INSERT INTO t (k, i) VALUES (1000, 5), ({}, 6)": ["1001", "1002", "1", "'1003'", "5000000000"],
    "UPDATE t SET n = {} WHERE k = 3": ["1", "2.5", "2.55", "'2.55'", "99999999999"],
    "UPDATE t SET s = {}, i = i + 1 WHERE k = 3": ["'a'", "'b'", "5", "NULL", "'c'"],
    "DELETE FROM t WHERE k = {} RETURNING s": ["3", "4", "5", "'6'", "'x'"],
}


def outcome(cursor, sql, then):
    try:
        cursor.execute(sql)
        columns = [(c.name, c.type_code) for c in cursor.description or []]
        rows = cursor.fetchall() if cursor.description else cursor.rowcount
    except psycopg2.Error as error:
        return error.pgcode, error.diag.message_primary, error.diag.message_hint
    if then:
        cursor.execute(then)
        rows = (rows, cursor.fetchall())
    return columns, rows


@pytest.fixture(scope="module")
def workspace(server):
    workspace = server.project("shared").workspace()
    with workspace.connect() as connection:
        connection.autocommit = True
        connection.cursor().execute(TABLE)
        connection.cursor().execute(ROWS)
    return workspace


def answers(workspace, statements, prime, then=None):
    """Each literal twice, once its plan is shared; beside it the same text with a comment that no other has."""
    fresh = itertools.count()
    for template, literals in statements.items():
        connection = psycopg2.connect(**workspace.parameters(), options="-c TimeZone=Asia/Tokyo")
        connection.autocommit = True
        cursor = connection.cursor()
        prime(cursor, [template.format(literal) for literal in literals[:2]])
        for literal in literals * 2:
            sql = template.format(literal)
            word, rest = sql.split(" ", 1)
            got = []
            for text in (sql, f"{word} /* {next(fresh)} */ {rest}"):
                if then:
                    cursor.execute("BEGIN")
                got.append(outcome(cursor, text, then))
                if then:
                    cursor.execute("ROLLBACK")
            yield sql, *got
        connection.close()


def run_all(cursor, statements):
    for sql in statements:
        outcome(cursor, sql, None)


def run_all_and_restore(cursor, statements):
    run_all(cursor, statements)
    cursor.execute("DELETE FROM t")
    cursor.execute(ROWS)


def test_reads_answer_as_with_a_plan_of_their_own(workspace):
    for sql, shared, own in answers(workspace, READS, run_all):
        assert shared == own, sql


def test_writes_store_what_they_would_with_a_plan_of_their_own(workspace):
    changed = "SELECT * FROM t WHERE k IN (3, 4, 5) OR k >= 1000 ORDER BY k"
    for sql, shared, own in answers(workspace, WRITES, run_all_and_restore, changed):
        assert shared == own, sql


@pytest.fixture
def connect(workspace):
    """connect() → a connection that is not within a transaction."""
    made = []

    def connect():
        made.append(workspace.connect())
        made[-1].autocommit = True
        return made[-1]

    yield connect
    for connection in made:
        connection.close()


def test_the_statement_shown_is_the_one_that_was_sent(connect):
    cursor = connect().cursor()
    for key in range(1, 6):
        cursor.execute(f"SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid() AND pid <> {-key}")
        assert cursor.fetchone()[0].endswith(f"pid <> {-key}")


def test_a_column_that_changes_its_type_is_noticed(connect):
    cursor, other = connect().cursor(), connect().cursor()
    other.execute("CREATE TABLE changing AS SELECT i, i AS k FROM generate_series(1, 20) g(i)")
    for key in (3, 4, 5, 6):
        cursor.execute(f"SELECT i FROM changing WHERE k = {key}")
        assert cursor.fetchall() == [(key,)]
    other.execute("ALTER TABLE changing ALTER k TYPE TEXT")
    other.execute("UPDATE changing SET k = 'seven' WHERE i = 7")
    for key, rows in (("'7'", []), ("'seven'", [(7,)]), ("'8'", [(8,)]), ("'seven'", [(7,)])):
        cursor.execute(f"SELECT i FROM changing WHERE k = {key}")
        assert cursor.fetchall() == rows
