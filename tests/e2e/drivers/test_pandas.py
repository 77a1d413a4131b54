"""pandas: read_sql and to_sql through SQLAlchemy and through ADBC."""

import adbc_driver_postgresql.dbapi
import pandas
import pytest
import sqlalchemy as sa

FRAME = pandas.DataFrame({
    "a": [1, 2, 3], "b": [1.5, None, -2.5], "c": ["x", None, "ž"], "d": pandas.to_datetime(["2024-01-01 00:00", None, "2024-01-03 10:00"]),
    "e": [True, False, True], "t": pandas.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03"], utc=True)})


@pytest.fixture(params=["psycopg2", "psycopg"])
def engine(request, target):
    engine = sa.create_engine(target.uri(f"postgresql+{request.param}"))
    yield engine
    engine.dispose()


@pytest.fixture
def adbc(target):
    with adbc_driver_postgresql.dbapi.connect(target.uri(sslmode="disable")) as connection:
        yield connection
        connection.rollback()


def assert_same(read, written):
    pandas.testing.assert_frame_equal(read, written, check_dtype=False, check_column_type=False)


@pytest.mark.parametrize("method", [None, "multi"])
def test_round_trip(engine, method):
    assert FRAME.to_sql("frames", engine, index=False, if_exists="replace", method=method) in (3, -1)  # -1: unknown
    FRAME.to_sql("frames", engine, index=False, if_exists="append", method=method, chunksize=2)
    read = pandas.read_sql_query("SELECT * FROM frames ORDER BY a", engine)
    assert_same(read.iloc[::2].reset_index(drop=True), FRAME)
    assert str(read.dtypes["t"]).endswith("UTC]") and read.dtypes["e"] == bool


def test_an_existing_table_fails_or_is_emptied(engine):
    FRAME.to_sql("existing", engine, if_exists="replace")
    with pytest.raises(ValueError, match="already exists"):
        FRAME.to_sql("existing", engine)
    FRAME[:1].to_sql("existing", engine, if_exists="delete_rows")
    assert pandas.read_sql("SELECT count(*) AS n FROM existing", engine)["n"][0] == 1


def test_a_table_by_its_name(engine):
    orders = pandas.read_sql_table("orders", engine, schema="in_c_sales", index_col="id", parse_dates=["order_date"])
    assert orders.shape == (1000, 5) and list(orders.columns)[0] == "customer_id"
    assert str(orders.dtypes["order_date"]).startswith("datetime64")


def test_parameters_and_chunks(engine):
    query = sa.text("SELECT id, amount FROM in_c_sales.orders WHERE id <= :most ORDER BY id")
    chunks = list(pandas.read_sql(query, engine, params={"most": 250}, chunksize=100))
    assert [len(chunk) for chunk in chunks] == [100, 100, 50]


def test_adbc_round_trip(adbc):
    FRAME.to_sql("adbc_frames", adbc, index=False, if_exists="replace")
    FRAME.to_sql("adbc_frames", adbc, index=False, if_exists="append")
    read = pandas.read_sql("SELECT * FROM adbc_frames ORDER BY a", adbc)
    assert_same(read.iloc[::2].reset_index(drop=True), FRAME)


def test_adbc_reads_a_bucket(adbc):
    orders = pandas.read_sql("SELECT * FROM in_c_sales.orders WHERE id > 990 ORDER BY id", adbc)
    assert list(orders["id"]) == list(range(991, 1001))
