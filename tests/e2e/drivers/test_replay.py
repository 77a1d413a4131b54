"""What graphical and BI tools send on connecting and browsing, replayed on PostgreSQL 15 and on smew.

replay/*.sql has a file a tool. `-- # name` heads a statement, `-- binds: x` names the OID (or the database's name) that its $1
stands for, `-- finds: x` a text that some value of the result must contain. On smew the columns have to have PostgreSQL's
names, and types that the tools read the same way."""

import dataclasses
import pathlib
import re

import psycopg
import pytest
from psycopg.types.numeric import Int8
from shortfalls import SHORTFALLS, expecting

FILES = sorted((pathlib.Path(__file__).parent / "replay").glob("*.sql"))
SETUP = """
    CREATE TABLE replay_own (id int PRIMARY KEY, label varchar(20) NOT NULL);
    CREATE INDEX replay_own_label ON replay_own (label);
    CREATE TABLE replay_other (id int PRIMARY KEY, own_id int REFERENCES replay_own (id));
    CREATE VIEW replay_view AS SELECT id, label FROM replay_own;
"""
RELATION = "SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname || '.' || c.relname = '%s'"
BINDS = {
    "database": "SELECT current_database()",
    "schema": "SELECT oid FROM pg_namespace WHERE nspname = 'in_c_sales'",
    "public": "SELECT oid FROM pg_namespace WHERE nspname = 'public'",
    "table": RELATION % "in_c_sales.orders",
    "own": RELATION % "public.replay_own",
    "other": RELATION % "public.replay_other",
    "view": RELATION % "public.replay_view",
}


@dataclasses.dataclass
class Statement:
    name: str
    sql: str
    binds: str | None = None
    finds: str | None = None


def statements(path):
    parts = re.split(r"(?m)^-- # (.*)\n", path.read_text())[1:]
    for name, body in zip(parts[::2], parts[1::2]):
        notes = dict(re.findall(r"(?m)^-- (binds|finds): (.*)\n", body))
        yield Statement(name, re.sub(r"(?m)^-- (binds|finds): .*\n", "", body).strip(), **notes)


def family(oid):
    """Types that clients read alike: names and other texts, object identifiers and integers, numbers with a fraction."""
    families = [{18, 19, 25, 1042, 1043, 194, 3361}, {20, 21, 23, 24, 26, 28, 2205, 2206, 1700, 700, 701}, {1003, 1009, 1015, 1002, 1034},
                {1005, 1007, 1016, 1028, 22, 30}, {1114, 1184}]
    return next((index for index, members in enumerate(families) if oid in members), oid)


@pytest.fixture(scope="module")
def prepared(target):
    with psycopg.connect(**target.parameters(), autocommit=True) as connection:
        connection.execute(SETUP)
        bound = {}
        for name, sql in BINDS.items():
            row = connection.execute(sql).fetchone()
            bound[name] = row and row[0]
    return target, bound


@pytest.fixture(scope="module")
def all_columns():
    """What PostgreSQL answered, kept for smew's turn: {(tool, statement): [(column, family of its type)]}."""
    return {}


# The answers of PostgreSQL come first: pytest runs all tests of one target before those of the next.
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_replay(path, prepared, subtests, all_columns):
    target, bound = prepared
    with psycopg.connect(**target.parameters(), autocommit=True, cursor_factory=psycopg.RawCursor) as connection:
        for statement in statements(path):
            reason = SHORTFALLS.get(path.stem, {}).get(statement.name) if target.is_smew else None
            with subtests.test(statement.name), expecting(reason):
                columns, rows = execute(connection, statement, bound)
                if statement.finds:
                    wanted = statement.finds.replace("{database}", target.database)
                    assert any(wanted in str(value) for row in rows for value in row), f"{wanted} is nowhere in {len(rows)} rows"
                if target.is_smew:
                    assert columns == all_columns[path.stem, statement.name]
                else:
                    all_columns[path.stem, statement.name] = columns
                    assert statement.finds is None or rows


def execute(connection, statement, bound):
    arguments = []
    if statement.binds:
        value = bound[statement.binds]
        assert value is not None, f"no {statement.binds} to bind"
        arguments = [Int8(value) if isinstance(value, int) else value]
    cursor = connection.execute(statement.sql, arguments)
    if not cursor.description:
        return [], []
    return [(column.name, family(column.type_code)) for column in cursor.description], cursor.fetchall()
