"""docs/workspace-troubleshooting.md tells the truth: every error it lists is provoked and compared with what the page says."""

import os
import re
import signal
import socket
import sqlite3
import threading

import psycopg
import psycopg2
import pytest
from smew_server import ROOT, eventually, farewell
from test_turns import LARGE, Client

PAGE = ROOT / "docs/workspace-troubleshooting.md"
LONG = "SELECT count(*) FROM generate_series(1, 100000000000) t(i) WHERE i % 7 = 3"
ROW = re.compile(r"^\| (`(?P<code>\w{5})`|\(none\)) \| `(?P<message>[^|]*)` \|", re.MULTILINE)


def listed():
    """(SQLSTATE or None, message) of each row of the page."""
    return [(row["code"], row["message"]) for row in ROW.finditer(PAGE.read_text())]


def pattern(message):
    return re.escape(message).replace("…", ".*")


PROVOKERS = {}


def provokes(message):
    def register(function):
        assert message not in PROVOKERS
        PROVOKERS[message] = function
        return function
    return register


def statement(message, *statements, **options):
    """The last of the statements fails so, in a transaction of them all."""
    @provokes(message)
    def provoke(case):
        with psycopg.connect(**case.workspace.parameters(**options)) as connection:
            for before in statements[:-1]:
                connection.execute(before)
            with pytest.raises(psycopg.Error) as caught:
                connection.execute(statements[-1], prepare=False)
            connection.rollback()
            return caught.value.sqlstate, str(caught.value)


class Case:
    """What provokers start from."""

    def __init__(self, start_server, server, shop, workspace):
        self.start_server, self.server, self.shop, self.workspace = start_server, server, shop, workspace

    def own_server(self, name, **settings):
        return self.start_server(f"troubles-{name}", **settings)


def refused(connect):
    """A failed connection's text has no SQLSTATE field in libpq: the message is all there is."""
    with pytest.raises(psycopg2.OperationalError) as caught:
        connect()
    return None, str(caught.value)


# ---------------------------------------------------------------- connecting

@provokes("Connection refused")
def _(case):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return refused(lambda: case.workspace.connect(port=unused.getsockname()[1]))


@provokes('password authentication failed for user "…"')
def _(case):
    return refused(lambda: case.workspace.connect(password="wrong"))


@provokes("too many failed login attempts")
def _(case):
    workspace = case.own_server("logins", auth_failure_limit=2).project("logins").workspace()
    for _ in range(2):
        refused(lambda: workspace.connect(password="wrong"))
    return refused(workspace.connect)


@provokes('workspace "…" has expired')
def _(case):
    server = case.own_server("expiry")
    workspace = server.project("expiry").workspace(ttl_hours=1)
    with sqlite3.connect(f"{server.data_dir}/metadata.sqlite") as metadata:
        metadata.execute("UPDATE workspaces SET expires_at = 1")
    return refused(workspace.connect)


@provokes("this server accepts encrypted connections only")
def _(case):
    workspace = case.own_server("encrypted", pgwire_ssl_mode="require").project("encrypted").workspace()
    return refused(lambda: workspace.connect(sslmode="disable"))


@provokes('database "…" does not exist')
def _(case):
    return refused(lambda: case.workspace.connect(dbname="workspace_of_another"))


@provokes("too many connections to this workspace (limit …)")
def _(case):
    workspace = case.own_server("per-workspace", pgwire_max_connections_per_workspace=1).project("full").workspace()
    first = workspace.connect()
    try:
        return refused(workspace.connect)
    finally:
        first.close()


@provokes("sorry, too many clients already")
def _(case):
    workspace = case.own_server("total", pgwire_max_connections_total=1).project("full").workspace()
    first = workspace.connect()
    try:
        return refused(workspace.connect)
    finally:
        first.close()


@provokes("replication connections are not supported")
def _(case):
    return refused(lambda: case.workspace.connect(replication="database"))


# ---------------------------------------------------------------- connections that end

def ended(case, act, workspace=None, **options):
    connection = (workspace or case.shop.workspace("ending")).connect(**options)
    act(connection)
    return farewell(connection)


@provokes("terminating connection due to administrator command")
def _(case):
    workspace = case.shop.workspace("disconnected")
    return ended(case, lambda _: case.shop.rest.post(f"{workspace.path}/disconnect-all"), workspace)


@provokes("terminating connection because the workspace's password was reset")
def _(case):
    workspace = case.shop.workspace("reset")
    return ended(case, lambda _: case.shop.rest.post(f"{workspace.path}/credentials/reset"), workspace)


@provokes("terminating connection because the workspace has expired or was deleted")
def _(case):
    workspace = case.shop.workspace("deleted")
    return ended(case, lambda _: case.shop.rest.delete(workspace.path), workspace)


@provokes("terminating connection because the server is shutting down")
def _(case):
    server = case.own_server("stopping")
    return ended(case, lambda _: server.process.terminate(), server.project("stopping").workspace())


@provokes("terminating connection because the workspace's worker process ended unexpectedly")
def _(case):
    server = case.own_server("crash")
    workspace = server.project("crash").workspace()
    return ended(case, lambda _: [os.kill(pid, signal.SIGKILL) for pid in server.workers()], workspace)


@provokes("terminating connection due to idle-session timeout")
def _(case):
    server = case.own_server("idle", pgwire_idle_timeout_seconds=1)
    return ended(case, lambda _: None, server.project("idle").workspace())


@provokes("terminating connection due to idle-in-transaction timeout")
def _(case):
    server = case.own_server("idle-in-transaction", pgwire_idle_in_transaction_timeout_seconds=1)
    return ended(case, lambda connection: connection.cursor().execute("SELECT 1"), server.project("idle").workspace())


# ---------------------------------------------------------------- statements

@provokes("canceling statement due to user request")
def _(case):
    with psycopg.connect(**case.workspace.parameters()) as connection:
        caught = {}

        def run():
            try:
                connection.execute(LONG)
            except psycopg.Error as error:
                caught["error"] = error

        thread = threading.Thread(target=run)
        thread.start()

        def cancelled():  # a cancel that comes before the statement has no effect
            connection.cancel_safe()
            thread.join(0.1)
            return not thread.is_alive()

        eventually(cancelled, what="the cancelled statement's end")
        connection.rollback()
        return caught["error"].sqlstate, str(caught["error"])


@provokes("out of memory…")
def _(case):
    workspace = case.shop.workspace("small", memory_limit="64MB")
    with pytest.raises(psycopg2.Error) as caught:
        workspace.query("SELECT repeat('x', 2000000000)")
    return caught.value.pgcode, str(caught.value)


@provokes("too many statements of this workspace wait for memory")
def _(case):
    workspace = case.shop.workspace("crowd", memory_limit="256MB", limits={"temp_limit_gb": 100, "max_concurrent_queries": 2})
    clients = [Client(workspace, ["SET query_class = large"]).start(LARGE) for _ in range(4)]
    refused = eventually(lambda: next((one for one in clients if one.error), None), 60, "the one too many")
    for client in clients:
        client.stop()
    return refused.error.pgcode, str(refused.error)


@provokes("could not serialize access due to concurrent update")
def _(case):
    case.workspace.query("CREATE TABLE contended AS SELECT 1 AS i")
    with psycopg.connect(**case.workspace.parameters()) as one, psycopg.connect(**case.workspace.parameters()) as two:
        one.execute("UPDATE contended SET i = 2")
        with pytest.raises(psycopg.Error) as caught:
            two.execute("UPDATE contended SET i = 3")
        two.rollback()
        return caught.value.sqlstate, str(caught.value)


@provokes('missing data for column "…"')
def _(case):
    case.workspace.query("CREATE TABLE two_columns (a int, b int)")
    with psycopg.connect(**case.workspace.parameters()) as connection:
        with pytest.raises(psycopg.Error) as caught:
            with connection.cursor().copy("COPY two_columns FROM STDIN") as copy:
                copy.write("1\n")
        connection.rollback()
        return caught.value.sqlstate, str(caught.value)


statement("canceling statement due to statement timeout", "SET statement_timeout = 100", LONG)
statement("cannot execute … in a read-only transaction", "SET TRANSACTION READ ONLY", "CREATE TABLE read_only (i int)")
statement("permission denied: function … is not available in a workspace", "SELECT * FROM read_csv('/etc/passwd')")
statement('relation "…" does not exist', "SELECT * FROM no_such_table")
statement('column "…" does not exist', "SELECT no_such_column FROM in_c_sales.orders")
statement("function … does not exist", "SELECT no_such_function(1)")
statement('syntax error at or near "…"', "SELEC 1")
statement("… is not supported", "CREATE FUNCTION one() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'")
statement("division by zero", "SELECT 1 / (amount * 0) FROM in_c_sales.orders")
statement("invalid input syntax for type …", "SELECT 'abc'::int")
statement("… out of range…", "SELECT 2147483647 + id::int FROM in_c_sales.orders WHERE id > 0")
statement("duplicate key value violates unique constraint…", "CREATE TEMP TABLE keys (i int PRIMARY KEY)", "INSERT INTO keys VALUES (1)",
          "INSERT INTO keys VALUES (1)")
statement('null value in column "…" … violates not-null constraint', "CREATE TEMP TABLE filled (i int NOT NULL)", "INSERT INTO filled VALUES (NULL)")
statement('prepared statement "…" does not exist', "EXECUTE never_prepared")


@provokes("current transaction is aborted, commands ignored until end of transaction block")
def _(case):
    with psycopg.connect(**case.workspace.parameters()) as connection:
        with pytest.raises(psycopg.Error):
            connection.execute("SELECT * FROM no_such_table")
        with pytest.raises(psycopg.Error) as caught:
            connection.execute("SELECT 1")
        connection.rollback()
        return caught.value.sqlstate, str(caught.value)


@pytest.fixture(scope="module")
def case(start_server, server, shop, workspace):
    return Case(start_server, server, shop, workspace)


def test_every_listed_error_has_a_provoker_and_the_other_way_round():
    messages = [message for _, message in listed()]
    assert sorted(messages) == sorted(PROVOKERS)


@pytest.mark.parametrize("code,message", listed(), ids=[re.sub(r"\W+", "-", f"{code}-{message}") for code, message in listed()])
def test_error_is_as_the_page_says(case, code, message):
    got_code, got_message = PROVOKERS[message](case)
    if got_code is not None:
        assert got_code == code
    assert re.search(pattern(message), got_message), got_message
