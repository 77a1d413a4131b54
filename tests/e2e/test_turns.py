"""How many statements run at a time: of a workspace, of a project, of the machine; and memory for large ones. (Seed, Task 6)"""

import re
import threading

import psycopg2
import pytest
from smew_server import eventually, farewell

LONG = "SELECT sum(a.i * b.i) FROM range(10000000) a(i), range(10000000) b(i)"
# Holds all its rows to sort them: some hundred megabytes, if they were all in memory.
LARGE = "SELECT max(h) FROM (SELECT hash(i) AS h, i, i + 1 AS j FROM range(2000000000) t(i) ORDER BY h OFFSET 10)"


class Client:
    """A connection that runs one statement in a thread."""

    def __init__(self, workspace, settings=()):
        self.connection = workspace.connect()
        self.connection.autocommit = True
        self.pid = self.connection.info.backend_pid
        self.cursor = self.connection.cursor()
        self.workspace = workspace
        self.rows = self.error = None
        for setting in settings:
            self.cursor.execute(setting)

    def start(self, sql):
        self.rows = self.error = None
        self.thread = threading.Thread(target=self._run, args=(sql,))
        self.thread.start()
        return self

    def _run(self, sql):
        try:
            self.cursor.execute(sql)
            self.rows = self.cursor.fetchall()
        except psycopg2.Error as error:
            self.error = error

    def session(self):
        sessions = self.workspace.project.rest.get(self.workspace.path + "/sessions")["sessions"]
        return next((s for s in sessions if s["backend_pid"] == self.pid), None)

    def until(self, waiting_for, text):
        return eventually(lambda: (s := self.session()) and s["state"] == "active" and s["waiting_for"] == waiting_for and
                          (text is None or s["current_query"] == text) and s, 60, f"{text!r} waits for {waiting_for}")

    def start_until_it_waits(self, sql):
        """A lower limit holds for what comes after the worker has heard of it: what ran before is tried again."""
        def waits():
            self.start(sql)
            eventually(lambda: not self.thread.is_alive() or self.session()["waiting_for"] == "turn", 60, f"{sql!r} ends or waits")
            return self.thread.is_alive()
        eventually(waits, 60, f"{sql!r} waits")

    def wait(self):
        self.thread.join(60)
        assert not self.thread.is_alive()
        return self.rows

    def rest(self, how):
        path = f"{self.workspace.path}/sessions/{self.session()['session_id']}"
        return self.workspace.project.rest.post(path + "/cancel") if how == "cancel" else self.workspace.project.rest.delete(path, expect=200)

    def stop(self):
        self.connection.cancel()
        self.thread.join(60)
        assert not self.thread.is_alive()
        self.connection.close()


def patch(workspace, **limits):
    return workspace.project.rest.patch(workspace.path, {"limits": limits})["limits"]


def usage(workspace):
    return workspace.project.rest.get(workspace.path + "/usage")


@pytest.fixture
def narrow(shop):
    workspace = shop.workspace("narrow", limits={"max_concurrent_queries": 1})
    yield workspace
    shop.rest.delete(workspace.path)


# ---------------------------------------------------------------- of a workspace


def test_a_statement_waits_and_a_higher_limit_holds_at_once(narrow):
    first, second = Client(narrow), Client(narrow)
    first.start(LONG).until(None, LONG)
    second.start("SELECT 'second'").until("turn", "SELECT 'second'")
    eventually(lambda: usage(narrow)["waiting_queries"] == 1, 60, "it is counted")
    assert patch(narrow, max_concurrent_queries=2)["max_concurrent_queries"] == 2
    assert second.wait() == [("second",)]
    # And a lower one for what comes then.
    patch(narrow, max_concurrent_queries=1)
    second.start_until_it_waits("SELECT 'again'")
    first.stop()
    assert second.wait() == [("again",)]
    second.connection.close()


def test_who_waits_is_cancelled_timed_out_and_disconnected(narrow):
    first, second = Client(narrow), Client(narrow)
    first.start(LONG).until(None, LONG)
    second.start("SELECT 1").until("turn", "SELECT 1")
    second.rest("cancel")
    second.wait()
    assert second.error.pgcode == "57014"
    second.start("SELECT 2").until("turn", "SELECT 2")
    second.connection.cancel()
    second.wait()
    assert second.error.pgcode == "57014"
    patch(narrow, statement_timeout_seconds=1)
    second.start("SELECT 3")
    second.wait()
    assert second.error.pgcode == "57014" and "timeout" in str(second.error)
    patch(narrow, statement_timeout_seconds=None)
    second.start("SELECT 4").until("turn", "SELECT 4")
    second.rest("disconnect")
    second.wait()
    assert second.connection.closed
    # A new connection is greeted, and told to go, while nobody else has a turn.
    idle = narrow.connect()
    narrow.project.rest.post(narrow.path + "/disconnect-all")
    assert farewell(idle)[0] == "57P01"
    first.thread.join(60)
    assert first.connection.closed


def test_all_take_their_turn(narrow):
    """Twelve clients at a limit of one, in both protocols: nobody is forgotten, and pipelines give way."""
    import psycopg
    done = []

    def simple(number):
        connection = narrow.connect()
        connection.autocommit = True
        with connection.cursor() as cursor:
            for i in range(40):
                cursor.execute(f"SELECT {number} * 1000 + {i}; SELECT {i}")
        connection.close()
        done.append(number)

    def extended(number):
        with psycopg.connect(**narrow.parameters(), autocommit=True) as connection, connection.pipeline():
            results = [connection.execute("SELECT %s::int + 1", (i,), prepare=True) for i in range(40)]
            assert [r.fetchone()[0] for r in results] == list(range(1, 41))
        done.append(number)

    threads = [threading.Thread(target=extended if n % 2 else simple, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    assert sorted(done) == list(range(12))


# ---------------------------------------------------------------- of a project and of the machine


@pytest.fixture(scope="module")
def limited(start_server):
    return start_server("turns", max_running_queries=1)


def settings_of(server):
    return {row["name"]: row for row in server.admin.get("/settings")["settings"]}


def test_statements_of_all_workspaces_share_the_machines_limit(limited):
    project = limited.project("sharing")
    one, other = project.workspace("one"), project.workspace("other")
    first, second = Client(one), Client(other)
    first.start(LONG).until(None, LONG)
    second.start("SELECT 'other'").until("turn", None)
    assert limited.admin.get("/usage")["running_queries"] <= 1
    first.connection.cancel()
    first.wait()
    assert second.wait() == [("other",)]
    # From now on two.
    again = LONG + " -- again"
    first.start(again).until(None, again)
    second.start("SELECT 'two'").until("turn", None)
    changed = limited.admin.patch("/settings", {"max_running_queries": 2})
    assert {s["name"]: s["value"] for s in changed["settings"]}["max_running_queries"] == "2"
    assert second.wait() == [("two",)]
    # Of one project's.
    limited.admin.patch("/settings", {"max_running_queries": 0, "max_running_queries_per_project": 1})
    second.start_until_it_waits("SELECT 'three'")
    stranger = limited.project("stranger").workspace()
    assert stranger.query("SELECT 'not concerned'") == [("not concerned",)]
    limited.admin.patch("/settings", {"max_running_queries_per_project": 0})
    assert second.wait() == [("three",)]
    first.stop()
    second.connection.close()


def test_turns_go_round_among_workspaces(limited):
    """Two at a time for five workspaces that always want one: each comes to its end."""
    limited.admin.patch("/settings", {"max_running_queries": 2})
    project = limited.project("round")
    workspaces = [project.workspace(f"w{n}") for n in range(5)]
    done = []

    def work(workspace):
        connection = workspace.connect()
        connection.autocommit = True
        with connection.cursor() as cursor:
            for i in range(15):
                cursor.execute(f"SELECT count(*) FROM range({100000 + i}) t(i) WHERE i % 7 = 3")
        connection.close()
        done.append(workspace.id)

    threads = [threading.Thread(target=work, args=(workspace,)) for workspace in workspaces]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    limited.admin.patch("/settings", {"max_running_queries": 0})
    assert sorted(done) == sorted(workspace.id for workspace in workspaces)


# ---------------------------------------------------------------- memory by class


def test_large_statements_share_a_part_of_the_memory(shop):
    workspace = shop.workspace("classes", memory_limit="256MB", limits={"temp_limit_gb": 100})
    both = [Client(workspace).start(f"{LARGE} -- {n}") for n in (1, 2)]
    # Whichever was planned first has its claim.
    waiting = eventually(lambda: next((one for one in both if (one.session() or {}).get("waiting_for") == "memory"), None),
                         60, "one waits")
    running = both[1 - both.index(waiting)]
    assert running.session()["waiting_for"] is None and running.session()["state"] == "active"
    # Small ones do not wait, and neither does who says that his is small.
    assert workspace.query("SELECT count(*) FROM range(1000)") == [(1000,)]
    third = Client(workspace, ["SET query_class = small"]).start(LARGE + " -- 3")
    third.until(None, LARGE + " -- 3")
    third.stop()
    chosen = Client(workspace, ["SET query_class = large"]).start("SELECT count(*) FROM range(1000) GROUP BY range % 2 ORDER BY 1")
    chosen.until("memory", None)
    chosen.stop()
    # Without classes nobody waits.
    assert patch(workspace, large_query_percent=0)["large_query_percent"] == 0
    waiting.until(None, None)
    running.stop()
    waiting.stop()
    with pytest.raises(psycopg2.errors.InvalidParameterValue):
        workspace.query("SET query_class = huge")
    shop.rest.delete(workspace.path)


def test_small_statements_find_a_thread_however_many_wait_for_memory(shop):
    """As many wait as may run; the next ones are told so, and nobody who is small notices."""
    workspace = shop.workspace("crowd", memory_limit="256MB", limits={"temp_limit_gb": 100, "max_concurrent_queries": 2})
    # Each of a shape of its own: a plan that several share knows less of what they hold.
    large = lambda number: re.sub(r"\bh\b", f"h{number}", LARGE)  # noqa: E731
    running = Client(workspace).start(LARGE)
    running.until(None, LARGE)
    crowd = [Client(workspace, ["SET query_class = large"]).start(large(number)) for number in range(10)]
    # More than there would be threads for them all: 2 x 2 + 2.
    eventually(lambda: sum(not one.thread.is_alive() for one in crowd) == 8, 60, "all but two are refused")
    refused = [one for one in crowd if not one.thread.is_alive()]
    waiting = [one for one in crowd if one not in refused]
    assert {one.error.pgcode for one in refused} == {"53200"}
    assert "max_concurrent_queries" in refused[0].error.diag.message_hint
    for one in waiting:
        one.until("memory", None)
    with workspace.connect() as connection, connection.cursor() as cursor:
        for _ in range(20):
            cursor.execute("SELECT 1")
            assert cursor.fetchall() == [(1,)]
    assert all(one.thread.is_alive() for one in [running, *waiting])
    # Who was refused goes on, and finds a place when one is free.
    refused[0].cursor.execute("SELECT 2")
    assert refused[0].cursor.fetchall() == [(2,)]
    waiting[0].stop()
    refused[0].start(large(99)).until("memory", large(99))
    for one in [running, waiting[1], *refused]:
        one.stop()
    shop.rest.delete(workspace.path)


# ---------------------------------------------------------------- the instance's limits


def test_limits_of_the_instance_are_changed_while_it_runs(start_server):
    server = start_server("live-settings")
    workspace = server.project("live").workspace()
    connection = workspace.connect()
    connection.autocommit = True
    cursor = connection.cursor()
    before = settings_of(server)
    assert before["workspace_max_result_rows"]["value"] == "100000" and before["workspace_max_result_rows"]["live"]
    assert before["admin_key"]["value"] == "***" and not before["data_dir"]["live"]
    server.admin.patch("/settings", {"workspace_max_result_rows": 10, "workspace_max_concurrent_queries": 3,
                                     "workspace_max_result_bytes": "2MB", "pgwire_query_timeout_seconds": 60,
                                     "workspace_temp_limit_gb": 2, "pgwire_max_connections_per_workspace": 1,
                                     "memory_total_limit": "1GB", "workspace_large_query_percent": 50})

    def shown(name):
        cursor.execute(f"SHOW {name}")
        return cursor.fetchone()[0]

    eventually(lambda: shown("smew.max_result_rows") == "10", 60, "the change in the worker")
    assert shown("smew.max_concurrent_queries") == "3" and shown("smew.max_result_bytes") == "2000000"
    assert shown("statement_timeout") == "1min" and shown("smew.large_query_percent") == "50"
    limits = workspace.project.rest.get(workspace.path)["limits"]
    assert limits["max_result_rows"] == 10 and limits["temp_limit_gb"] == 2 and limits["max_concurrent_queries"] == 3
    with pytest.raises(psycopg2.errors.ProgramLimitExceeded):
        cursor.execute("SELECT i FROM range(11) t(i)")
    with pytest.raises(psycopg2.OperationalError, match="too many connections"):
        workspace.connect()
    assert server.admin.get("/usage")["memory_limit_bytes"] == 1_000_000_000
    eventually(lambda: usage(workspace)["memory_granted_bytes"] <= 1_000_000_000, what="a smaller share of it")
    for wrong, told in (({"workspace_max_result_rows": -1}, "whole number"), ({"data_dir": "/x"}, "while the server runs"),
                        ({"no_such_setting": 1}, "no_such_setting"), ({"memory_total_limit": "much"}, "size")):
        reply = server.admin.request("PATCH", "/settings", 422, json={"workspace_max_ttl_hours": 200, **wrong})
        assert told in reply.text, reply.text
    now = settings_of(server)
    assert now["workspace_max_result_rows"]["value"] == "10" and now["workspace_max_ttl_hours"]["value"] == "168"
    workspace.project.rest.request("PATCH", "/settings", 403, json={"max_running_queries": 1})
    assert [e["setting"] for e in server.events("setting_changed")].count("memory_total_limit") == 1
    connection.close()
