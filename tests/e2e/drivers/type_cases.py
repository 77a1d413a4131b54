"""The types and values every driver must give alike for PostgreSQL and smew: declared once, used by each driver's tests."""

import dataclasses
import datetime
import decimal
import math
import struct
import uuid

UTC = datetime.timezone.utc
ALL_BYTES = bytes(range(256))
LONG = "žluťoučký kůň 🦆 " * 5000
AWKWARD = "O'Reilly \\ \"quoted\" \t\n{},;%"


@dataclasses.dataclass(frozen=True)
class TypeCase:
    """An expression of one type with a value, what Python drivers give for it, and the text PostgreSQL sends."""

    type: str
    expression: str
    value: object
    text: str

    @property
    def id(self):
        shown = self.text if len(self.text) < 30 else self.text[:20] + "…"
        return f"{self.type}: {shown}"


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def case(type_name, value, text=None, expression=None):
    text = str(value) if text is None else text
    return TypeCase(type_name, expression or f"CAST({quoted(text)} AS {type_name})", value, text)


def array(type_name, elements, value, text):
    return TypeCase(type_name + "[]", f"CAST(ARRAY[{elements}] AS {type_name}[])", value, text)


def moment(*fields):
    return datetime.datetime(*fields)


NUMBERS = [
    case("boolean", True, "t"),
    case("boolean", False, "f"),
    *(case("smallint", n) for n in (0, -2**15, 2**15 - 1)),
    *(case("integer", n) for n in (0, -2**31, 2**31 - 1)),
    *(case("bigint", n) for n in (0, -2**63, 2**63 - 1)),
    case("real", 1.5),
    case("real", -3.4028234663852886e38, "-3.4028235e+38"),
    case("real", 1.1754943508222875e-38, "1.1754944e-38"),
    case("real", math.inf, "Infinity"),
    case("double precision", 0.1),
    case("double precision", 1.7976931348623157e308, "1.7976931348623157e+308"),
    case("double precision", 5e-324),
    case("double precision", -math.inf, "-Infinity"),
    case("numeric(10,2)", decimal.Decimal("-12345678.90")),
    case("numeric(10,2)", decimal.Decimal("0.00")),
    case("numeric(38,0)", decimal.Decimal("9" * 38)),
    case("numeric(38,10)", decimal.Decimal("-" + "9" * 28 + "." + "0123456789")),
    case("numeric(4,4)", decimal.Decimal("0.0001")),
]

TEXTS = [
    case("text", ""),
    case("text", AWKWARD),
    case("text", LONG),
    case("varchar(20)", "twenty characters ok"),
    case("bytea", b"", "\\x"),
    case("bytea", ALL_BYTES, "\\x" + ALL_BYTES.hex()),
    case("uuid", uuid.UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")),
    case("uuid", uuid.UUID(int=0)),
    case("uuid", uuid.UUID(int=2**128 - 1)),
]

MOMENTS = [
    *(case("date", datetime.date(*ymd)) for ymd in ((1, 1, 1), (2024, 2, 29), (9999, 12, 31))),
    case("time", datetime.time(0, 0), "00:00:00"),
    case("time", datetime.time(23, 59, 59, 999999)),
    case("timestamp", moment(1, 1, 1), "0001-01-01 00:00:00"),
    case("timestamp", moment(1999, 12, 31, 23, 59, 59, 5000), "1999-12-31 23:59:59.005"),
    case("timestamp", moment(9999, 12, 31, 23, 59, 59, 999999)),
    case("timestamp with time zone", moment(1, 1, 2).replace(tzinfo=UTC), "0001-01-02 00:00:00+00"),
    case("timestamp with time zone", moment(2024, 2, 29, 12, 34, 56, 789000).replace(tzinfo=UTC), "2024-02-29 12:34:56.789+00"),
    case("timestamp with time zone", moment(9999, 12, 30, 23, 59, 59, 999999).replace(tzinfo=UTC), "9999-12-30 23:59:59.999999+00"),
    case("interval", datetime.timedelta(0), "00:00:00"),
    case("interval", datetime.timedelta(hours=36, seconds=1.5), "36:00:01.5"),
    case("interval", datetime.timedelta(days=3, hours=4), "3 days 04:00:00"),
    case("interval", datetime.timedelta(days=-1, hours=-2), "-1 days -02:00:00"),
]

ARRAYS = [
    array("integer", "1, NULL, -3", [1, None, -3], "{1,NULL,-3}"),
    array("integer", "", [], "{}"),
    array("bigint", "9223372036854775807", [2**63 - 1], "{9223372036854775807}"),
    array("smallint", "1, 2", [1, 2], "{1,2}"),
    array("boolean", "true, false, NULL", [True, False, None], "{t,f,NULL}"),
    array("double precision", "1.5, -0.25", [1.5, -0.25], "{1.5,-0.25}"),
    array("real", "1.5", [1.5], "{1.5}"),
    array("numeric(10,2)", "1.50, NULL", [decimal.Decimal("1.50"), None], "{1.50,NULL}"),
    array("text", "'a', NULL, '', 'b\"c', 'NULL', '{,}', ' ', '\\'", ["a", None, "", 'b"c', "NULL", "{,}", " ", "\\"],
          '{a,NULL,"","b\\"c","NULL","{,}"," ","\\\\"}'),
    array("date", "DATE '2024-02-29'", [datetime.date(2024, 2, 29)], "{2024-02-29}"),
    array("timestamp", "TIMESTAMP '2024-02-29 12:00:00'", [moment(2024, 2, 29, 12)], '{"2024-02-29 12:00:00"}'),
    array("uuid", "CAST('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' AS uuid)", [uuid.UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")],
          "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}"),
]

CASES = NUMBERS + TEXTS + MOMENTS + ARRAYS
TYPES = sorted({each.type for each in CASES})
SCALARS = NUMBERS + TEXTS + MOMENTS


def plain(value, type_name):
    """A driver's value in the table's terms: views of bytes as bytes, a real of either precision as the nearest one."""
    if type_name == "real" and isinstance(value, float):
        return struct.unpack("f", struct.pack("f", value))[0]
    return bytes(value) if isinstance(value, (memoryview, bytearray)) else value


def attempt(type_name, fetch_value, *arguments):
    try:
        return plain(fetch_value(*arguments), type_name)
    except Exception as error:  # shown beside the value that was expected, with all others
        return f"{type(error).__name__}: {str(error).strip()}"


def read_all(fetch_value, cases=CASES):
    """Evaluates every case by fetch_value(sql); returns what came, keyed by the case, errors as their text."""
    return {each.id: attempt(each.type, fetch_value, f"SELECT {each.expression} AS v") for each in cases}


def pass_all(fetch_value, placeholder, cases=CASES):
    """Sends every case's value as a parameter and reads it back by fetch_value(sql, value)."""
    return {each.id: attempt(each.type, fetch_value, f"SELECT CAST({placeholder} AS {each.type}) AS v", each.value)
            for each in cases}


def read_nulls(fetch_value):
    return {name: attempt(name, fetch_value, f"SELECT CAST(NULL AS {name}) AS v") for name in TYPES}


def values(cases=CASES):
    return {each.id: plain(each.value, each.type) for each in cases}


def texts(cases=CASES):
    return {each.id: each.text for each in cases}


NULLS = dict.fromkeys(TYPES)
