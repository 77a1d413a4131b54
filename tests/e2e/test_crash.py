"""kill -9 of the gateway, of a workspace's worker and of a loader: what was acknowledged is there, nothing half-made shows."""

import os
import signal
import threading
import time

import psycopg2
import pytest
import requests
from smew_server import eventually, farewell


def wide_csv(rows, marker):
    return "id,marker,filler\n" + "".join(f"{i},{marker},{'x' * 200}\n" for i in range(rows))


def test_worker_killed_tells_its_clients_and_the_next_connection_works(start_server):
    server = start_server("kill-worker")
    project = server.project("p")
    workspace, neighbour = project.workspace("victim"), project.workspace("neighbour")
    connection = workspace.connect()
    connection.autocommit = True
    connection.cursor().execute("CREATE TABLE kept AS SELECT 1 AS a")
    calm = neighbour.connect()
    victim = [pid for pid in server.workers() if _cmdline_uid(pid) == _socket_owner(server, workspace)] or server.workers()[:1]
    os.kill(victim[0], signal.SIGKILL)
    assert farewell(connection)[0] == "57P02"
    calm.cursor().execute("SELECT 1")
    assert workspace.query("SELECT a FROM kept") == [(1,)]
    eventually(lambda: server.metric("smew_worker_lost_total") == 1, 60, "the loss is counted")
    eventually(lambda: server.events("worker_lost"), what="its line in the log")


def _cmdline_uid(pid):
    return os.stat(f"/proc/{pid}").st_uid


def _socket_owner(server, workspace):
    """The user of the worker that has this workspace's directory: the first workspace's one is the lowest."""
    return min((_cmdline_uid(pid) for pid in server.workers()), default=None)


def test_acknowledged_writes_survive_kill_of_everything(start_server, data_root):
    server = start_server("kill-all")
    workspace = server.project("p").workspace()
    acknowledged = []
    connection = workspace.connect()
    connection.autocommit = True
    connection.cursor().execute("CREATE TABLE log (n INTEGER)")
    stop = threading.Event()

    def write():
        number = 0
        try:
            while not stop.is_set():
                connection.cursor().execute(f"INSERT INTO log VALUES ({number})")
                acknowledged.append(number)
                number += 1
        except psycopg2.Error:
            pass

    writer = threading.Thread(target=write)
    writer.start()
    eventually(lambda: len(acknowledged) > 50, 60, "some writes were acknowledged")
    workers = server.workers()
    server.kill()
    for pid in workers:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    stop.set()
    writer.join(10)
    server.start()
    rows = {row[0] for row in workspace.query("SELECT n FROM log")}
    assert set(acknowledged) <= rows


def test_gateway_killed_during_imports_leaves_whole_versions_only(start_server):
    server = start_server("kill-gateway-import")
    project = server.project("p")
    project.bucket("in.c-x")
    project.import_csv("in_c_x", "t", wide_csv(1000, 0))
    acknowledged = [0]
    stop = threading.Event()

    def load():
        marker = 1
        while not stop.is_set():
            try:
                project.import_csv("in_c_x", "t", wide_csv(20000, marker))
                acknowledged.append(marker)
                marker += 1
            except (requests.RequestException, AssertionError):
                return

    for _ in range(2):
        stop.clear()
        before = len(acknowledged)
        loader = threading.Thread(target=load)
        loader.start()
        eventually(lambda: len(acknowledged) > before, 60, "an import was acknowledged")
        time.sleep(0.15)  # into the next one
        server.kill()
        stop.set()
        loader.join(30)
        server.start()
        project.rest.url = server.url
        workspace = project.workspace(f"check{len(acknowledged)}")
        markers = workspace.query("SELECT DISTINCT marker FROM in_c_x.t")
        assert len(markers) == 1, "rows of two versions show"
        assert markers[0][0] >= acknowledged[-1]
        assert workspace.query("SELECT count(*) FROM in_c_x.t")[0][0] in (1000, 20000)
        acknowledged.append(markers[0][0])
    staging = [path for path in server.data_dir.glob("projects/*/staging/*") if not path.name.startswith("tmp")]
    assert not staging, f"left behind: {staging}"


def made_by_a_load(server):
    return list(server.data_dir.glob("projects/*/staging/*.duckdb"))


def test_loader_killed_fails_the_import_and_keeps_the_table(start_server):
    server = start_server("kill-loader")
    project = server.project("p")
    project.bucket("in.c-x")
    project.import_csv("in_c_x", "t", wide_csv(10, 7))
    before = server.workers()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    outcome = {}

    def load():
        path = f"{project.path}/buckets/in_c_x/tables/t/import?format=csv&mode=replace"
        outcome["reply"] = project.rest.request("POST", path, data=wide_csv(1_500_000, 8).encode())

    thread = threading.Thread(target=load)
    thread.start()
    eventually(lambda: made_by_a_load(server), what="a load under way")
    for pid in set(server.workers()) - set(before):
        os.kill(pid, signal.SIGKILL)
    thread.join(120)
    assert outcome["reply"].status_code >= 500
    assert outcome["reply"].json()["error"]
    workspace = project.workspace()
    assert workspace.query("SELECT count(*), min(marker) FROM in_c_x.t") == [(10, 7)]
    assert project.import_csv("in_c_x", "t", wide_csv(5, 9))["imported_rows"] == 5


def test_sigterm_tells_every_client_and_loses_nothing(start_server):
    server = start_server("sigterm")
    workspace = server.project("p").workspace()
    connection, idle = workspace.connect(), workspace.connect(sslmode="require")
    connection.autocommit = True
    connection.cursor().execute("CREATE TABLE kept AS SELECT i FROM range(1000) t(i)")
    workers = server.workers()
    assert workers and server.stop() == 0
    assert farewell(connection) == ("57P01", "terminating connection because the server is shutting down")
    with pytest.raises(psycopg2.OperationalError):
        idle.cursor().execute("SELECT 1")
    server.start()
    assert workspace.query("SELECT count(*) FROM kept") == [(1000,)]
    assert not [pid for pid in workers if _is_worker(pid)], "workers outlived their server"


def _is_worker(pid):
    try:
        with open(f"/proc/{pid}/cmdline") as command:
            return command.read() == "smew\0worker\0"
    except OSError:
        return False
