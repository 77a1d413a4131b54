"""polars: read_database and write_database through ADBC, SQLAlchemy and connectorx."""

import datetime

import polars
import pytest
import sqlalchemy as sa
from polars.testing import assert_frame_equal

FRAME = polars.DataFrame({"a": [1, 2, 3], "b": [1.5, None, -2.5], "c": ["x", None, "ž"], "d": [datetime.date(2024, 1, 1), None, datetime.date(1, 1, 1)],
                          "e": [True, None, False], "t": [datetime.datetime(2024, 1, 1, 10, 0, 0, 5), None, datetime.datetime(1970, 1, 1)]})
ORDERS = "SELECT id, order_date, status, amount, note FROM in_c_sales.orders"


@pytest.mark.parametrize("engine", ["adbc", "sqlalchemy"])
def test_round_trip(target, engine):
    uri = target.uri(sslmode="disable") if engine == "adbc" else target.uri("postgresql+psycopg")
    assert FRAME.write_database("frames", uri, engine=engine, if_table_exists="replace") in (3, -1)
    FRAME.write_database("frames", uri, engine=engine, if_table_exists="append")
    read = polars.read_database_uri("SELECT * FROM frames ORDER BY a", target.uri(sslmode="disable"), engine="adbc")
    assert_frame_equal(read.gather_every(2), FRAME, check_dtypes=False)


@pytest.mark.parametrize("engine", ["adbc", "connectorx"])
def test_a_bucket_by_uri(target, engine):
    read = polars.read_database_uri(ORDERS, target.uri(sslmode="disable"), engine=engine).sort("id")
    assert read.shape == (1000, 5)
    assert dict(read.schema) == {"id": polars.Int64, "order_date": polars.Date, "status": polars.String, "amount": polars.Float64,
                                 "note": polars.String}
    assert read["id"].sum() == 500500 and read["note"].null_count() == 100


@pytest.mark.parametrize("protocol", ["binary", "csv", "cursor", "simple"])
def test_protocols_of_connectorx(target, protocol):
    uri = target.uri(sslmode="disable")
    read = polars.read_database_uri(ORDERS, uri, engine="connectorx", protocol=protocol)
    assert read["id"].sum() == 500500


def test_a_partitioned_read(target):
    read = polars.read_database_uri(ORDERS, target.uri(sslmode="disable"), engine="connectorx", partition_on="id", partition_num=3)
    assert sorted(read["id"]) == list(range(1, 1001))


@pytest.mark.parametrize("driver", ["psycopg2", "psycopg"])
def test_batches_by_sqlalchemy(target, driver):
    engine = sa.create_engine(target.uri(f"postgresql+{driver}"))
    with engine.connect() as connection:
        batches = polars.read_database(ORDERS + " ORDER BY id", connection, iter_batches=True, batch_size=400)
        assert [len(batch) for batch in batches] == [400, 400, 200]
    engine.dispose()
