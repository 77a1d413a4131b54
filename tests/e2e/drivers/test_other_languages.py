"""pgjdbc, node-postgres, postgres.js, pgx, lib/pq, tokio-postgres, DBD::Pg, PHP and R: every case on PostgreSQL 15 and on smew."""

import functools

import programs
import pytest
from shortfalls import SHORTFALLS, expecting

PROGRAMS = {
    "pgjdbc": programs.jdbc,
    "node-postgres": lambda: programs.node("pg.js"),
    "postgres.js": lambda: programs.node("postgresjs.js"),
    "pgx": lambda: programs.go("pgx"),
    "database-sql": lambda: programs.go("sql"),
    "tokio-postgres": programs.rust,
    "DBD-Pg": lambda: programs.script(["perl"], "perl/dbd_pg.pl"),
    "PHP": lambda: programs.script(["php"], "php/cases.php"),
    "RPostgreSQL": lambda: programs.script(["Rscript", "--vanilla"], "r/rpostgresql.R"),
}

@functools.cache
def built(name):
    return PROGRAMS[name]()


@pytest.mark.parametrize("name", PROGRAMS)
def test_driver(name, target, subtests):
    try:
        command = built(name)
    except programs.Missing as missing:
        pytest.skip(str(missing))
    for case in programs.run(command, target):
        reason = SHORTFALLS.get(name, {}).get(case.name) if target.is_smew else None
        with subtests.test(case.name), expecting(reason):
            assert case.passed, "\n".join(case.notes)
