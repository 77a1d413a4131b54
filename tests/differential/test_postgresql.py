"""PostgreSQL 15 and smew answer the same to every statement of postgresql/*.sql and generated.py.

known_differences.toml lists what is decided to differ, with the reason and what smew answers; each is held to that answer.
open_differences.sql lists what is not done yet: a statement leaves it when it no longer differs.
"""

import pathlib
import tomllib

import generated
import pytest
import statements
from comparison import answered, differences

HERE = pathlib.Path(__file__).parent
TOPICS = {path.stem: statements.read(path) for path in sorted((HERE / "postgresql").glob("*.sql"))}
TOPICS["generated"] = generated.statements()
KNOWN = {statement: entry for entry in tomllib.loads((HERE / "known_differences.toml").read_text())["difference"]
         for statement in entry["statements"]}
OPEN = {statement.sql for statement in statements.read(HERE / "open_differences.sql")}


@pytest.mark.parametrize("topic", TOPICS)
def test_same_answers(topic, sessions):
    postgres, smew = sessions(topic)
    wrong = []
    for statement in TOPICS[topic]:
        expected, actual = postgres.ask(statement), smew.ask(statement)
        found = differences(statement, expected, actual)
        if statement.sql in KNOWN:
            if not found or answered(actual[0]) != KNOWN[statement.sql]["statements"][statement.sql]:
                wrong.append(f"{statement}\n    known to differ, but smew answered {answered(actual[0])!r}")
        elif found and statement.sql not in OPEN:
            wrong.append("\n    ".join([str(statement), *found]))
    assert not wrong, "PostgreSQL | smew\n" + "\n".join(wrong)


def test_enough_statements_have_the_same_answers():
    asked = {(statement.sql, statement.parameters) for topic in TOPICS.values() for statement in topic}
    assert len(asked) - len(OPEN) - len(KNOWN) >= 1500


def test_every_listed_difference_is_of_a_statement():
    asked = {statement.sql for topic in TOPICS.values() for statement in topic}
    assert not (OPEN | KNOWN.keys()) - asked
