"""pg_cast and pg_operator list what works: each is called, and gives what it says."""

import psycopg

CASTS = """SELECT castsource::regtype::text, casttarget::regtype::text FROM pg_cast"""
OPERATORS = """SELECT CASE oprleft WHEN 0 THEN '' ELSE 'NULL::' || oprleft::regtype::text || ' ' END || oprname || ' NULL::' || oprright::regtype::text,
                      oprresult::regtype::text FROM pg_operator"""


def test_every_cast_and_operator_that_is_listed_works(fresh_workspace):
    with psycopg.connect(**fresh_workspace.parameters(), autocommit=True) as connection:
        casts, operators = connection.execute(CASTS).fetchall(), connection.execute(OPERATORS).fetchall()
        assert len(casts) > 100 and len(operators) > 300
        for source, target in casts:
            connection.execute(f"SELECT NULL::{source}::{target}")
        # Nothing is bound to a placeholder, so that a % is an operator.
        found = [(call, connection.execute(f"SELECT pg_typeof({call})::text".encode()).fetchone()[0]) for call, _ in operators]
        assert found == operators


def test_commutators_and_negators_are_listed_themselves(fresh_workspace):
    with psycopg.connect(**fresh_workspace.parameters()) as connection:
        missing = connection.execute("""SELECT count(*) FROM pg_operator o WHERE (oprcom <> 0 AND NOT EXISTS (FROM pg_operator c WHERE c.oid = o.oprcom
                                        AND c.oprcom = o.oid)) OR (oprnegate <> 0 AND NOT EXISTS (FROM pg_operator n WHERE n.oid = o.oprnegate))""")
        assert missing.fetchone() == (0,)
        families = connection.execute("SELECT count(*), count(f.oid) FROM pg_opclass c LEFT JOIN pg_opfamily f ON f.oid = opcfamily").fetchone()
        assert families[0] == families[1] > 10
