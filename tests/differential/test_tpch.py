"""All of TPC-H at scale factor 0.1: loaded into smew as project tables, its 22 queries answer as in-process DuckDB's do."""

import pathlib

import duckdb
import duckdb_extension_tpch
import psycopg
import pytest

EXTENSION = pathlib.Path(duckdb_extension_tpch.__file__).parent / "extensions/v1.5.5/tpch.duckdb_extension"
TABLES = ["customer", "lineitem", "nation", "orders", "part", "partsupp", "region", "supplier"]


@pytest.fixture(scope="module")
def reference():
    """An in-process DuckDB with the tables."""
    connection = duckdb.connect()
    connection.execute(f"LOAD '{EXTENSION}'")
    connection.execute("CALL dbgen(sf = 0.1)")
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def workspace(reference, sql_server, tmp_path_factory):
    project = sql_server.project("tpch")
    project.bucket("in.c-tpch")
    file = tmp_path_factory.mktemp("tpch") / "table.parquet"
    for table in TABLES:
        reference.execute(f"COPY {table} TO '{file}' (FORMAT parquet)")
        path = f"{project.path}/buckets/in_c_tpch/tables/{table}/import?format=parquet&mode=replace"
        reply = project.rest.request("POST", path, 200, data=file.read_bytes()).json()
        assert reply["imported_rows"] == reference.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    return project.workspace("tpch")


@pytest.fixture(scope="module")
def connection(workspace):
    parameters = workspace.parameters(options="-c search_path=in_c_tpch")
    with psycopg.connect(**parameters, autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize("number", range(1, 23))
def test_query(number, reference, connection):
    query = reference.execute("SELECT query FROM tpch_queries() WHERE query_nr = ?", [number]).fetchone()[0]
    expected = reference.execute(query)
    names, rows = [column[0] for column in expected.description], expected.fetchall()
    for binary in (False, True):
        cursor = connection.execute(query, binary=binary)
        assert cursor.fetchall() == rows
        # Unnamed columns are called as PostgreSQL calls them: sum, not sum(l_quantity).
        shown = [column.name for column in cursor.description]
        assert [name for name in names if name.isidentifier()] == [s for s, n in zip(shown, names) if n.isidentifier()]
