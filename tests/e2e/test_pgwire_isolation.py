"""Tenants do not see each other, nor the machine. (Seed, Task 5: TestPGWireIsolation; the attacks measured on the engine)"""

import pathlib

import psycopg2
import pytest


@pytest.fixture(scope="module")
def other(server):
    project = server.project("other")
    project.bucket("in.c-private")
    project.import_csv("in_c_private", "secrets", "id,secret\n1,other-tenants-secret\n")
    return project


def test_cannot_see_other_workspace_data(shop, workspace):
    neighbour = shop.workspace("neighbour")
    neighbour.query("CREATE TABLE private AS SELECT 'neighbours-secret' AS s")
    with pytest.raises(psycopg2.errors.UndefinedTable):
        workspace.query("SELECT * FROM private")
    for catalog in ("information_schema.tables", "pg_catalog.pg_tables", "information_schema.columns"):
        assert "private" not in str(workspace.query(f"SELECT * FROM {catalog}"))


def test_cannot_see_other_project_data(other, workspace):
    assert other.workspace().query("SELECT secret FROM in_c_private.secrets") == [("other-tenants-secret",)]
    with pytest.raises(psycopg2.Error):
        workspace.query("SELECT * FROM in_c_private.secrets")


def test_a_user_cannot_use_another_workspaces_database(other, workspace):
    with pytest.raises(psycopg2.OperationalError):
        workspace.connect(dbname=other.workspace().connection["database"])


def hostile_statements(server):
    data = pathlib.Path(server.data_dir)
    version = next(data.glob("projects/*/versions/*"))
    own = next(data.glob("workspaces/*/workspace.duckdb"))
    metadata = data / "metadata.sqlite"
    return [
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM read_blob('/etc/passwd')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/*')",
        f"SELECT * FROM read_blob('{version}')",
        f"SELECT * FROM read_blob('{own}')",
        f"SELECT * FROM read_duckdb('{version}')",
        f"SELECT * FROM sqlite_scan('{metadata}', 'api_keys')",
        f"ATTACH '{version}' AS stolen",
        f"ATTACH '{version}' AS stolen (READ_WRITE)",
        f"ATTACH '{metadata}' AS metadata (TYPE sqlite)",
        "ATTACH ':memory:' AS scratch",
        "DETACH workspace",
        "COPY (SELECT 1) TO '/tmp/smew-hostile'",
        f"COPY (SELECT 'x') TO '{version}' (FORMAT csv, USE_TMP_FILE false)",
        "COPY (SELECT 1) TO '/dev/stdout'",
        "EXPORT DATABASE '/tmp/smew-hostile'",
        "IMPORT DATABASE '/tmp/smew-hostile'",
        "INSTALL httpfs", "LOAD httpfs", "LOAD '/tmp/evil.duckdb_extension'", "UPDATE EXTENSIONS",
        "SET memory_limit = '200GB'", "SET threads = 64", "SET GLOBAL threads = 64", "PRAGMA threads = 64",
        "SET enable_external_access = true", "SET lock_configuration = false", "RESET memory_limit",
        "PRAGMA database_list", "PRAGMA enable_profiling", "PRAGMA disable_optimizer", "CALL pragma_version()",
        "CALL enable_logging(storage='file', storage_path='/tmp/smew-hostile')",
        "SELECT * FROM enable_logging(storage='file', storage_path='/tmp/smew-hostile')",
        "SELECT * FROM enable_profiling(save_location='/tmp/smew-hostile')",
        "EXPLAIN ANALYZE SELECT * FROM enable_profiling(save_location='/tmp/smew-hostile')",
        "CALL force_checkpoint()", "FORCE CHECKPOINT", "CHECKPOINT",
        "CREATE SECRET s (TYPE s3)", "CREATE PERSISTENT SECRET s (TYPE s3)", "SELECT * FROM duckdb_secrets()",
        "SELECT * FROM duckdb_settings()", "SELECT current_setting('allowed_directories')",
        "SELECT current_setting('temp_directory')", "SELECT getenv('PATH')",
        "SELECT * FROM query('SELECT * FROM read_text(''/etc/hostname'')')",
        "SELECT json_execute_serialized_sql(json_serialize_sql('SELECT * FROM read_text(''/etc/hostname'')'))",
        "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
        "CREATE VIEW sneaky AS SELECT * FROM read_text('/etc/hostname')",
        "CREATE MACRO sneaky() AS TABLE SELECT * FROM read_text('/etc/hostname')",
        "WITH t AS (SELECT * FROM read_text('/etc/hostname')) SELECT * FROM t",
        "SELECT (SELECT content FROM read_text('/etc/hostname'))",
        "PREPARE p AS SELECT * FROM read_text('/etc/hostname')",
        "SELECT /* hidden */ * FROM \"read_text\"('/etc/hostname')",
        "SELECT * FROM READ_TEXT('/etc/hostname')",
        "SELECT * FROM system.main.read_text('/etc/hostname')",
        "SELECT * FROM pragma_storage_info('x')", "SELECT * FROM parquet_metadata('/x')", "SELECT * FROM sniff_csv('/etc/passwd')",
        "SELECT * FROM postgres_scan('host=127.0.0.1', 'public', 'x')",
        "SELECT write_log('x')", "SELECT * FROM duckdb_logs", "SELECT * FROM duckdb_databases()",
    ]


def test_hostile_statements_are_refused_and_leak_nothing(server, shop, workspace):
    connection = workspace.connect()
    connection.autocommit = True
    wrong = []
    for statement in hostile_statements(server):
        with connection.cursor() as cursor:
            try:
                cursor.execute(statement)
                rows = cursor.fetchall() if cursor.description else []
                # What may run must show nothing of the machine.
                if str(server.data_dir) in str(rows) or "hostname" not in statement and rows and "root:" in str(rows):
                    wrong.append((statement, rows))
                elif not statement.startswith(("SELECT * FROM duckdb_databases", "SELECT * FROM duckdb_settings")):
                    wrong.append((statement, cursor.statusmessage, rows[:3]))
            except psycopg2.Error as error:
                assert connection.closed == 0, f"{statement} ended the connection: {error}"
                if not error.pgcode or error.pgcode == "XX000":
                    wrong.append((statement, error.pgcode, str(error)))
                quoted = str(error).replace(statement, "")
                if str(server.data_dir) in quoted and str(server.data_dir) not in statement:
                    wrong.append((statement, str(error)))
    connection.close()
    assert not wrong
    assert not pathlib.Path("/tmp/smew-hostile").exists()


def test_no_path_or_internal_name_in_the_catalog(server, workspace):
    workspace.query("SELECT count(*) FROM in_c_sales.orders")
    for view in ("information_schema.schemata", "information_schema.tables", "information_schema.columns", "pg_catalog.pg_class",
                 "pg_catalog.pg_database", "pg_catalog.pg_namespace", "pg_catalog.pg_tables", "pg_catalog.pg_settings",
                 "duckdb_tables()", "duckdb_databases()", "duckdb_views()", "duckdb_columns()", "duckdb_schemas()"):
        try:
            rows = str(workspace.query(f"SELECT * FROM {view}"))
        except psycopg2.Error:
            continue  # refused: shows nothing either
        for secret in (str(server.data_dir), ".duckdb", "/workspaces/", "/projects/", "@"):
            assert secret not in rows, f"{view} shows {secret}"


@pytest.mark.parametrize("bomb", [
    "SELECT length(repeat(repeat('x', 1000000), 4000))",
    "SELECT length(lpad('x', 2147483647, 'y'))",
    "SELECT length(to_json(range(50000000))::VARCHAR)",
    "SELECT list_sum(range(300000000))",
    "SELECT count(*) FROM (SELECT unnest(range(100000000)) AS i) GROUP BY i",
])
def test_memory_bombs_are_contained_in_their_own_workspace(server, shop, workspace, bomb):
    victim = shop.workspace("bomb", memory_limit="256MB")
    try:
        with pytest.raises(psycopg2.Error) as caught:
            victim.query(f"SET statement_timeout = '20s'; {bomb}")
        assert caught.value.pgcode in ("53200", "57014", "57P02", "54000", None), caught.value
        assert workspace.query("SELECT count(*) FROM in_c_sales.orders") == [(1000,)]
        assert victim.query("SELECT 1") == [(1,)]
    finally:
        shop.rest.delete(victim.path)
