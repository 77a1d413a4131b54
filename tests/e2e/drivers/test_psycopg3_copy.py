"""psycopg 3's COPY: rows in and out, text and binary, and what happens to one that is given up."""

import psycopg
import pytest
from type_cases import SCALARS, plain


@pytest.fixture
def connection(target):
    with psycopg.connect(**target.parameters(), autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize("format", ["text", "binary"])
def test_every_type_in_and_out(connection, format):
    columns = ", ".join(f"c{n} {each.type}" for n, each in enumerate(SCALARS))
    connection.execute(f"DROP TABLE IF EXISTS wide; CREATE TABLE wide ({columns})")
    types = [each.type.split("(")[0] for each in SCALARS]
    cursor = connection.cursor()
    with cursor.copy(f"COPY wide FROM STDIN (FORMAT {format})") as copy:
        copy.set_types(types)
        copy.write_row([each.value for each in SCALARS])
        copy.write_row([None] * len(SCALARS))
    assert cursor.rowcount == 2
    with connection.cursor().copy(f"COPY wide TO STDOUT (FORMAT {format})") as copy:
        copy.set_types(types)
        rows = [tuple(plain(value, each.type) for value, each in zip(row, SCALARS)) for row in copy.rows()]
    assert rows == [tuple(plain(each.value, each.type) for each in SCALARS), (None,) * len(SCALARS)]


def test_a_copy_given_up_writes_nothing(connection):
    connection.execute("CREATE TABLE given_up (a integer)")
    with pytest.raises(ZeroDivisionError), connection.cursor().copy("COPY given_up FROM STDIN") as copy:
        copy.write_row((1,))
        raise ZeroDivisionError
    assert connection.execute("SELECT count(*) FROM given_up").fetchone() == (0,)


def test_a_wrong_row_is_an_error_with_its_place(connection):
    connection.execute("CREATE TABLE strict (a integer, b text)")
    with pytest.raises(psycopg.errors.InvalidTextRepresentation) as failure:
        with connection.cursor().copy("COPY strict FROM STDIN") as copy:
            copy.write("1\tx\ntwo\ty\n")
    assert "COPY strict, line 2, column a" in failure.value.diag.context
    assert connection.execute("SELECT count(*) FROM strict").fetchone() == (0,)
