"""psql: scripts, \\copy, \\gdesc, \\gset, errors and their places; its describing commands: test_psql_describe.py."""

import os
import subprocess

import pytest


@pytest.fixture
def psql(target):
    """psql(script, *arguments): a finished psql that read the script."""

    def psql(script, *arguments, **environment):
        return subprocess.run(["psql", "-X", "-q", "-A", "-t", *arguments], input=script, capture_output=True, text=True, timeout=60,
                              env={**os.environ, **target.environment(**environment)})

    return psql


def test_statements(psql):
    done = psql("SELECT 1 AS a, 'two' AS b; SELECT count(*) FROM in_c_sales.orders;\nTABLE in_c_sales.customers LIMIT 0;")
    assert (done.stdout, done.stderr, done.returncode) == ("1|two\n1000\n", "", 0)


def test_tls_with_a_checked_certificate(psql, target):
    done = psql("\\conninfo\n", PGSSLMODE="verify-full", PGSSLROOTCERT=target.ca_file)
    assert "SSL connection (protocol: TLSv1.3" in done.stdout


def test_wrong_password(psql):
    done = psql("SELECT 1", PGPASSWORD="wrong")
    assert done.returncode == 2 and "password authentication failed" in done.stderr


def test_copy_from_and_to_files(psql, tmp_path):
    rows, out = tmp_path / "rows.csv", tmp_path / "out.txt"
    rows.write_text('a,b\n1,"x,y"\n2,\n3,"line\nbreak"\n')
    done = psql(f"""CREATE TABLE copied (a integer, b text);
                    \\copy copied FROM '{rows}' WITH (FORMAT csv, HEADER)
                    \\copy (SELECT * FROM copied ORDER BY a) TO '{out}'
                    \\copy copied (a) FROM PROGRAM 'seq 10 12'
                    SELECT count(*), sum(a) FROM copied;""")
    assert (done.stdout, done.stderr) == ("6|39\n", "")
    assert out.read_text() == "1\tx,y\n2\t\\N\n3\tline\\nbreak\n"


def test_copy_within_a_script(psql):
    done = psql("CREATE TABLE inline (a integer, b text);\nCOPY inline FROM STDIN;\n1\tone\n2\t\\N\n\\.\nCOPY inline TO STDOUT WITH CSV;")
    assert (done.stdout, done.stderr) == ("1,one\n2,\n", "")


def test_types_of_a_result(psql):
    done = psql("SELECT CAST(1 AS integer) AS i, CAST('x' AS text) AS t, CAST(1.5 AS numeric(10,2)) AS n, ARRAY[CAST(1 AS bigint)] AS l,\n"
                "CAST('2024-01-01' AS timestamp with time zone) AS z \\gdesc\n")
    assert done.stdout.splitlines() == ["i|integer", "t|text", "n|numeric(10,2)", "l|bigint[]", "z|timestamp with time zone"]


def test_variables_from_results(psql):
    done = psql("SELECT count(*) AS n, 'x' AS name FROM in_c_sales.customers \\gset my_\nSELECT :my_n + 1, :'my_name';\n"
                "SELECT 'SELECT ' || i FROM generate_series(1, 3) t(i) \\gexec\n\\echo :ROW_COUNT :SQLSTATE\n")
    assert done.stdout == "51|x\n1\n2\n3\n3 00000\n"


def test_expanded_and_crosstab(psql):
    done = psql("\\pset format aligned\n\\pset tuples_only off\nSELECT 1 AS a, NULL AS b \\gx\n"
                "SELECT status, country, count(*) FROM in_c_sales.orders o JOIN in_c_sales.customers c ON c.id = o.customer_id\n"
                "GROUP BY 1, 2 ORDER BY 1, 2 \\crosstabview\n")
    assert "-[ RECORD 1 ]" in done.stdout and "status | AT  | CZ  | DE" in done.stdout


def test_the_place_of_an_error(psql):
    done = psql("SELECT *\n  FROM in_c_sales.orders WHERE nothing = 1;\n")
    assert 'column "nothing" does not exist' in done.stderr and "LINE 2:   FROM in_c_sales.orders WHERE nothing = 1;" in done.stderr
    assert done.stderr.splitlines()[2].index("^") == done.stderr.splitlines()[1].index("nothing")


def test_a_script_stops_at_its_first_error(psql):
    done = psql("CREATE TABLE stopped (a integer);\nINSERT INTO stopped VALUES ('x');\nSELECT 'not reached';", "-v", "ON_ERROR_STOP=1")
    assert done.returncode == 3 and "not reached" not in done.stdout


def test_a_single_transaction(psql):
    failed = psql("CREATE TABLE undone (a integer); SELECT * FROM nowhere;", "-1", "-v", "ON_ERROR_STOP=1")
    assert failed.returncode == 3
    assert psql("SELECT count(*) FROM information_schema.tables WHERE table_name = 'undone'").stdout == "0\n"


def test_errors_may_be_rolled_back_to_the_statement_before(psql):
    done = psql("\\set ON_ERROR_ROLLBACK on\nBEGIN; SELECT * FROM nowhere;\nSELECT 'still here'; COMMIT;")
    assert done.stdout == "still here\n" and 'relation "nowhere" does not exist' in done.stderr


def test_results_in_portions(psql):
    done = psql("\\set FETCH_COUNT 77\nSELECT id FROM in_c_sales.orders ORDER BY id;")
    assert done.stdout.split() == [str(n) for n in range(1, 1001)]


def test_settings_from_the_environment(psql):
    done = psql("SHOW statement_timeout; SHOW application_name; SHOW timezone; SHOW datestyle;", PGOPTIONS="-c statement_timeout=5s",
                PGAPPNAME="matrix", PGTZ="Europe/Prague", PGDATESTYLE="ISO, DMY")
    assert done.stdout.splitlines() == ["5s", "matrix", "Europe/Prague", "ISO, DMY"]
