"""Connecting: right and wrong credentials, unknown databases, expiry, limits, TLS. (Seed, Task 5: TestPGWireConnection, …SSL)"""

import socket
import ssl
import struct

import psycopg2
import pytest
from smew_server import eventually, farewell


def refused(workspace, **changes):
    with pytest.raises(psycopg2.OperationalError) as caught:
        workspace.connect(**changes)
    return str(caught.value)


def test_connect_with_valid_credentials(workspace):
    connection = workspace.connect()
    assert connection.status == psycopg2.extensions.STATUS_READY
    connection.close()


def test_names_have_the_documented_form(workspace):
    assert workspace.connection["database"] == f"workspace_{workspace.id}"
    assert workspace.connection["username"].startswith(f"ws_{workspace.id}_")
    assert len(workspace.connection["password"]) == 32


def test_connect_with_invalid_password(workspace):
    assert "password authentication failed" in refused(workspace, password="wrong")


def test_unknown_user_reads_like_a_wrong_password(workspace):
    known = refused(workspace, password="wrong").replace(workspace.connection["username"], "USER")
    unknown = refused(workspace, user="ws_nobody_00000000").replace("ws_nobody_00000000", "USER")
    assert known == unknown


def test_unknown_database_is_refused_after_a_right_password(workspace):
    assert 'database "other" does not exist' in refused(workspace, dbname="other")


def test_wrong_password_does_not_tell_whether_the_database_exists(workspace):
    assert "password authentication failed" in refused(workspace, dbname="other", password="wrong")


def test_connect_to_expired_workspace(start_server, data_root):
    server = start_server("expiry")
    project = server.project("expiring")
    workspace = project.workspace(ttl_hours=1)
    connection = workspace.connect()
    import sqlite3
    with sqlite3.connect(f"{server.data_dir}/metadata.sqlite") as metadata:
        metadata.execute("UPDATE workspaces SET expires_at = 1")
    assert "expired" in refused(workspace)

    code, text = farewell(connection)
    assert code == "57P01" and "expired" in text
    assert project.rest.request("GET", workspace.path).status_code == 410


def test_deleting_a_workspace_ends_its_sessions(shop):
    workspace = shop.workspace("short-lived")
    connection = workspace.connect()
    connection.autocommit = True
    shop.rest.delete(workspace.path)
    assert farewell(connection)[0] == "57P01"
    assert "password authentication failed" in refused(workspace)


def test_password_reset_ends_sessions_and_the_old_password(shop):
    workspace = shop.workspace("reset")
    connection = workspace.connect()
    reply = shop.rest.post(f"{workspace.path}/credentials/reset")
    new_password = reply.get("password") or reply["connection"]["password"]
    assert len(new_password) == 32 and new_password != workspace.connection["password"]
    assert "password was reset" in farewell(connection)[1]
    assert "password authentication failed" in refused(workspace)
    workspace.connect(password=new_password).close()


def test_connection_limit_enforced(start_server):
    server = start_server("limits", pgwire_max_connections_per_workspace=3)
    workspace = server.project("limited").workspace()
    held = [workspace.connect() for _ in range(3)]
    assert "too many connections" in refused(workspace)
    held.pop().close()
    eventually(lambda: _connects(workspace), 60, "a place is free again")
    for connection in held:
        connection.close()


def test_total_connection_limit(start_server):
    server = start_server("total-limit", pgwire_max_connections_total=2)
    project = server.project("limited")
    first, second = project.workspace("a"), project.workspace("b")
    held = [first.connect(), second.connect()]
    assert "too many clients" in refused(second)
    for connection in held:
        connection.close()


def _connects(workspace):
    try:
        workspace.connect().close()
        return True
    except psycopg2.OperationalError:
        return False


def test_reconnecting_many_times_leaks_no_place(workspace):
    for _ in range(150):  # more than the default limit of a workspace
        workspace.connect().close()


def test_ssl_connection(workspace):
    connection = workspace.connect(sslmode="require")
    assert connection.info.ssl_in_use
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM in_c_sales.orders")
        assert cursor.fetchone() == (1000,)
    connection.close()


def test_scram_with_channel_binding(workspace):
    workspace.connect(sslmode="require", channel_binding="require").close()


def test_large_result_over_tls(shop):
    workspace = shop.workspace("large", limits={"max_result_rows": 0})
    connection = workspace.connect(sslmode="require")
    with connection.cursor() as cursor:
        cursor.execute("SELECT i, 'row ' || i FROM range(300000) t(i)")
        rows = cursor.fetchall()
    assert len(rows) == 300000 and rows[-1] == (299999, "row 299999")
    connection.close()


def test_old_tls_versions_are_refused(server):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_connection((server.pg_host, server.pg_port)) as plain:
        plain.sendall(struct.pack("!ii", 8, 80877103))
        assert plain.recv(1) == b"S"
        with pytest.raises((ssl.SSLError, ConnectionError)):
            context.wrap_socket(plain)


def test_direct_tls_negotiation(server):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["postgresql"])
    with socket.create_connection((server.pg_host, server.pg_port)) as plain:
        with context.wrap_socket(plain) as secured:
            assert secured.selected_alpn_protocol() == "postgresql"
            body = struct.pack("!i", 196608) + b"user\0nobody\0\0"
            secured.sendall(struct.pack("!i", len(body) + 4) + body)
            assert secured.recv(1) == b"R"


def test_plain_connections_can_be_refused(start_server):
    server = start_server("tls-only", pgwire_ssl_mode="require")
    workspace = server.project("secure").workspace()
    assert "accepts encrypted connections only" in refused(workspace)
    workspace.connect(sslmode="require").close()


def test_login_deadline(start_server):
    server = start_server("login-deadline", pgwire_login_timeout_seconds=1)
    with socket.create_connection((server.pg_host, server.pg_port)) as silent:
        silent.settimeout(30)  # the default is a minute
        assert silent.recv(100) == b""


def test_many_failures_ban_the_address_for_a_while(start_server):
    server = start_server("throttle", auth_failure_limit=3, auth_ban_seconds=4)
    workspace = server.project("guarded").workspace()
    for _ in range(3):
        refused(workspace, password="wrong")
    refused(workspace)  # right password, but banned
    eventually(lambda: _connects(workspace), 60, "the ban ends")
    assert server.metric('pgwire_connections_total{status="auth_failed"}') >= 3


def test_unsupported_protocol_is_refused(server):
    with socket.create_connection((server.pg_host, server.pg_port)) as peer:
        peer.settimeout(60)
        peer.sendall(struct.pack("!ii", 8, 2 << 16))
        assert peer.recv(1000)[:1] in (b"E", b"")


@pytest.mark.parametrize("garbage", [b"GET / HTTP/1.1\r\n\r\n", b"\0" * 64, b"\xff" * 64, struct.pack("!i", 2**31 - 1) + b"x"])
def test_garbage_closes_only_its_own_connection(server, workspace, garbage):
    with socket.create_connection((server.pg_host, server.pg_port)) as peer:
        peer.settimeout(60)
        peer.sendall(garbage)
        try:
            while peer.recv(4096):
                pass
        except ConnectionResetError:
            pass
    assert workspace.query("SELECT 1") == [(1,)]
