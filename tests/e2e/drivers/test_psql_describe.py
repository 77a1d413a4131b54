"""psql's \\d family and tab completion: what must be equal to PostgreSQL is, the rest answers without an error."""

import os
import re
import subprocess

import pytest

OBJECTS = """
    CREATE TABLE makers (id integer PRIMARY KEY, name text NOT NULL DEFAULT 'x', UNIQUE (name));
    CREATE TABLE things (id integer, maker_id integer REFERENCES makers (id), price numeric(10,2) CHECK (price > 0), seen timestamp);
    CREATE INDEX things_by_price ON things (price);
    CREATE VIEW cheap AS SELECT id, price FROM things WHERE price < 10;
    CREATE SEQUENCE numbers;
    CREATE TYPE mood AS ENUM ('sad', 'ok');
"""
# Commands whose answer is about what the test made, and so the same on both.
EQUAL = ["\\dt in_c_sales.*", "\\d cheap", "\\d in_c_sales.customers", "\\dy", "\\dRp", "\\des", "\\dew", "\\dP", "\\dm",
         "\\dt nowhere", "\\dv nowhere", "\\x on\n\\d in_c_sales.customers"]
# Commands that answer with what one server has and the other has not.
ANSWERED = ["\\d", "\\d+", "\\d makers", "\\d+ makers", "\\d things", "\\d+ things", "\\dt", "\\dt+", "\\dt *.*", "\\d+ cheap", "\\dv", "\\dv+", "\\di",
            "\\di+", "\\d things_by_price", "\\ds", "\\d numbers", "\\dn", "\\dn+", "\\l", "\\l+", "\\df", "\\df+ now", "\\da", "\\du", "\\du+", "\\dg",
            "\\dp", "\\ddp", "\\dT", "\\dT+", "\\dD", "\\dC", "\\db", "\\dx", "\\dc", "\\dd", "\\dE", "\\dF", "\\do +", "\\dO", "\\dL", "\\dRs", "\\dA",
            "\\drds", "\\dconfig", "\\dl", "\\sv cheap", "\\encoding", "\\conninfo", "\\dS pg_cl*", "\\z in_c_sales.*"]
NAMED = {"\\d": ["cheap", "makers", "things", "numbers"], "\\d makers": ["id ", "integer", "not null", "PRIMARY KEY"], "\\dt": ["makers", "things"],
         "\\d things": ["price ", "numeric(10,2)", "timestamp without time zone"], "\\dv": ["cheap"], "\\di": ["things_by_price"], "\\ds": ["numbers"],
         "\\dn": ["in_c_sales", "public"], "\\dT": ["mood"], "\\sv cheap": ["CREATE OR REPLACE VIEW"], "\\dt *.*": ["in_c_sales", "pg_class"]}
# What psql 15 asks when tab is pressed after these words.
COMPLETIONS = {
    "SELECT * FROM th": """
        SELECT pg_catalog.quote_ident(c.relname), NULL::pg_catalog.text FROM pg_catalog.pg_class c
        WHERE (c.relkind IN ('r', 'S', 'v', 'm', 'f', 'p')) AND (pg_catalog.quote_ident(c.relname)) LIKE 'th%'
          AND pg_catalog.pg_table_is_visible(c.oid)
          AND c.relnamespace <> (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'pg_catalog')""",
    "SELECT * FROM in_c_sales.o": """
        SELECT pg_catalog.quote_ident(c.relname) FROM pg_catalog.pg_class c, pg_catalog.pg_namespace n
        WHERE c.relkind IN ('r', 'v') AND n.oid = c.relnamespace AND (c.relname) LIKE 'o%' AND n.nspname = 'in_c_sales'""",
    "SELECT pr": """
        SELECT attname FROM pg_catalog.pg_attribute a, pg_catalog.pg_class c
        WHERE c.oid = a.attrelid AND a.attnum > 0 AND NOT a.attisdropped AND substring(pg_catalog.quote_ident(attname), 1, 2) = 'pr'
          AND c.relname = 'things'""",
    "SET search_path TO in": """
        SELECT pg_catalog.quote_ident(nspname) FROM pg_catalog.pg_namespace WHERE nspname LIKE 'in\\_c%'"""}
COMPLETED = {"SELECT * FROM th": ["things", "things_by_price"], "SELECT * FROM in_c_sales.o": ["orders"], "SELECT pr": ["price"],
             "SET search_path TO in": ["in_c_sales"]}


def run_psql(target, script):
    return subprocess.run(["psql", "-X", "-q"], input=script, capture_output=True, text=True, timeout=60,
                          env={**os.environ, **target.environment()})


@pytest.fixture(scope="module")
def described(target):
    """The target with the objects made."""
    made = run_psql(target, OBJECTS)
    assert made.stderr == ""
    return target


@pytest.mark.parametrize("command", ANSWERED)
def test_answers(described, command):
    done = run_psql(described, command + "\n")
    assert "ERROR" not in done.stderr, done.stderr
    for name in NAMED.get(command, []):
        assert name in done.stdout


@pytest.mark.parametrize("words", COMPLETIONS)
def test_tab_completion(described, words):
    done = run_psql(described, f"\\pset tuples_only on\n\\pset format unaligned\n{COMPLETIONS[words]};")
    assert done.stderr == ""
    assert sorted(line.split("|")[0] for line in done.stdout.splitlines()) == [name for name in COMPLETED[words] if words != "SELECT * FROM th" or
                                                                              name == "things"]


# What PostgreSQL answers to EQUAL, kept until smew's turn: the fixture `target` serves one server after the other.
ANSWERS = {}


@pytest.mark.parametrize("command", EQUAL)
def test_answers_as_postgresql_does(described, command):
    done = run_psql(described, f"\\pset format unaligned\n{command}\n")
    # A project's tables belong to a role of that name, PostgreSQL's to whoever made them.
    answer = re.sub(rf"\b({described.user}|project)\b", "owner", done.stdout)
    assert done.stderr == "" and len(answer.splitlines()) > 1
    assert answer == ANSWERS.setdefault(command, answer)
