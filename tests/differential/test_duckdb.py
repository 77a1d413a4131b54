"""Statements of duckdb/*.sql give the values in smew (compatibility = duckdb) that they give in an in-process DuckDB 1.5.5,
in text and in binary.

DuckDB's nested types are JSON on the wire; there the values are compared as JSON values.
"""

import datetime
import decimal
import json
import math
import pathlib
import struct
import uuid

import duckdb
import psycopg
import pytest
import statements

FILES = sorted((pathlib.Path(__file__).parent / "duckdb").glob("*.sql"))
STATEMENTS = [statement for file in FILES for statement in statements.read(file)]
JSON = psycopg.postgres.types["json"].oid
REAL = psycopg.postgres.types["float4"].oid


@pytest.fixture(scope="module")
def reference():
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def connection(sql_project):
    workspace = sql_project.workspace("duckdb")
    with psycopg.connect(**workspace.parameters(), autocommit=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET compatibility = 'duckdb'")
        yield connection
    sql_project.rest.delete(workspace.path)


def as_json(value):
    """A value of DuckDB's Python client as json.loads() reads the JSON that stands for it."""
    if isinstance(value, dict):
        return {str(as_json(key)): as_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat(*[" "] if isinstance(value, datetime.datetime) else [])
    return str(value) if isinstance(value, uuid.UUID) else value


def comparable(value, oid):
    """NaN equals itself here, and reals come from DuckDB's client with the digits of a double."""
    if isinstance(value, (list, tuple)):
        return [comparable(item, oid) for item in value]
    if isinstance(value, float):
        real = struct.unpack("f", struct.pack("f", value))[0] if oid == REAL else value
        return "NaN" if math.isnan(real) else real
    if isinstance(value, memoryview):
        return bytes(value)
    return value


def expected_value(value, oid, text):
    if oid != JSON or value is None:
        return comparable(value, oid)
    return json.loads(value) if text else as_json(value)


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda statement: f"{statement.topic}-{statement.line}")
@pytest.mark.parametrize("binary", [False, True], ids=["text", "binary"])
def test_same_values(statement, binary, reference, connection):
    result = reference.execute(statement.sql)
    # A column of type JSON is a text to DuckDB's client; all others that smew sends as JSON are nested.
    texts = [str(column[1]) == "JSON" for column in result.description]
    rows = result.fetchall()
    cursor = connection.execute(statement.sql, binary=binary)
    oids = [column.type_code for column in cursor.description]
    actual = [[comparable(value, oid) for value, oid in zip(row, oids)] for row in cursor.fetchall()]
    assert actual == [[expected_value(*cell) for cell in zip(row, oids, texts)] for row in rows]
