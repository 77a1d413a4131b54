"""What a workspace may use, and what happens when it wants more. (Seed, Task 6)"""

import os
import pathlib
import signal
import threading

import psycopg2
import pytest
from smew_server import eventually

SPILL = "SELECT count(*) FROM (SELECT hash(i) AS h FROM range({}) t(i) ORDER BY h) WHERE h > 3"


def patch_limits(workspace, **limits):
    return workspace.project.rest.patch(workspace.path, {"limits": limits})["limits"]


def in_force(cursor, name, value):
    """The change waits for the worker, but for a second only."""
    def shown():
        cursor.execute(f"SHOW smew.{name}")
        return cursor.fetchone() == (value,)

    eventually(shown, 60, f"{name} = {value} in the worker")


def usage(workspace):
    return workspace.project.rest.get(workspace.path + "/usage")


@pytest.fixture
def own_workspace(shop):
    workspace = shop.workspace("limits")
    yield workspace
    shop.rest.delete(workspace.path)


@pytest.fixture
def session(own_workspace):
    connection = own_workspace.connect()
    connection.autocommit = True
    yield connection.cursor()
    connection.close()


# ---------------------------------------------------------------- memory


def test_memory_limit_enforced(shop):
    """Query exceeding memory limit fails gracefully."""
    workspace = shop.workspace("memory", memory_limit="128MB")
    connection = workspace.connect()
    connection.autocommit = True
    cursor = connection.cursor()
    bombs = ["SELECT length(repeat(repeat('x', 1000000), 4000 + i)) FROM range(1) t(i)",
             "SELECT list_sum(range(300000000 + i)) FROM range(1) t(i)",
             "SELECT count(DISTINCT l) FROM (SELECT list(i) AS l FROM range(60000000) t(i) GROUP BY i % 3)"]
    for bomb in bombs:
        with pytest.raises(psycopg2.errors.OutOfMemory) as refused:
            cursor.execute(bomb)
        assert refused.value.diag.message_hint, bomb
        cursor.execute("SELECT 'still here'")
        assert cursor.fetchone() == ("still here",)
    connection.close()


def test_memory_limit_is_changed_without_reconnecting(shop):
    workspace = shop.workspace("memory-live", memory_limit="64MB")
    connection = workspace.connect()
    connection.autocommit = True
    cursor = connection.cursor()
    needs_more = "SELECT length(repeat(repeat('x', 1000000), 700 + i)) FROM range(1) t(i)"
    with pytest.raises(psycopg2.errors.OutOfMemory):
        cursor.execute(needs_more)
    assert patch_limits(workspace, memory_limit="2GB")["memory_limit"] == "2GB"
    in_force(cursor, "memory_limit", "2GB")
    cursor.execute(needs_more)
    connection.close()


# ---------------------------------------------------------------- results


def test_result_row_limit(session):
    """Query returning too many rows is rejected."""
    session.execute("SELECT i FROM range(100000) t(i)")
    assert len(session.fetchall()) == 100_000
    with pytest.raises(psycopg2.errors.ProgramLimitExceeded) as refused:
        session.execute("SELECT i FROM range(100001) t(i)")
    assert "100000 rows" in refused.value.diag.message_primary
    for way_out in ("LIMIT", "COPY", "export", "max_result_rows"):
        assert way_out in refused.value.diag.message_hint
    session.execute("SELECT 1")
    assert session.fetchone() == (1,)


def test_result_byte_limit(session, own_workspace):
    patch_limits(own_workspace, max_result_bytes=1_000_000)
    in_force(session, "max_result_bytes", "1000000")
    with pytest.raises(psycopg2.errors.ProgramLimitExceeded) as refused:
        session.execute("SELECT repeat('x', 1000) FROM range(1100)")
    assert "1MB" in refused.value.diag.message_primary and "max_result_bytes" in refused.value.diag.message_hint
    # One value that is too large itself is not sent either.
    with pytest.raises(psycopg2.errors.ProgramLimitExceeded):
        session.execute("SELECT repeat('x', 2000000)")
    session.execute("SELECT repeat('x', 1000) FROM range(900)")
    assert len(session.fetchall()) == 900


def test_result_limits_are_changed_without_reconnecting(session, own_workspace):
    limits = patch_limits(own_workspace, max_result_rows=10)
    assert limits["max_result_rows"] == 10 and limits["max_result_bytes"] == 100_000_000

    def refused():
        try:
            session.execute("SELECT i FROM range(11) t(i)")
            return False
        except psycopg2.errors.ProgramLimitExceeded:
            return True

    eventually(refused, what="the lower limit")
    patch_limits(own_workspace, max_result_rows=0, max_result_bytes=0)
    eventually(lambda: not refused(), what="no limit")
    session.execute("SELECT i FROM range(300000) t(i)")
    assert session.rowcount == 300_000
    patch_limits(own_workspace, max_result_rows=None, max_result_bytes=None)
    assert own_workspace.project.rest.get(own_workspace.path)["limits"]["max_result_rows"] == 100_000


def test_returning_is_a_result_and_nothing_of_it_is_kept(session, own_workspace):
    patch_limits(own_workspace, max_result_rows=10)
    in_force(session, "max_result_rows", "10")
    session.execute("CREATE TABLE t (i int)")
    with pytest.raises(psycopg2.errors.ProgramLimitExceeded):
        session.execute("INSERT INTO t SELECT i FROM range(11) r(i) RETURNING i")
    session.execute("SELECT count(*) FROM t")
    assert session.fetchone() == (0,)


def test_cursors_and_copy_are_ways_around(own_workspace):
    patch_limits(own_workspace, max_result_rows=1000)
    connection = own_workspace.connect()
    with connection.cursor("rows") as by_fetch:
        by_fetch.itersize = 1000
        by_fetch.execute("SELECT i FROM range(5000) t(i)")
        assert sum(1 for _ in by_fetch) == 5000
    with connection.cursor() as cursor:
        cursor.execute("DECLARE c CURSOR FOR SELECT i FROM range(5000) t(i)")
        with pytest.raises(psycopg2.errors.ProgramLimitExceeded):
            cursor.execute("FETCH 1001 FROM c")
    connection.rollback()
    with connection.cursor() as cursor:
        class Lines:
            count = 0

            def write(self, text):
                self.count += text.count(b"\n" if isinstance(text, bytes) else "\n")
        lines = Lines()
        cursor.copy_expert("COPY (SELECT i FROM range(5000) t(i)) TO STDOUT", lines)
        assert lines.count == 5000
    connection.close()


def test_a_portal_counts_over_all_its_parts(own_workspace):
    """A fetch size does not lift the limit: the rows of one statement are counted over all its Executes."""
    import asyncio
    import asyncpg
    patch_limits(own_workspace, max_result_rows=1000)
    parameters = own_workspace.parameters()

    async def run():
        connection = await asyncpg.connect(host=parameters["host"], port=parameters["port"], ssl=False,
                                           user=parameters["user"], password=parameters["password"],
                                           database=parameters["dbname"])
        seen = 0
        with pytest.raises(asyncpg.ProgramLimitExceededError):
            async with connection.transaction():
                async for _ in connection.cursor("SELECT i FROM range(5000) t(i)", prefetch=100):
                    seen += 1
        assert seen == 1000
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()

    asyncio.run(run())


# ---------------------------------------------------------------- what is shown


def test_every_limit_is_shown_by_show_and_rest(session, own_workspace):
    rest = own_workspace.project.rest.get(own_workspace.path)["limits"]
    shown = {}
    for name in ("statement_timeout", "idle_session_timeout", "idle_in_transaction_session_timeout",
                 "smew.memory_limit", "smew.size_limit", "smew.temp_limit", "smew.max_result_rows",
                 "smew.max_result_bytes", "smew.max_concurrent_queries", "smew.large_query_percent",
                 "smew.running_queries_allowed"):
        session.execute(f"SHOW {name}")
        shown[name] = session.fetchone()[0]
    assert shown == {"statement_timeout": "5min", "idle_session_timeout": "1h",
                     "idle_in_transaction_session_timeout": "10min", "smew.memory_limit": rest["memory_limit"],
                     "smew.size_limit": shown["smew.size_limit"], "smew.temp_limit": shown["smew.temp_limit"],
                     "smew.max_result_rows": "100000", "smew.max_result_bytes": "100000000",
                     "smew.max_concurrent_queries": "16", "smew.large_query_percent": "75",
                     "smew.running_queries_allowed": "16"}
    assert rest["statement_timeout_seconds"] == 300 and rest["idle_timeout_seconds"] == 3600
    assert rest["idle_in_transaction_timeout_seconds"] == 600 and rest["size_limit_gb"] == 10
    with pytest.raises(psycopg2.errors.CantChangeRuntimeParam):
        session.execute("SET smew.max_result_rows = 5")


def test_timeouts_are_changed_without_reconnecting(own_workspace):
    connection = own_workspace.connect()
    connection.autocommit = True
    cursor = connection.cursor()
    patch_limits(own_workspace, statement_timeout_seconds=1)

    def shown():
        cursor.execute("SHOW statement_timeout")
        return cursor.fetchone()[0]

    eventually(lambda: shown() == "1s", what="the lower timeout")
    with pytest.raises(psycopg2.errors.QueryCanceled):
        cursor.execute("SELECT count(*) FROM range(100000000000) t(i) WHERE i % 7 = 3")
    patch_limits(own_workspace, statement_timeout_seconds=900)
    eventually(lambda: shown() == "15min", what="the higher timeout")
    patch_limits(own_workspace, idle_timeout_seconds=1)
    from smew_server import farewell
    assert farewell(connection)[0] == "57P05"


def test_null_gives_a_limit_back_to_the_instance(own_workspace):
    before = own_workspace.project.rest.get(own_workspace.path)["limits"]
    changed = {"memory_limit": "512MB", "size_limit_gb": 3, "max_result_rows": 7}
    assert {name: patch_limits(own_workspace, **changed)[name] for name in changed} == changed
    assert patch_limits(own_workspace, **dict.fromkeys(changed)) == before


def test_nonsense_is_refused(own_workspace):
    for limits in ({"max_result_rows": -1}, {"max_concurrent_queries": 0}, {"temp_limit_gb": 0},
                   {"memory_limit": "1KB"}, {"max_result_rowz": 1}, {"statement_timeout_seconds": "soon"}):
        reply = own_workspace.project.rest.request("PATCH", own_workspace.path, 422, json={"limits": limits})
        assert next(iter(limits)) in reply.text, reply.text


# ---------------------------------------------------------------- disk


def test_workspace_size_tracking(session, own_workspace):
    """Workspace size is tracked and reported."""
    before = usage(own_workspace)
    assert before["disk_limit_bytes"] == 10 << 30 and before["temp_bytes"] == 0
    session.execute("CREATE TABLE t AS SELECT hash(i) AS a, hash(i + 1) AS b FROM range(1000000) r(i)")
    # Two columns of numbers that do not compress.
    eventually(lambda: usage(own_workspace)["disk_bytes"] > before["disk_bytes"] + 14_000_000, what="the table's size")
    session.execute("DROP TABLE t")
    eventually(lambda: usage(own_workspace)["queries"]["success"] >= 2, what="the statements' count")
    now = usage(own_workspace)
    assert now["sessions"] == 1 and now["running_queries"] == 0
    assert now["memory_limit_bytes"] == 4_000_000_000 and 0 < now["memory_bytes"] < 1_000_000_000


def test_usage_tells_what_a_workspace_and_the_instance_use(session, own_workspace, shop):
    before = usage(own_workspace)
    session.execute("SELECT i FROM range(500) t(i)")
    with pytest.raises(psycopg2.Error):
        session.execute("SELECT nothing")
    eventually(lambda: usage(own_workspace)["queries"]["error"] == before["queries"]["error"] + 1, 60, "the error")
    now = usage(own_workspace)
    assert now["open"] and now["workspace_id"] == own_workspace.id and now["project_id"] == "shop"
    assert now["rows_sent"] >= before["rows_sent"] + 500 and now["bytes_sent"] > before["bytes_sent"] + 500 * 8
    assert now["queries"]["total"] >= before["queries"]["total"] + 2 and now["queries"]["success"] >= 1
    assert now["disk_limit_bytes"] == 10 << 30 and now["temp_limit_bytes"] == 10 << 30
    assert now["max_concurrent_queries"] == 16 and now["waiting_queries"] == 0
    assert now["since"].endswith("Z") and now["query_milliseconds"] >= 0
    whole = shop.server.admin.get("/usage")
    assert whole["open_workspaces"] >= 1 and whole["sessions"] >= 1
    assert whole["queries"]["total"] >= now["queries"]["total"] and whole["memory_bytes"] >= 0
    assert 0 < whole["memory_granted_bytes"] <= whole["memory_limit_bytes"]
    shop.rest.request("GET", "/usage", 403)
    shop.rest.request("GET", f"{shop.path}/workspaces/nothere1/usage", 404)


def test_a_full_workspace_reads_deletes_and_drops_and_then_has_room_again(start_server):
    server = start_server("full", workspace_default_size_limit_gb=1)
    workspace = server.project("full").workspace()
    connection = workspace.connect()
    connection.autocommit = True
    cursor = connection.cursor()
    fill = "CREATE TABLE {} AS SELECT hash(i) AS a, hash(i + 1) AS b FROM range({}) t(i)"
    cursor.execute(fill.format("kept", 200_000))
    # Writing a GB takes a minute; blocks that are only reserved count as well.
    directory = next(path.parent for path in pathlib.Path(server.data_dir).rglob("*.duckdb") if "workspaces" in path.parts)
    ballast = directory / "ballast"
    with open(ballast, "wb") as file:
        os.posix_fallocate(file.fileno(), 0, (1 << 30) - 40_000_000)
    for attempt in range(2):
        with pytest.raises(psycopg2.errors.DiskFull) as refused:
            cursor.execute(fill.format("large", 20_000_000))
        assert "size_limit_gb" in refused.value.diag.message_hint
        cursor.execute("SELECT count(*) FROM kept")
        assert cursor.fetchone() == (200_000,)
        # What failed is gone; what fits is taken.
        cursor.execute(fill.format(f"fits{attempt}", 10_000))
    # Full to the brim, as the worker sees it when it looks again.
    with open(ballast, "r+b") as file:
        os.posix_fallocate(file.fileno(), 0, 1 << 30)

    def full():
        cursor.execute("SELECT count(*) FROM kept")
        return usage(workspace)["disk_bytes"] >= 1 << 30

    eventually(full, 60, "the workspace is full")
    [alert] = eventually(lambda: [one for one in workspace.project.rest.get("/projects/full/alerts")["alerts"]
                                  if one["alert"] == "WorkspaceSizeExceeded"], what="the alert")
    assert alert["context"]["workspace_id"] == workspace.id and alert["context"]["limit"] == 1 << 30
    assert alert["status"] == "firing" and alert["context"]["current_size"] >= 0.9 * (1 << 30)
    for statement in ("INSERT INTO kept SELECT 1, 2", "CREATE TABLE more (a int)", "UPDATE kept SET a = 0 WHERE b = 1"):
        with pytest.raises(psycopg2.errors.DiskFull):
            cursor.execute(statement)
    cursor.execute("SELECT count(*), max(a) > 0 FROM kept")
    assert cursor.fetchone() == (200_000, True)
    cursor.execute("DELETE FROM kept WHERE a % 2 = 0")
    assert cursor.rowcount > 0
    cursor.execute("DROP TABLE fits0")
    cursor.execute("DROP TABLE fits1")
    ballast.unlink()

    def room():
        try:
            cursor.execute("INSERT INTO kept SELECT 1, 2")
            return True
        except psycopg2.errors.DiskFull:
            return False

    eventually(room, 60, "room after what took it is gone")
    connection.close()


def test_a_drop_makes_room(start_server):
    """The space of a dropped table is used again, though the file stays as large as it was."""
    server = start_server("drop", workspace_default_size_limit_gb=1)
    workspace = server.project("drop").workspace()
    connection = workspace.connect()
    connection.autocommit = True
    cursor = connection.cursor()
    fill = "CREATE TABLE {} AS SELECT hash(i) AS a, hash(i + 1) AS b FROM range({}) t(i)"
    cursor.execute(fill.format("one", 2_000_000))
    eventually(lambda: usage(workspace)["disk_bytes"] > 25_000_000, 60, "the table on disk")
    directory = next(path.parent for path in pathlib.Path(server.data_dir).rglob("*.duckdb") if "workspaces" in path.parts)
    with open(directory / "ballast", "wb") as file:
        os.posix_fallocate(file.fileno(), 0, (1 << 30) - 50_000_000)
    with pytest.raises(psycopg2.errors.DiskFull):
        cursor.execute(fill.format("large", 50_000_000))
    cursor.execute("DROP TABLE one")

    def fits():
        try:
            cursor.execute(fill.format("two", 1_500_000))
            return True
        except psycopg2.errors.DiskFull:
            return False

    eventually(fits, 60, "room for another table of that size")
    cursor.execute("SELECT count(*) FROM two")
    assert cursor.fetchone() == (1_500_000,)
    connection.close()


# ---------------------------------------------------------------- the governor


def test_what_all_workspaces_may_use_never_exceeds_the_machines_share(start_server):
    server = start_server("governed", memory_total_limit="400MB", workspace_default_memory_limit="256MB", workspace_threads=1)
    project = server.project("governed")
    workspaces = [project.workspace(f"w{n}") for n in range(4)]
    hungry = "SELECT count(DISTINCT h) FROM (SELECT hash(i + {}) AS h FROM range(3000000) t(i))"
    ends, unexpected = [], []
    begin, stop = threading.Barrier(len(workspaces)), threading.Event()

    def work(number, workspace):
        try:
            connection = workspace.connect()
            connection.autocommit = True
            with connection.cursor() as cursor:
                begin.wait(60)
                while not stop.is_set():
                    try:
                        cursor.execute(hungry.format(number))
                        ends.append("ok")
                    except psycopg2.errors.OutOfMemory as error:
                        ends.append(error.pgcode)
            connection.close()
        except Exception as error:  # noqa: BLE001
            unexpected.append(repr(error))
            begin.abort()

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(workspaces)]
    for thread in threads:
        thread.start()
    seen = []

    def watched():
        totals = server.admin.get("/usage")
        seen.append(totals["memory_granted_bytes"])
        return unexpected or len(ends) >= 8
    eventually(watched, 300, "eight ends")
    stop.set()
    for thread in threads:
        thread.join(60)
    assert not unexpected
    assert max(seen) <= 400_000_000 and set(ends) <= {"ok", "53200"} and "ok" in ends
    # Each holds a connection, and so a worker: one that finds not even 64 MB is told so, and nobody else is harmed.
    connections = [workspace.connect() for workspace in workspaces]
    more = []
    with pytest.raises(psycopg2.OperationalError, match="memory is used up"):
        for number in range(4):
            more.append(project.workspace(f"more{number}").connect())
            with more[-1].cursor() as cursor:
                cursor.execute("SELECT 1")
    assert server.admin.get("/usage")["memory_granted_bytes"] <= 400_000_000
    for connection in connections:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        connection.close()
    for connection in more:
        connection.close()
    assert server.metric("smew_worker_start_refused_total") >= 1 and server.metric("smew_worker_lost_total") == 0


# ---------------------------------------------------------------- temporary files


def kill_all_at_once(server):
    """Neither may clean up behind the other: the server stands still while its workers go."""
    server.process.send_signal(signal.SIGSTOP)
    for pid in server.workers():
        os.kill(pid, signal.SIGKILL)
    server.kill()


def test_temp_storage_cleanup(start_server):
    """Temp files are cleaned up after session."""
    server = start_server("temp", worker_idle_seconds=1, workspace_threads=1)
    workspace = server.project("temp").workspace(memory_limit="64MB")
    root = pathlib.Path(server.data_dir)

    def temp_files():
        return [path for directory in root.rglob("tmp") for path in directory.rglob("*") if path.is_file()]

    def spill(stop_when_seen):
        connection = workspace.connect()
        cursor = connection.cursor()
        failed = []

        def run():
            try:
                cursor.execute(SPILL.format(60_000_000))
            except psycopg2.Error as error:
                failed.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        eventually(temp_files, 60, "a spilled file")
        assert eventually(lambda: workspace.project.rest.get(workspace.path + "/usage")["temp_bytes"], 60, "temp bytes")
        stop_when_seen(connection)
        thread.join(60)
        assert not thread.is_alive() and failed
        connection.close()

    spill(lambda connection: connection.cancel())
    eventually(lambda: not temp_files(), 60, "no file after the session and its worker have ended")
    spill(lambda connection: kill_all_at_once(server))
    assert temp_files(), "a killed server leaves its files"
    server.start()
    workspace.project.rest.url = server.url
    eventually(lambda: not temp_files(), 60, "no file after the next start")
