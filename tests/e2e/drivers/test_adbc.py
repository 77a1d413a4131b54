"""ADBC's PostgreSQL driver: Arrow in and out by binary COPY, metadata, prepared statements."""

import datetime
import decimal

import adbc_driver_manager
import adbc_driver_postgresql.dbapi
import pyarrow as pa
import pytest
from type_cases import NUMBERS, TEXTS, plain

MANY = pa.table({
    "i16": pa.array([-2**15, None, 2**15 - 1], pa.int16()), "i32": pa.array([-2**31, None, 2**31 - 1], pa.int32()),
    "i64": pa.array([-2**63, None, 2**63 - 1], pa.int64()), "f4": pa.array([1.5, None, -0.25], pa.float32()), "f8": pa.array([0.1, None, -5e-324]),
    "s": ["žluť 🦆", None, ""], "y": [b"\x00\xff", None, b""], "l": [True, None, False],
    "d": [datetime.date(1, 1, 1), None, datetime.date(9999, 12, 31)],
    "ts": pa.array([datetime.datetime(2024, 1, 2, 3, 4, 5, 6), None, datetime.datetime(1, 1, 1)], pa.timestamp("us")),
    "tz": pa.array([datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone.utc), None, None], pa.timestamp("us", "UTC")),
    "tm": pa.array([datetime.time(23, 59, 59, 999999), None, datetime.time(0)], pa.time64("us")),
})
DECIMALS = pa.table({"n": pa.array([decimal.Decimal("-12345.67"), None, decimal.Decimal("0.00")], pa.decimal128(10, 2))})
LISTS = pa.table({"a": pa.array([[1, None, 3], None, []], pa.list_(pa.int32())), "b": pa.array([["x", None], [], None], pa.list_(pa.string()))})


@pytest.fixture
def connection(target):
    with adbc_driver_postgresql.dbapi.connect(target.uri(sslmode="disable"), autocommit=True) as connection:
        yield connection


@pytest.fixture
def cursor(connection):
    with connection.cursor() as cursor:
        yield cursor


def read(cursor, sql):
    cursor.execute(sql)
    return cursor.fetch_arrow_table()


def test_ingests_and_reads_every_type(cursor):
    assert cursor.adbc_ingest("many", MANY, mode="replace") == 3
    assert read(cursor, "SELECT * FROM many").equals(MANY)


def test_decimals(cursor):
    cursor.adbc_ingest("decimals", DECIMALS, mode="replace")
    assert read(cursor, "SELECT n FROM decimals").column("n").to_pylist() == ["-12345.67", None, "0"]  # ADBC's own text of them


def test_lists(cursor):
    cursor.adbc_ingest("lists", LISTS, mode="replace")
    assert read(cursor, "SELECT * FROM lists").to_pydict() == LISTS.to_pydict()


def test_reads_the_table_of_types(cursor):
    cases = [each for each in NUMBERS + TEXTS if not each.type.startswith("numeric")]
    row = read(cursor, "SELECT " + ", ".join(f"{each.expression} AS c{n}" for n, each in enumerate(cases))).to_pylist()[0]
    values = [plain(value, each.type) for each, value in zip(cases, row.values())]
    assert values == [plain(each.value, each.type) for each in cases]


def test_modes_of_ingestion(connection, cursor):
    cursor.adbc_ingest("modes", MANY, mode="create")
    cursor.adbc_ingest("modes", MANY, mode="append")
    cursor.adbc_ingest("modes", MANY, mode="create_append")
    assert read(cursor, "SELECT count(*) AS n FROM modes").to_pydict() == {"n": [9]}
    with pytest.raises(adbc_driver_manager.Error, match="already exists"):
        cursor.adbc_ingest("modes", MANY, mode="create")
    cursor.adbc_ingest("own", MANY, mode="create", temporary=True)
    assert read(cursor, "SELECT count(*) AS n FROM own").to_pydict() == {"n": [3]}


def test_parameters(cursor):
    cursor.execute("SELECT $1::integer + 1 AS n, $2::text AS t", (41, "x'y"))
    assert cursor.fetchall() == [(42, "x'y")]
    cursor.execute("CREATE TABLE prepared (a bigint, b text)")
    cursor.executemany("INSERT INTO prepared VALUES ($1, $2)", [(n, str(n)) for n in range(50)])
    assert read(cursor, "SELECT count(*) AS n, sum(a)::bigint AS s FROM prepared").to_pylist() == [{"n": 50, "s": 1225}]


def test_a_transaction(target):
    with adbc_driver_postgresql.dbapi.connect(target.uri(sslmode="disable")) as connection, connection.cursor() as cursor:
        cursor.adbc_ingest("undone", MANY)
        connection.rollback()
        with pytest.raises(adbc_driver_manager.Error):
            cursor.execute("SELECT * FROM undone")
        connection.rollback()


def test_a_stream_of_batches(cursor):
    cursor.execute("SELECT id, amount, note FROM in_c_sales.orders ORDER BY id")
    reader = cursor.fetch_record_batch()
    assert [row["id"] for batch in reader for row in batch.to_pylist()] == list(range(1, 1001))


def test_schemas_of_tables_and_queries(connection, cursor):
    expected = ["id", "customer_id", "order_date", "status", "amount", "note"]
    assert connection.adbc_get_table_schema("orders", db_schema_filter="in_c_sales").names == expected
    schema = cursor.adbc_execute_schema("SELECT * FROM in_c_sales.orders")
    assert [str(field.type) for field in schema] == ["int64", "int64", "date32[day]", "string", "double", "string"]


def test_the_objects(target, connection, cursor):
    cursor.execute("CREATE TABLE keyed (id integer PRIMARY KEY, name text)")
    found = connection.adbc_get_objects(depth="all", catalog_filter=target.database).read_all().to_pylist()
    tables = {(schema["db_schema_name"], table["table_name"]): table for each in found for schema in each["catalog_db_schemas"]
              for table in schema["db_schema_tables"]}
    assert [column["column_name"] for column in tables["in_c_sales", "customers"]["table_columns"]] == ["id", "name", "country"]
    keys = [each for each in tables["public", "keyed"]["table_constraints"] if each["constraint_type"] == "PRIMARY KEY"]
    assert keys[0]["constraint_column_names"] == ["id"]
    assert {"table", "view"} <= set(connection.adbc_get_table_types())


def test_what_the_server_is(connection):
    assert connection.adbc_get_info()["vendor_name"] == "PostgreSQL"


def test_wrong_password(target):
    with pytest.raises(adbc_driver_manager.Error, match="password authentication failed"):
        adbc_driver_postgresql.dbapi.connect(target.uri(password="wrong", sslmode="disable"))
