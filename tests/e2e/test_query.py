"""POST …/query: one statement over HTTP, its result as lines of JSON while it comes."""

import http.client
import json
import threading
import urllib.parse

import pytest
import requests
from smew_server import Rest, eventually

HOUR = "SELECT count(*) FROM range(100000) a, range(100000) b, range(1000) c WHERE a.range + b.range + c.range = -1"


def run(workspace, sql, auth=None, expect=200, **fields):
    """The lines of a query, asked with the project's key or with (user, password)."""
    headers = {} if auth else {"Authorization": f"Bearer {workspace.project.key}"}
    reply = requests.post(workspace.project.server.url + workspace.path + "/query", json={"sql": sql, **fields}, auth=auth,
                          headers=headers, timeout=60)
    assert reply.status_code == expect, reply.text
    if expect != 200:
        return reply
    assert reply.headers["Content-Type"] == "application/x-ndjson"
    return [json.loads(line) for line in reply.text.splitlines()]


def rows(lines):
    return [row for line in lines if line["type"] == "rows" for row in line["rows"]]


def credentials(workspace):
    return workspace.connection["username"], workspace.connection["password"]


def test_header_rows_end(workspace):
    lines = run(workspace, "SELECT 1 AS i, 9007199254740993::bigint AS b, 1.50::numeric(5,2) AS n, true AS t, 'x\"y' AS s, NULL AS z, "
                           "'NaN'::float8 AS f, [1, 2] AS l")
    assert [line["type"] for line in lines] == ["started", "header", "rows", "end"]
    assert [column["name"] for column in lines[1]["columns"]] == ["i", "b", "n", "t", "s", "z", "f", "l"]
    assert [column["type"] for column in lines[1]["columns"]][:5] == ["integer", "bigint", "numeric", "boolean", "text"]
    assert rows(lines) == [[1, "9007199254740993", "1.50", True, 'x"y', None, "NaN", "{1,2}"]]
    assert lines[-1]["command"] == "SELECT 1" and lines[-1]["rows"] == 1 and lines[-1]["duration_ms"] > 0


def test_the_workspaces_own_credentials_open_it(workspace):
    assert rows(run(workspace, "SELECT current_user", auth=credentials(workspace))) == [[workspace.connection["username"]]]
    assert run(workspace, "SELECT 1", auth=(credentials(workspace)[0], "wrong"), expect=401).json()["error"] == "unauthorized"
    other = workspace.project.workspace("other")
    assert run(workspace, "SELECT 1", auth=credentials(other), expect=403).json()["error"] == "forbidden"


def test_who_am_i(workspace):
    url = workspace.project.server.url + "/whoami"
    mine = requests.get(url, auth=credentials(workspace), timeout=60).json()
    assert mine["kind"] == "workspace_user" and mine["workspace_id"] == workspace.id and mine["project_id"] == workspace.project.id
    assert workspace.project.rest.get("/whoami") == {"kind": "project_key", "project_id": "shop", "scope": "project_admin"}
    assert workspace.project.server.admin.get("/whoami") == {"kind": "admin"}


def test_a_reading_key_reads_and_writes_nothing(workspace):
    rest = workspace.project.rest
    key = rest.post(f"{workspace.project.path}/api-keys", {"description": "r", "scope": "project_read"}, expect=201)["api_key"]
    reader = Rest(workspace.project.server.url, key)

    def ask(sql):
        reply = reader.request("POST", workspace.path + "/query", 200, json={"sql": sql})
        return [json.loads(line) for line in reply.text.splitlines()]

    assert rows(ask("SELECT count(*) FROM in_c_sales.orders")) == [["1000"]]
    assert ask("CREATE TABLE no_way AS SELECT 1")[-1]["sqlstate"] == "25006"
    assert run(workspace, "SELECT * FROM no_way")[-1]["sqlstate"] == "42P01"


def test_errors_tell_sqlstate_and_position(workspace):
    line = run(workspace, "SELECT * FROM nothing_here")[-1]
    assert line["type"] == "error" and line["sqlstate"] == "42P01" and line["position"] == 15
    assert run(workspace, "SELECT 1; SELECT 2")[-1]["sqlstate"] == "42601"
    assert run(workspace, "COPY (SELECT 1) TO STDOUT")[-1]["sqlstate"] == "0A000"
    run(workspace, "CREATE OR REPLACE TABLE copied (i int)")
    assert run(workspace, "COPY copied FROM STDIN")[-1]["sqlstate"] == "0A000"
    assert run(workspace, "", expect=422).json()["error"] == "validation_error"


def test_parameters_and_max_rows(workspace):
    assert rows(run(workspace, "SELECT $1::int + 1, $2::text, $3::bool", parameters=[41, "it's", None])) == [[42, "it's", None]]
    lines = run(workspace, "SELECT * FROM range(100)", max_rows=10)
    assert len(rows(lines)) == 10 and lines[-1]["more"] is True


def test_a_large_result_streams(workspace):
    workspace.project.rest.patch(workspace.path, {"limits": {"max_result_rows": 0}})
    lines = run(workspace, "SELECT range AS i, 'row ' || range AS t FROM range(300000)")
    got = rows(lines)
    assert len(got) == 300_000 and got[-1] == ["299999", "row 299999"] and lines[-1]["rows"] == 300_000
    assert len(lines) > 10


def open_query(workspace, sql):
    """A connection whose reply has begun, and the first line of it."""
    address = urllib.parse.urlsplit(workspace.project.server.url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    body = json.dumps({"sql": sql, "application_name": "leaver"})
    connection.request("POST", workspace.path + "/query", body,
                       {"Authorization": f"Bearer {workspace.project.key}", "Content-Type": "application/json"})
    reply = connection.getresponse()
    return connection, reply, json.loads(reply.readline())


def sessions(workspace):
    return [one for one in workspace.project.rest.get(workspace.path + "/sessions")["sessions"] if one["application_name"] == "leaver"]


def test_closing_the_request_stops_the_statement(workspace):
    connection, reply, started = open_query(workspace, HOUR)
    assert [one["session_id"] for one in sessions(workspace)] == [started["session_id"]]
    reply.close()
    connection.close()
    eventually(lambda: not sessions(workspace), what="the end of the session")


def test_a_query_is_cancelled_by_its_id(workspace):
    connection, reply, started = open_query(workspace, HOUR)
    assert reply.headers["X-Query-ID"] == started["query_id"]
    workspace.project.rest.delete(f"{workspace.path}/queries/{started['query_id']}", expect=200)
    line = json.loads(reply.read().splitlines()[-1])
    assert line["type"] == "error" and line["sqlstate"] == "57014"
    connection.close()
    workspace.project.rest.delete(f"{workspace.path}/queries/{started['query_id']}", expect=404)


def test_a_session_that_is_disconnected_says_so(workspace):
    connection, reply, started = open_query(workspace, HOUR)
    workspace.project.rest.delete(f"{workspace.path}/sessions/{started['session_id']}", expect=200)
    assert json.loads(reply.read().splitlines()[-1])["sqlstate"] == "57P01"
    connection.close()


def test_who_reads_slowly_slows_only_its_own_query(workspace):
    """The result is far larger than all buffers between: what nobody reads is not produced."""
    connection, reply, _ = open_query(workspace, "SELECT repeat('x', 1000) FROM range(2000000)")
    before = workspace.project.server.metric("process_resident_memory_bytes")
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(rows(run(workspace, "SELECT 1")))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers == [[[1]]] * 3
    assert workspace.project.server.metric("process_resident_memory_bytes") < before + (64 << 20)
    reply.close()
    connection.close()
    eventually(lambda: not sessions(workspace), what="the end of the session")


@pytest.fixture(scope="module")
def narrow(start_server):
    return start_server("query-narrow", pgwire_max_connections_per_workspace=1)


def test_a_query_takes_a_place_among_the_connections(narrow):
    workspace = narrow.project("p").workspace()
    connection = workspace.connect()
    reply = run(workspace, "SELECT 1", expect=503).json()
    assert reply["error"] == "too_many_connections"
    connection.close()
    eventually(lambda: requests.post(narrow.url + workspace.path + "/query", json={"sql": "SELECT 1"}, timeout=60,
                                     headers={"Authorization": f"Bearer {workspace.project.key}"}).status_code == 200)
