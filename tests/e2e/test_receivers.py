"""Against receivers that others wrote: Bugsink takes errors in its strict mode and groups them, Kent takes all else."""

import pathlib

import psycopg2
import pytest
from receivers import Bugsink, Kent
from sentry_sink import PATIENT
from smew_server import eventually
from test_sentry import break_uploads, monitoring_python  # noqa: F401


@pytest.fixture(scope="module")
def bugsink(monitoring_python, tmp_path_factory):  # noqa: F811
    receiver = Bugsink(pathlib.Path(monitoring_python).parent, tmp_path_factory.mktemp("bugsink"))
    yield receiver
    receiver.stop()


@pytest.fixture(scope="module")
def kent(monitoring_python, tmp_path_factory):  # noqa: F811
    receiver = Kent(pathlib.Path(monitoring_python).parent, tmp_path_factory.mktemp("kent"))
    yield receiver
    receiver.stop()


def fails(workspace, sql):
    with pytest.raises(psycopg2.Error) as failed:
        workspace.query(sql)
    return failed.value.pgcode


def test_bugsink_groups_by_sqlstate_and_statement(bugsink, start_server):
    server = start_server("bugsink", sentry_dsn=bugsink.dsn, sentry_statement_errors="all", environment="staging", **PATIENT)
    project = server.project("p")
    project.bucket("in.c-x")
    workspace = project.workspace()
    cast = fails(workspace, "SELECT 'first'::int")
    assert fails(workspace, "SELECT 'second'::int") == cast  # the same but for its literal
    missing = fails(workspace, "SELECT * FROM nowhere")
    break_uploads(server)
    reply = project.rest.request("POST", f"{project.path}/buckets/in_c_x/tables/t/import", params={"format": "csv"},
                                 data=b"a\n1\n")
    assert reply.status_code == 500
    server.stop()

    def issues():
        found = {issue["calculated_type"]: issue for issue in bugsink.issues()}
        return found if len(found) >= 3 else None
    issues = eventually(issues, 120, "three issues")
    assert set(issues) == {f"SQLSTATE {cast}", f"SQLSTATE {missing}", "smew::http::ProblemException"}
    assert issues[f"SQLSTATE {cast}"]["digested_event_count"] == 2
    assert issues[f"SQLSTATE {missing}"]["digested_event_count"] == 1
    event = bugsink.events(issues[f"SQLSTATE {cast}"])[0]["data"]
    assert event["contexts"]["postgres"]["query"].startswith("SELECT ?::") and event["environment"] == "staging"
    assert event["tags"]["workspace"] == workspace.id
    thrown = bugsink.events(issues["smew::http::ProblemException"])[0]["data"]
    frames = thrown["exception"]["values"][-1]["stacktrace"]["frames"]
    assert any("open_upload" in frame.get("function", "") for frame in frames)


def test_kent_takes_all_kinds_of_items(kent, start_server):
    server = start_server("kent", sentry_dsn=kent.dsn, sentry_api_sample_rate=1, sentry_traces_sample_rate=1,
                          sentry_profiles_sample_rate=1, sentry_health_sample_rate=0, profile_hertz=1000, **PATIENT)
    project = server.project("p")
    workspace = project.workspace()
    workspace.query("SELECT 1")
    fails(workspace, "SELECT 'x'::int")  # the client's fault: not reported, by default
    for _ in range(3):
        server.admin.get("/health")
    # Each makes a verifier of a password, with thousands of rounds: CPU time, so that there is something to profile.
    for number in range(30):
        project.workspace(f"more{number}")
    eventually(lambda: kent.items("check_in"), 120, "a check-in")
    assert server.stop() == 0
    transactions = kent.items("transaction")
    names = {one["transaction"] for one in transactions}
    assert {"POST /projects", "POST /projects/{project}/workspaces", "pgwire SELECT"} <= names
    assert not any(name.startswith("GET /health") for name in names)
    assert kent.items("sessions")[0]["attrs"]["release"].startswith("smew@")
    discarded = [entry for report in kent.items("client_report") for entry in report["discarded_events"]]
    assert ("sample_rate", "transaction") in {(entry["reason"], entry["category"]) for entry in discarded}
    assert not kent.items("event")
    chunk = kent.items("profile_chunk")[0]
    assert chunk["version"] == "2" and chunk["platform"] == "native" and len(chunk["chunk_id"]) == 32
    profiled = {one["contexts"]["profile"]["profiler_id"] for one in transactions if "profile" in one["contexts"]}
    assert profiled == {chunk["profiler_id"]}
    profile = chunk["profile"]
    for sample in profile["samples"]:
        stack = profile["stacks"][sample["stack_id"]]
        assert stack and max(stack) < len(profile["frames"]) and sample["thread_id"] in profile["thread_metadata"]
    assert any(frame.get("function", "").startswith("smew::") for frame in profile["frames"])
