"""Statements made by combination: operators and functions over values of each type. The same ones on every run."""

import itertools
import random

from statements import Statement

SEED = 4
# Constants have their type stated: DuckDB's take the other side's.
INTEGERS = ["0::int2", "7::int2", "(-3)::int2", "12::int4", "(-5)::int4", "2147483647::int4", "40::int8", "(-9)::int8",
            "NULL::int"]
DECIMALS = ["0.00::numeric(6,2)", "2.50::numeric(6,2)", "(-13.75)::numeric(6,2)", "1234.5::numeric(8,1)"]
FLOATS = ["0::float8", "1.5::float8", "(-2.25)::float8", "'NaN'::float8", "'Infinity'::float8", "0.5::float4", "NULL::float8"]
TEXTS = ["''", "'abc'", "'Abc'", "'a%c'", "' pad '", "'žluťoučký'", "'東京 🙂'", "NULL::text"]
DATES = ["DATE '2024-02-29'", "DATE '1999-12-31'", "DATE '0001-01-01'", "DATE '2000-01-01'"]
TIMESTAMPS = ["TIMESTAMP '2024-02-29 23:59:59.999999'", "TIMESTAMP '1969-07-20 20:17:40'", "TIMESTAMP '2000-01-01 00:00:00'",
              "TIMESTAMP '2023-10-29 02:30:00'"]
INTERVALS = ["INTERVAL '1 day'", "INTERVAL '-3 months'", "INTERVAL '1 year 2 months 10 days 03:04:05.5'", "INTERVAL '90 minutes'"]
UNITS = ["microseconds", "milliseconds", "second", "minute", "hour", "day", "week", "month", "quarter", "year", "decade"]
FIELDS = ["year", "month", "day", "hour", "minute", "second", "quarter", "week", "dow", "isodow", "doy", "epoch", "isoyear",
          "decade", "century", "millennium", "milliseconds", "microseconds"]
BOOLEANS = ["true", "false", "NULL::boolean"]


def arithmetic():
    chance = random.Random(SEED)
    for left, right in chance.sample(list(itertools.product(INTEGERS, INTEGERS)), 30):
        yield f"SELECT {left} + {right}, {left} - {right}, {left} * {right}"
    for left, right in chance.sample(list(itertools.product(INTEGERS, INTEGERS[1:])), 20):
        yield f"SELECT {left} / {right}, {left} % {right}"
    for left, right in chance.sample(list(itertools.product(DECIMALS, DECIMALS + INTEGERS)), 20):
        yield f"SELECT {left} + {right}, {left} - {right}, {left} * {right}"
    for left, right in chance.sample(list(itertools.product(FLOATS, FLOATS + INTEGERS + DECIMALS)), 25):
        yield f"SELECT {left} + {right}, {left} - {right}, {left} * {right}"


def comparisons():
    chance = random.Random(SEED)
    for group in (INTEGERS + DECIMALS + FLOATS, TEXTS, DATES + TIMESTAMPS, INTERVALS, BOOLEANS):
        pairs = list(itertools.product(group, group))
        for left, right in chance.sample(pairs, min(len(pairs), 12)):
            yield f"SELECT {left} = {right}, {left} <> {right}, {left} < {right}, {left} >= {right}, {left} IS DISTINCT FROM {right}"


def logic():
    for left, right in itertools.product(BOOLEANS, BOOLEANS):
        yield f"SELECT {left} AND {right}, {left} OR {right}, NOT {left}, {left} = {right}, {left} IS NOT DISTINCT FROM {right}"


def strings():
    for text in TEXTS:
        yield f"SELECT upper({text}), lower({text}), trim({text}), reverse({text}), replace({text}, 'b', 'xy')"
        yield f"SELECT char_length({text}), octet_length({text}), position('c' IN {text}), ascii({text}), md5({text})"
        yield f"SELECT left({text}, 2), right({text}, 2), substring({text} FROM 2 FOR 2), lpad({text}, 6, '*'), rpad({text}, 6, '*')"
        yield f"SELECT {text} || 'x', {text} LIKE 'a%', {text} ILIKE 'A%', {text} LIKE '%c%', coalesce({text}, 'none'), concat({text}, 1)"
        yield f"SELECT repeat({text}, 2), split_part({text}, ' ', 1), translate({text}, 'abc', 'xyz'), starts_with({text}, 'a')"


def dates():
    for value, unit in itertools.product(TIMESTAMPS, UNITS):
        yield f"SELECT date_trunc('{unit}', {value})"
    for value, field in itertools.product(TIMESTAMPS, FIELDS):
        yield f"SELECT extract({field} FROM {value})::float8"
    for value, interval in itertools.product(DATES + TIMESTAMPS, INTERVALS):
        yield f"SELECT {value} + {interval}, {value} - {interval}"
    for left, right in itertools.combinations(TIMESTAMPS, 2):
        yield f"SELECT {left} - {right}, age({left}, {right}), {left} > {right}"
    for left, right in itertools.combinations(DATES, 2):
        yield f"SELECT {left} - {right} AS days, age({left}, {right}), {left} + 1, greatest({left}, {right})"
    for left, right in itertools.combinations(INTERVALS, 2):
        yield f"SELECT {left} + {right}, {left} - {right}, {left} * 2, {left} < {right}"


def casts():
    for value in INTEGERS[:7]:
        yield f"SELECT {value}::text, {value}::int8, {value}::float8, {value}::numeric(12,2), {value}::float4"
    for value in DECIMALS:
        yield f"SELECT {value}::text, {value}::int, {value}::float8, {value}::numeric(12,1), round({value}, 1), {value}::varchar"
    for value in FLOATS:
        yield f"SELECT {value}::text, {value}::float4, {value}::float8, {value} IS NULL"
    for value in DATES + TIMESTAMPS:
        yield f"SELECT {value}::text, {value}::date, {value}::timestamp, {value}::timestamptz"
    for value in INTERVALS:
        yield f"SELECT {value}::text, {value} * 1.5, -{value}, extract(epoch FROM {value})::float8"


def statements():
    made = itertools.chain(arithmetic(), comparisons(), logic(), strings(), dates(), casts())
    return [Statement("generated", number, sql + ";") for number, sql in enumerate(made, 1)]
