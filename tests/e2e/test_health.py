"""Liveness, readiness and the detail of health."""

import datetime
import os
import signal
import subprocess
import time

import requests
from smew_server import eventually

COMPONENTS = ["metadata_store", "postgresql", "engine", "disk", "memory", "certificate"]


def test_all_is_well(server):
    for path in ("/health", "/health/ready"):
        reply = requests.get(server.url + path, timeout=30)
        assert reply.status_code == 200, reply.text
        body = reply.json()
        assert list(body["components"]) == COMPONENTS
        assert body["ready"] is True and body["reasons"] == [] and body["storage_available"] is True
        assert {component["status"] for component in body["components"].values()} <= {"healthy", "degraded"}
        assert all(set(component) <= {"status", "reason"} for component in body["components"].values())  # no numbers
    assert requests.get(server.url + "/health/live", timeout=30).json()["status"] == "alive"


def test_the_detail_has_numbers_and_is_the_admins(server, shop):
    assert requests.get(server.url + "/health/detail", timeout=30).status_code == 401
    assert shop.rest.request("GET", "/health/detail").status_code == 403
    detail = server.admin.get("/health/detail")
    components = detail["components"]
    assert list(components) == COMPONENTS
    assert components["disk"]["free_bytes"] > components["disk"]["least_free_bytes"]
    assert 0 < components["memory"]["gateway_bytes"] < components["memory"]["total_bytes"]
    assert components["engine"]["duckdb_version"] and components["engine"]["workers"] >= 0
    assert components["postgresql"]["address"].endswith(str(server.pg_port))
    assert components["certificate"]["days_left"] > 800  # made at the start, for 825 days


def test_an_engine_that_hangs_is_told(start_server):
    server = start_server("health-engine", health_engine_check_seconds=1, health_engine_timeout_seconds=1)
    workspace = server.project("engine").workspace()
    workspace.query("SELECT 1")

    def engine(wanted):
        now = server.admin.get("/health/detail")["components"]["engine"]
        return now if now.get("engines_checked") == 1 and now["status"] == wanted else None

    well = eventually(lambda: engine("healthy"), 60, "an engine that answers")
    assert well["engines_failed"] == [] and well["slowest_answer_us"] > 0 and well["checked_at"]
    pid = server.events("worker_started")[-1]["pid"]
    os.kill(pid, signal.SIGSTOP)
    try:
        ill = eventually(lambda: engine("degraded"), 60, "an engine that hangs")
    finally:
        os.kill(pid, signal.SIGCONT)
    assert ill["reason"] == "a workspace's engine does not answer"
    assert ill["engines_failed"] == [{"workspace_id": workspace.id, "problem": "the engine has not answered in time"}]
    assert server.events("engine_check_failed")[-1]["workspace_id"] == workspace.id
    assert server.metric('smew_engine_checks_total{status="error"}') >= 1
    assert server.metric('smew_engine_checks_total{status="success"}') >= 1
    eventually(lambda: engine("healthy"), 60, "an engine that answers again")
    assert workspace.query("SELECT 2") == [(2,)]
    server.stop()


def test_a_full_disk_is_not_ready_and_says_so(start_server):
    server = start_server("health-full", health_min_free_disk=10**15, health_min_free_memory=10**15)
    reply = requests.get(server.url + "/health/ready", timeout=30)
    assert reply.status_code == 503
    assert reply.json()["reasons"] == ["disk space is short (health_min_free_disk)"]
    assert reply.json()["components"]["disk"]["status"] == "unhealthy" and reply.json()["ready"] is False
    assert requests.get(server.url + "/health", timeout=30).status_code == 503
    assert requests.get(server.url + "/health/live", timeout=30).status_code == 200
    detail = server.admin.get("/health/detail")
    assert detail["status"] == "unhealthy"
    assert detail["components"]["memory"]["status"] == "degraded"  # which alone keeps no requests away
    server.stop()


def test_a_certificate_that_expires_soon_is_told(start_server, tmp_path):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "5",
                    "-subj", "/CN=localhost", "-keyout", tmp_path / "key.pem", "-out", tmp_path / "cert.pem"],
                   check=True, capture_output=True)
    server = start_server("health-certificate", tls_cert_file=tmp_path / "cert.pem", tls_key_file=tmp_path / "key.pem")
    certificate = server.admin.get("/health/detail")["components"]["certificate"]
    assert certificate["status"] == "degraded" and certificate["days_left"] in (4, 5)
    assert certificate["reason"] == "the TLS certificate expires soon (health_certificate_days)"
    expires = datetime.datetime.fromisoformat(certificate["expires_at"].replace("Z", "+00:00")).timestamp()
    assert 3 * 86400 < expires - time.time() < 6 * 86400
    assert requests.get(server.url + "/health/ready", timeout=30).status_code == 200
    server.stop()

