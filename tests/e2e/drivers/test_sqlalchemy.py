"""SQLAlchemy 2 with its three drivers: statements, types, transactions. Reflection: test_sqlalchemy_reflection.py."""

import asyncio
import datetime
import decimal
import uuid

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
from sqlalchemy.util import greenlet_spawn


class Base(DeclarativeBase):
    pass


class Parent(Base):
    __tablename__ = "parent"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(30), unique=True)
    children: Mapped[list["Child"]] = relationship(order_by="Child.id")


class Child(Base):
    __tablename__ = "child"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int] = mapped_column(sa.ForeignKey("parent.id"))
    amount: Mapped[decimal.Decimal] = mapped_column(sa.Numeric(10, 2))
    made: Mapped[datetime.datetime] = mapped_column(sa.DateTime(timezone=True), server_default=sa.func.now())


VALUES = sa.Table(
    "typed", sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False), sa.Column("flag", sa.Boolean), sa.Column("small", sa.SmallInteger),
    sa.Column("big", sa.BigInteger), sa.Column("f", sa.Double), sa.Column("n", sa.Numeric(20, 5)), sa.Column("s", sa.String(20)),
    sa.Column("t", sa.Text), sa.Column("d", sa.Date), sa.Column("ts", sa.DateTime), sa.Column("tz", sa.DateTime(timezone=True)),
    sa.Column("tm", sa.Time), sa.Column("i", sa.Interval), sa.Column("b", sa.LargeBinary), sa.Column("u", sa.Uuid),
    sa.Column("j", sa.JSON), sa.Column("l", postgresql.ARRAY(sa.Integer)), sa.Column("e", sa.Enum("sad", "ok", name="mood")))
ROW = {"id": 1, "flag": True, "small": -2**15, "big": 2**63 - 1, "f": 0.1, "n": decimal.Decimal("-123456789012345.67890"), "s": "short",
       "t": "žluť 🦆", "d": datetime.date(1, 1, 1), "ts": datetime.datetime(2024, 1, 2, 3, 4, 5, 6),
       "tz": datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone.utc), "tm": datetime.time(23, 59, 59), "i": datetime.timedelta(days=1, hours=2),
       "b": b"\x00\xff", "u": uuid.UUID(int=5), "j": {"a": [1, None, "x"]}, "l": [1, None, 3], "e": "ok"}


@pytest.fixture(params=["psycopg2", "psycopg", "asyncpg"])
def with_engine(request, target):
    """with_engine(work): the result of work(engine); asyncpg's runs within an event loop."""
    url = sa.make_url(target.uri(f"postgresql+{request.param}"))

    def with_engine(work):
        if request.param != "asyncpg":
            engine = sa.create_engine(url)
            try:
                return work(engine)
            finally:
                engine.dispose()
        return asyncio.run(spawn(work))

    async def spawn(work):
        engine = create_async_engine(url, connect_args={"ssl": False})
        try:
            return await greenlet_spawn(work, engine.sync_engine)
        finally:
            await engine.dispose()

    return with_engine


@pytest.fixture
def models(with_engine):
    """The tables of the models, empty."""
    with_engine(Base.metadata.drop_all)
    with_engine(Base.metadata.create_all)
    yield
    with_engine(Base.metadata.drop_all)


def test_every_type(with_engine):
    def work(engine):
        VALUES.drop(engine, checkfirst=True)
        VALUES.create(engine)
        with engine.begin() as connection:
            connection.execute(VALUES.insert(), [ROW, {**dict.fromkeys(ROW), "id": 2}])
            rows = [dict(row) for row in connection.execute(VALUES.select().order_by(VALUES.c.id)).mappings()]
        VALUES.drop(engine)
        return rows

    assert with_engine(work) == [ROW, {**dict.fromkeys(ROW), "id": 2}]


def test_objects_and_relationships(with_engine, models):
    def work(engine):
        with Session(engine) as session:
            parent = Parent(name="first", children=[Child(amount=decimal.Decimal("1.50")), Child(amount=decimal.Decimal("2"))])
            session.add_all([parent, Parent(name="second")])
            session.commit()
            parent.children[1].amount = decimal.Decimal("3.25")
            session.commit()
        with Session(engine) as session:
            found = session.scalars(sa.select(Parent).where(Parent.name.ilike("FIR%"))).one()
            total = session.scalar(sa.select(sa.func.sum(Child.amount)).join(Parent, Parent.id == Child.parent_id))
            return found.name, [child.amount for child in found.children], total, found.children[0].made.tzinfo is not None

    assert with_engine(work) == ("first", [decimal.Decimal("1.50"), decimal.Decimal("3.25")], decimal.Decimal("4.75"), True)


def test_many_rows_come_back_in_order(with_engine, models):
    def work(engine):
        with engine.begin() as connection:
            insert = sa.insert(Parent).returning(Parent.id, Parent.name, sort_by_parameter_order=True)
            rows = connection.execute(insert, [{"name": f"n{n}"} for n in range(1500)]).all()
            return [row.name for row in rows], len({row.id for row in rows})

    assert with_engine(work) == ([f"n{n}" for n in range(1500)], 1500)


def test_upsert(with_engine, models):
    def work(engine):
        with engine.begin() as connection:
            insert = postgresql.insert(Parent).values(id=1, name="one")
            connection.execute(insert)
            connection.execute(insert.on_conflict_do_update(index_elements=["id"], set_={"name": "again"}))
            connection.execute(insert.on_conflict_do_nothing())
            return connection.scalars(sa.select(Parent.name)).all()

    assert with_engine(work) == ["again"]


def test_constraints_are_integrity_errors(with_engine, models):
    def work(engine):
        with engine.connect() as connection:
            connection.execute(sa.insert(Parent).values(name="same"))
            with pytest.raises(sa.exc.IntegrityError):
                connection.execute(sa.insert(Parent).values(name="same"))
            connection.rollback()
            return connection.scalar(sa.select(sa.func.count()).select_from(Parent))

    assert with_engine(work) == 0


@pytest.mark.parametrize("level", ["AUTOCOMMIT", "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])
def test_isolation_levels(with_engine, level):
    def work(engine):
        with engine.connect().execution_options(isolation_level=level) as connection:
            return connection.scalar(sa.text("SELECT 1")), connection.get_isolation_level()

    one, shown = with_engine(work)
    assert one == 1 and (shown == level or level == "AUTOCOMMIT")


def test_nested_transactions(with_engine, models):
    def work(engine):
        with engine.begin() as connection:
            connection.execute(sa.insert(Parent).values(name="outer"))
            with connection.begin_nested():
                connection.execute(sa.insert(Parent).values(name="inner"))
            return connection.scalars(sa.select(Parent.name).order_by(Parent.name)).all()

    assert with_engine(work) == ["inner", "outer"]


def test_rows_in_portions(with_engine):
    def work(engine):
        with engine.connect().execution_options(stream_results=True, max_row_buffer=100) as connection:
            portions = connection.execute(sa.text("SELECT id FROM in_c_sales.orders ORDER BY id")).partitions(100)
            return [(len(rows), rows[0].id) for rows in portions]

    assert with_engine(work) == [(100, first) for first in range(1, 1001, 100)]


def test_expressions(with_engine):
    orders = sa.table("orders", sa.column("id", sa.BigInteger), sa.column("status", sa.String), sa.column("order_date", sa.Date),
                      sa.column("customer_id", sa.BigInteger), schema="in_c_sales")

    def work(engine):
        rank = sa.func.row_number().over(partition_by=orders.c.status, order_by=orders.c.id)
        first = sa.select(orders.c.id, orders.c.status, rank.label("rank")).where(orders.c.id.in_([1, 2, 3, 4, 5, 6])).cte()
        query = sa.select(first.c.status, sa.func.string_agg(sa.cast(first.c.id, sa.String), sa.literal(",")).label("ids"))
        with engine.connect() as connection:
            grouped = connection.execute(query.where(first.c.rank <= 2).group_by(first.c.status).order_by(first.c.status)).all()
            year = sa.extract("year", orders.c.order_date)
            years = connection.execute(sa.select(year, sa.func.count()).where(orders.c.id < sa.bindparam("n")).group_by(year), {"n": 10}).all()
            any_of = connection.scalar(sa.select(sa.func.count()).where(orders.c.id == sa.func.any(sa.cast([1, 5], postgresql.ARRAY(sa.BigInteger)))))
            return [(status, sorted(ids.split(","))) for status, ids in grouped], [tuple(map(int, row)) for row in years], any_of

    assert with_engine(work) == ([("new", ["3", "6"]), ("paid", ["1", "4"]), ("sent", ["2", "5"])], [(2024, 9)], 2)
