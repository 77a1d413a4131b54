"""What SQLAlchemy's inspector finds, with each of its drivers."""

import pytest
import sqlalchemy as sa
from test_sqlalchemy import with_engine  # noqa: F401

TABLES = """
    CREATE TABLE makers (id integer PRIMARY KEY, name varchar(20) NOT NULL UNIQUE, since date DEFAULT '2024-01-01');
    CREATE TABLE things (maker_id integer NOT NULL REFERENCES makers (id), number integer NOT NULL, price numeric(10,2),
                         seen timestamp with time zone, tags text[], PRIMARY KEY (maker_id, number), CHECK (price > 0));
    CREATE INDEX things_by_price ON things (price);
    CREATE VIEW cheap AS SELECT number, price FROM things WHERE price < 10;
    COMMENT ON TABLE makers IS 'Who makes things';
"""


@pytest.fixture
def inspected(with_engine):  # noqa: F811
    """inspected(question): the answer of question(inspector), with the tables there."""

    def inspected(question):
        def work(engine):
            with engine.begin() as connection:
                if not sa.inspect(connection).has_table("makers"):
                    for statement in TABLES.strip().split(";")[:-1]:
                        connection.execute(sa.text(statement))
            return question(sa.inspect(engine))

        return with_engine(work)

    return inspected


def test_schemas_and_tables(inspected):
    def question(inspector):
        return inspector.get_schema_names(), inspector.get_table_names(), inspector.get_view_names(), inspector.get_table_names(schema="in_c_sales")

    schemas, tables, views, bucket = inspected(question)
    assert {"public", "in_c_sales"} <= set(schemas)
    assert sorted(tables) == ["makers", "things"] and views == ["cheap"] and sorted(bucket) == ["customers", "orders"]


def test_questions_of_existence(inspected):
    def question(inspector):
        return (inspector.has_table("makers"), inspector.has_table("nowhere"), inspector.has_table("orders", schema="in_c_sales"),
                inspector.has_schema("in_c_sales"), inspector.has_schema("nowhere"), inspector.has_sequence("nowhere"), inspector.default_schema_name)

    assert inspected(question) == (True, False, True, True, False, False, "public")


def test_columns(inspected):
    def question(inspector):
        return [(column["name"], str(column["type"]), column["nullable"], column["default"] is not None)
                for table in ("makers", "things") for column in inspector.get_columns(table)]

    maker_name = inspected(question)[1][1]
    assert maker_name in ("VARCHAR(20)", "VARCHAR", "TEXT")  # DuckDB does not keep the length
    assert inspected(question) == [
        ("id", "INTEGER", False, False), ("name", maker_name, False, False), ("since", "DATE", True, True),
        ("maker_id", "INTEGER", False, False), ("number", "INTEGER", False, False), ("price", "NUMERIC(10, 2)", True, False),
        ("seen", "TIMESTAMP", True, False), ("tags", "ARRAY", True, False)]


def test_keys_and_constraints(inspected):
    def question(inspector):
        return (inspector.get_pk_constraint("things")["constrained_columns"],
                [(key["constrained_columns"], key["referred_table"], key["referred_columns"]) for key in inspector.get_foreign_keys("things")],
                [key["column_names"] for key in inspector.get_unique_constraints("makers")],
                [check["sqltext"].replace("(", "").replace(")", "").split()[0] for check in inspector.get_check_constraints("things")])

    assert inspected(question) == (["maker_id", "number"], [(["maker_id"], "makers", ["id"])], [["name"]], ["price"])


def test_indexes(inspected):
    def question(inspector):
        return [(index["name"], index["column_names"], index["unique"]) for index in inspector.get_indexes("things")]

    assert inspected(question) == [("things_by_price", ["price"], False)]


def test_comments_enumerations_and_definitions(inspected):
    def question(inspector):
        return inspector.get_table_comment("makers"), inspector.get_enums(), "price" in inspector.get_view_definition("cheap")

    assert inspected(question) == ({"text": "Who makes things"}, [], True)


def test_whole_schemas(inspected):
    def question(inspector):
        own, bucket = sa.MetaData(), sa.MetaData(schema="in_c_sales")
        own.reflect(inspector.engine, views=True)
        bucket.reflect(inspector.engine)
        with inspector.engine.connect() as connection:
            orders = bucket.tables["in_c_sales.orders"]
            count = connection.scalar(sa.select(sa.func.count()).select_from(orders).where(orders.c.customer_id == 1))
        return sorted(own.tables), sorted(bucket.tables), count

    assert inspected(question) == (["cheap", "makers", "things"], ["in_c_sales.customers", "in_c_sales.orders"], 20)
