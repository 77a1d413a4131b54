"""COPY FROM on PostgreSQL and on smew: the same rows, or the same error with the same line and column."""

import io

import psycopg2
import pytest
from postgres_server import PostgresServer

TABLE = """CREATE TABLE orders (id INTEGER PRIMARY KEY, big BIGINT, note TEXT DEFAULT 'none', amount NUMERIC(12,2),
                                day DATE, moment TIMESTAMP, ok BOOLEAN, ratio DOUBLE PRECISION)"""
ROW = "1\t2\tx\t3.50\t2024-02-29\t2024-02-29 12:00:00.5\tt\t1.5\n"

# (statement, data): in each the whole answer is compared.
SAME = [
    ("COPY orders FROM STDIN", ROW),
    ("COPY orders FROM STDIN", ROW.replace("\tt\t", "\tyes\t").replace("2024-02-29\t", "Feb 29 2024\t", 0)),
    ("COPY orders FROM STDIN", "1" + "\t\\N" * 7 + "\n"),
    ("COPY orders FROM STDIN", ROW + "2\n"),
    ("COPY orders FROM STDIN", ROW + "\n"),
    ("COPY orders FROM STDIN", ROW + ROW.replace("\n", "\tmore\n")),
    ("COPY orders FROM STDIN", ROW + ROW.replace("1\t2", "abc\t2")),
    ("COPY orders FROM STDIN", ROW + ROW.replace("1\t2", "2\t99999999999999999999")),
    ("COPY orders FROM STDIN", ROW.replace("1\t2", "3000000000\t2")),
    ("COPY orders FROM STDIN", ROW.replace("3.50", "abc")),
    ("COPY orders FROM STDIN", ROW.replace("3.50", "12345678901.5")),
    ("COPY orders FROM STDIN", ROW.replace("3.50", "1.005")),
    ("COPY orders FROM STDIN", ROW.replace("3.50", " +1e3 ")),
    ("COPY orders FROM STDIN", ROW.replace("2024-02-29\t", "never\t")),
    ("COPY orders FROM STDIN", ROW.replace("2024-02-29\t", "2023-02-29\t")),
    ("COPY orders FROM STDIN", ROW.replace("12:00:00.5", "25:00:00")),
    ("COPY orders FROM STDIN", ROW.replace("12:00:00.5", "x")),
    ("COPY orders FROM STDIN", ROW.replace("\tt\t", "\tmaybe\t")),
    ("COPY orders FROM STDIN", ROW.replace("1.5\n", "x\n")),
    ("COPY orders FROM STDIN", ROW.replace("\tx\t", "\t" + "y" * 150 + "\t").replace("3.50", "z" * 150)),
    ("COPY orders FROM STDIN", "\\N" + ROW[1:]),
    ("COPY orders FROM STDIN", ROW + "2\t2\tx\r\n"),
    ("COPY orders FROM STDIN", ROW.replace("\n", "\r\n") + "2\t2\n"),
    ("COPY orders FROM STDIN", ROW + "\\.\nnonsense\n"),
    ("COPY orders FROM STDIN", ROW + "\\.x\n"),
    ("COPY orders (id, note) FROM STDIN", "1\ta\\tb\\nc\\\\d\\101\\x41\n2\t\\\n3\n"),
    ("COPY orders (id, note) FROM STDIN", "1\ta\\\nb\n2\tc\n"),
    ("COPY orders (id, note) FROM STDIN (DELIMITER '|', NULL 'nil')", "1|nil\n2|a\\|b\n"),
    ("COPY orders (id, note) FROM STDIN (FORMAT csv)", '1,"a ""b"""\n2,\n3,""\n4,"two\nlines"\n'),
    ("COPY orders (id, note) FROM STDIN (FORMAT csv)", '1,"a\n2,b\n'),
    ("COPY orders (id, note) FROM STDIN (FORMAT csv)", "1,a\n2,b\rc\n"),
    ("COPY orders (id, note) FROM STDIN (FORMAT csv)", "1,a\r\n2,b\n"),
    ("COPY orders (id, note) FROM STDIN (FORMAT csv)", '1,"a\n\nb"\nx,c\n'),
    ("COPY orders (id, note) FROM STDIN (FORMAT csv)", "1,a,b\n"),
    ("COPY orders (id, note) FROM STDIN (FORMAT csv, FORCE_NOT_NULL (note))", "1,\n2,x\n"),
    ("COPY orders (id, note) FROM STDIN (FORMAT csv, FORCE_NULL (note))", '1,""\n2,x\n'),
    ("COPY orders (id, note) FROM STDIN CSV FORCE NOT NULL note", "1,\n2,x\n"),
    ("COPY orders (id, note) FROM STDIN (FORMAT csv, QUOTE '''', ESCAPE '\\', NULL 'nil')", "1,'it\\'s'\n2,nil\n3,'nil'\n"),
    ("COPY orders (id, note) FROM STDIN (FORMAT csv, HEADER match)", "id,note\n1,x\n"),
    ("COPY orders (id, note) FROM STDIN (FORMAT csv, HEADER match)", "id,other\n1,x\n"),
    ("COPY orders (id, note) FROM STDIN (FORMAT csv, HEADER match)", "id\n1,x\n"),
    ("COPY orders (id, note) FROM STDIN (FORMAT csv, HEADER match)", "id,\n1,x\n"),
    ("COPY orders (note, id) FROM STDIN WITH CSV HEADER DELIMITER AS ';' NULL AS '-'", "a;b\n-;1\n"),
    ("COPY orders (id, note) FROM STDIN (FORMAT csv) WHERE id > 1 AND note <> 'x'", "1,a\n2,x\n3,b\n"),
    ("COPY orders (id, note) FROM STDIN (FREEZE off)", "1\tx\n"),
    ("COPY orders (id, note) FROM STDIN", "1\ta\\xffb\n"),
    ("COPY orders (id, nothing) FROM STDIN", ""),
    ("COPY orders (id, id) FROM STDIN", ""),
    ("COPY nothing FROM STDIN", ""),
    ("COPY orders FROM STDIN (FORMAT nonsense)", ""),
    ("COPY orders FROM STDIN (NONSENSE)", ""),
    ("COPY orders FROM STDIN (FORMAT csv, FORMAT csv)", ""),
    ("COPY orders FROM STDIN (HEADER 5)", ""),
    ("COPY orders FROM STDIN (DELIMITER 'ab')", ""),
    ("COPY orders FROM STDIN (DELIMITER 'a')", ""),
    ("COPY orders FROM STDIN (DELIMITER '\\')", ""),
    ("COPY orders FROM STDIN (DELIMITER E'\\n')", ""),
    ("COPY orders FROM STDIN (NULL E'a\\nb')", ""),
    ("COPY orders FROM STDIN (NULL E'a\\tb')", ""),
    ("COPY orders FROM STDIN (QUOTE 'x')", ""),
    ("COPY orders FROM STDIN (ESCAPE 'x')", ""),
    ("COPY orders FROM STDIN (FORMAT csv, QUOTE ',')", ""),
    ("COPY orders FROM STDIN (FORMAT csv, QUOTE 'ab')", ""),
    ("COPY orders FROM STDIN (FORMAT csv, NULL '\"')", ""),
    ("COPY orders FROM STDIN (FORCE_NULL (note))", ""),
    ("COPY orders FROM STDIN (FORMAT csv, FORCE_QUOTE (note))", ""),
    ("COPY orders FROM STDIN (FORMAT csv, FORCE_NULL (nothing))", ""),
    ("COPY orders FROM STDIN (FORMAT csv, FORCE_NOT_NULL note)", ""),
    ("COPY orders FROM STDIN (FORMAT binary, DELIMITER ',')", ""),
    ("COPY orders FROM STDIN (FORMAT binary, NULL '')", ""),
    ("COPY orders FROM STDIN (FORMAT binary)", "nonsense"),
    ("COPY orders FROM STDIN (FORMAT binary)", "PGCOPY\n"),
]


@pytest.fixture(scope="module")
def both(workspace):
    server = PostgresServer()
    connections = [psycopg2.connect(**server.parameters()), workspace.connect()]
    yield connections
    for connection in connections:
        connection.close()
    server.stop()


def answer(connection, statement, data):
    """The rows afterwards, or the error; the table is as before afterwards."""
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
        try:
            cursor.copy_expert(statement, io.StringIO(data))
            count = cursor.rowcount
            cursor.execute("SELECT * FROM orders ORDER BY id")
            return count, cursor.fetchall()
        except psycopg2.Error as error:
            return error.pgcode, error.diag.message_primary, error.diag.context
        finally:
            connection.rollback()


@pytest.mark.parametrize("statement, data", SAME, ids=range(len(SAME)))
def test_answers_are_postgresqls(both, statement, data):
    theirs, ours = (answer(connection, statement, data) for connection in both)
    assert ours == theirs


@pytest.mark.parametrize("options", ["", "(FORMAT csv)", "(FORMAT csv, HEADER, FORCE_QUOTE *)", "(FORMAT csv, FORCE_QUOTE (note))",
                                     "(FORMAT csv, QUOTE '''', ESCAPE '\\', DELIMITER ';', NULL 'x')", "(HEADER, DELIMITER '-')",
                                     "(NULL 'nil')", "(FORMAT binary)", "BINARY", "CSV HEADER"])
def test_what_goes_out_is_postgresqls_to_the_byte(both, options):
    texts = []
    for connection in both:
        with connection.cursor() as cursor:
            cursor.execute(TABLE)
            cursor.execute("""INSERT INTO orders VALUES (1, -5, E'a\\tb\\n"c",\\\\d;''x', 1234.50, DATE '2024-02-29',
                              TIMESTAMP '2024-02-29 12:00:00.5', true, 1.5), (2, 7, '', -0.05, DATE '0001-01-01',
                              TIMESTAMP '1999-12-31 23:59:59.999999', false, 'Infinity'), (3, NULL, 'x', NULL, NULL, NULL, NULL, NULL),
                              (4, 0, '\\.', 0, DATE '9999-12-31', TIMESTAMP '2000-01-01 00:00:00', NULL, 1e-10)""")
            out = io.BytesIO()
            cursor.copy_expert(f"COPY (SELECT * FROM orders ORDER BY id) TO STDOUT {options}", out)
            texts.append((cursor.rowcount, out.getvalue()))
            connection.rollback()
    assert texts[1] == texts[0]
