"""pg_catalog and information_schema as clients read them over the wire."""

import pytest

# PostgreSQL's OIDs of the types that the catalogs' columns have.
OID, NAME, CHAR, INT2VECTOR, TEXT, BOOL, INT2_ARRAY = 26, 19, 18, 22, 25, 16, 1005


@pytest.fixture(scope="module")
def stranger(server):
    """Another project of the same server, with a workspace of its own."""
    project = server.project("stranger")
    project.bucket("in.c-hidden")
    project.import_csv("in_c_hidden", "payroll", "id,salary\n1,9\n")
    workspace = project.workspace()
    workspace.query("CREATE TABLE strangers_own (id int)")
    return workspace


def types_of(cursor, sql):
    cursor.execute(sql)
    return [column.type_code for column in cursor.description]


def test_columns_of_the_catalogs_have_postgresqls_types(cursor):
    assert types_of(cursor, "SELECT oid, relname, relkind, relhasindex FROM pg_catalog.pg_class") == [OID, NAME, CHAR, BOOL]
    assert types_of(cursor, "SELECT indkey FROM pg_catalog.pg_index") == [INT2VECTOR]
    assert types_of(cursor, "SELECT conkey FROM pg_catalog.pg_constraint") == [INT2_ARRAY]


def test_an_indexs_columns_read_as_a_vector(workspace, cursor):
    cursor.execute("CREATE TABLE keyed (a int, b int, PRIMARY KEY (b, a))")
    cursor.execute("SELECT indkey FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname = 'keyed_pkey'")
    assert cursor.fetchall() == [("2 1",)]


def test_buckets_are_schemas_also_without_tables(shop, cursor):
    shop.bucket("out.c-nothing-yet")
    cursor.execute("SELECT nspname FROM pg_catalog.pg_namespace ORDER BY nspname")
    names = [name for (name,) in cursor.fetchall()]
    assert {"in_c_sales", "out_c_nothing_yet", "public", "pg_catalog", "information_schema"} <= set(names)
    assert not {"main", "temp", "system"} & set(names)


def test_project_tables_are_listed_and_follow_loads(shop, cursor):
    listing = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'in_c_sales' ORDER BY 1"
    cursor.execute(listing)
    before = [name for (name,) in cursor.fetchall()]
    assert {"customers", "orders"} <= set(before)
    shop.import_csv("in_c_sales", "arrived_later", "id\n1\n")
    cursor.execute(listing)
    assert [name for (name,) in cursor.fetchall()] == sorted([*before, "arrived_later"])
    cursor.execute("SELECT reltuples::int FROM pg_class WHERE relname = 'orders'")
    assert cursor.fetchall() == [(1000,)]


def test_nothing_of_another_tenant_shows(stranger, cursor):
    foreign = ("payroll", "in_c_hidden", "strangers_own", stranger.connection["database"])
    for relation in ("pg_class", "pg_namespace", "pg_tables", "pg_database", "pg_stat_user_tables",
                     "information_schema.tables", "information_schema.columns", "information_schema.schemata"):
        cursor.execute(f"SELECT * FROM {relation}")
        shown = str(cursor.fetchall())
        assert not [name for name in foreign if name in shown], relation


def test_no_path_and_no_internal_name_shows(shop, cursor):
    cursor.execute("SELECT count(*) FROM in_c_sales.orders")  # attached from here on
    for relation in ("pg_class", "pg_views", "pg_database", "pg_namespace", "pg_proc", "information_schema.tables"):
        cursor.execute(f"SELECT * FROM {relation}")
        shown = str(cursor.fetchall())
        assert "duckdb" not in shown and "smew_" not in shown and "/" not in shown, relation
