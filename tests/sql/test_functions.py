"""docs/functions.md says which of PostgreSQL's functions there are: held against the pg_proc of a PostgreSQL 15."""

import pathlib
import re

import psycopg2

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/functions.md"

# Names a statement can call: not those that implement types, operators, index methods, casts, triggers and aggregates.
CALLABLE = """
    SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind IN ('f', 'a', 'w')
    AND NOT proargtypes::oid[] && ARRAY(SELECT oid FROM pg_type WHERE typname = ANY(%(internal)s))
    AND prorettype NOT IN (SELECT oid FROM pg_type WHERE typname = ANY(%(internal)s))
    AND oid NOT IN (SELECT oprcode FROM pg_operator UNION SELECT amproc FROM pg_amproc UNION SELECT castfunc FROM pg_cast
                    UNION SELECT unnest(ARRAY[aggtransfn, aggfinalfn, aggcombinefn, aggmtransfn, aggminvtransfn]) FROM pg_aggregate)
"""
INTERNAL = ["internal", "cstring", "trigger", "event_trigger", "language_handler", "fdw_handler", "index_am_handler",
            "table_am_handler", "tsm_handler"]


def names(server, sql, parameters=None):
    connection = psycopg2.connect(**server)
    cursor = connection.cursor()
    cursor.execute(sql, parameters)
    found = {row[0].lower() for row in cursor.fetchall()}
    connection.close()
    return found


def test_the_page_lists_what_is_missing(postgres, fresh_workspace):
    page = PAGE.read_text()
    callable_names = names(postgres, CALLABLE, {"internal": INTERNAL})
    listed = set(re.findall(r"`(\w+)`", page.split("## What is missing")[1]))
    assert len(callable_names) > 900
    assert listed <= callable_names, f"not functions of PostgreSQL 15: {sorted(listed - callable_names)}"
    total, known = map(int, re.search(r"Of the (\d+) names .*? smew knows (\d+)", page, re.DOTALL).groups())
    assert (total, known) == (len(callable_names), len(callable_names) - len(listed))
    here = names(fresh_workspace.parameters(), "SELECT DISTINCT function_name FROM duckdb_functions()")
    assert not callable_names - listed - here, f"said to be here: {sorted(callable_names - listed - here)}"
