"""The extended protocol to the letter, by hand-made messages over a logged-in connection's socket."""

import os
import socket
import struct

import pytest


class Wire:
    """Speaks raw messages on the socket of a psycopg2 connection that is only used to log in."""

    def __init__(self, workspace):
        self.connection = workspace.connect()
        self.socket = socket.socket(fileno=os.dup(self.connection.info.socket))
        self.socket.setblocking(True)
        self.socket.settimeout(60)
        self.buffer = b""

    def close(self):
        self.socket.close()
        self.connection.close()

    def send(self, *messages):
        self.socket.sendall(b"".join(kind + struct.pack("!i", len(body) + 4) + body for kind, body in messages))

    def read(self):
        while len(self.buffer) < 5 or len(self.buffer) < struct.unpack("!i", self.buffer[1:5])[0] + 1:
            more = self.socket.recv(65536)
            assert more, "the server closed the connection"
            self.buffer += more
        size = struct.unpack("!i", self.buffer[1:5])[0] + 1
        message, self.buffer = self.buffer[:size], self.buffer[size:]
        return message[:1].decode(), message[5:]

    def until_ready(self):
        messages = []
        while True:
            messages.append(self.read())
            if messages[-1][0] == "Z":
                return messages

    def kinds(self, *messages):
        self.send(*messages)
        return "".join(kind for kind, _ in self.until_ready())


def query(sql):
    return b"Q", sql.encode() + b"\0"


def parse(sql, name="", types=()):
    return b"P", name.encode() + b"\0" + sql.encode() + b"\0" + struct.pack(f"!h{len(types)}I", len(types), *types)


def bind(parameters=(), portal="", statement="", result_format=0):
    body = portal.encode() + b"\0" + statement.encode() + b"\0" + struct.pack("!h", 0) + struct.pack("!h", len(parameters))
    for parameter in parameters:
        body += struct.pack("!i", -1) if parameter is None else struct.pack("!i", len(parameter)) + parameter
    return b"B", body + struct.pack("!hh", 1, result_format)


def describe(kind, name=""):
    return b"D", kind.encode() + name.encode() + b"\0"


def execute(portal="", rows=0):
    return b"E", portal.encode() + b"\0" + struct.pack("!i", rows)


SYNC = (b"S", b"")


@pytest.fixture
def wire(workspace):
    wire = Wire(workspace)
    yield wire
    wire.close()


def test_simple_query_messages(wire):
    assert wire.kinds(query("SELECT 1")) == "TDCZ"
    assert wire.kinds(query("")) == "IZ"
    assert wire.kinds(query(" ; -- nothing\n;")) == "IZ"
    assert wire.kinds(query("SELECT 1; SELECT 2, 3; SELECT 4 WHERE false")) == "TDCTDCTCZ"
    assert wire.kinds(query("SELECT 1; SELECT nothing; SELECT 2")) in ("TDCEZ",)


def test_extended_query_messages(wire):
    assert wire.kinds(parse("SELECT 1"), bind(), describe("P"), execute(), SYNC) == "12TDCZ"
    assert wire.kinds(parse("SELECT 1"), bind(), execute(), SYNC) == "12DCZ"
    assert wire.kinds(parse(""), bind(), execute(), SYNC) == "12IZ"
    assert wire.kinds(SYNC) == "Z"


def test_describe_runs_nothing(wire):
    wire.kinds(query("CREATE OR REPLACE TABLE described (a INTEGER)"))
    assert wire.kinds(parse("INSERT INTO described VALUES ($1)", "ins"), describe("S", "ins"), SYNC) == "1tnZ"
    assert wire.kinds(parse("INSERT INTO described VALUES ($1) RETURNING a", "ret"), describe("S", "ret"), SYNC) == "1tTZ"
    assert wire.kinds(bind([b"5"], "p", "ins"), describe("P", "p"), SYNC) == "2nZ"
    wire.send(query("SELECT count(*) FROM described"))
    assert wire.until_ready()[1][1][-1:] == b"0"


def test_parameter_description_infers_types(wire):
    wire.send(parse("SELECT $1::INTEGER + 1, $2 || 'x' WHERE $3::DATE > DATE '2024-01-01'", "typed"), describe("S", "typed"), SYNC)
    kind, body = wire.until_ready()[1]
    assert kind == "t"
    count, *oids = struct.unpack("!h3I", body)
    assert count == 3 and oids[0] == 23 and oids[1] in (25, 1043) and oids[2] == 1082


def test_everything_is_skipped_until_sync_after_an_error(wire):
    wire.kinds(query("CREATE OR REPLACE TABLE skipped (a INTEGER)"))
    kinds = wire.kinds(parse("SELECT nothing"), bind(), execute(), parse("INSERT INTO skipped VALUES (1)"), bind(), execute(), SYNC,
                       parse("SELECT 1"), bind(), execute(), SYNC)
    assert kinds == "EZ"
    assert "".join(kind for kind, _ in wire.until_ready()) == "12DCZ"
    wire.send(query("SELECT count(*) FROM skipped"))
    assert wire.until_ready()[1][1][-1:] == b"0"


def test_an_error_undoes_what_came_before_it_since_the_last_sync(wire):
    wire.kinds(query("CREATE OR REPLACE TABLE undone (a INTEGER)"))
    assert wire.kinds(parse("INSERT INTO undone VALUES (1)"), bind(), execute(), parse("SELECT nothing"), SYNC) == "12CEZ"
    wire.send(query("SELECT count(*) FROM undone"))
    assert wire.until_ready()[1][1][-1:] == b"0"


def test_portal_with_a_row_limit(wire):
    wire.kinds(query("BEGIN"))
    assert wire.kinds(parse("SELECT i FROM range(5) t(i)"), bind(portal="p"), execute("p", 2), SYNC) == "12DDsZ"
    assert wire.kinds(execute("p", 2), SYNC) == "DDsZ"
    assert wire.kinds(execute("p", 2), SYNC) == "DCZ"
    assert wire.kinds(execute("p", 2), SYNC) in ("CZ", "EZ")
    wire.kinds(query("ROLLBACK"))


def test_two_portals_may_be_read_in_turn(wire):
    wire.kinds(query("BEGIN"))
    assert wire.kinds(parse("SELECT i FROM range(4) t(i)", "s"), bind(portal="a", statement="s"), bind(portal="b", statement="s"), SYNC) == "122Z"
    for portal in ("a", "b", "a"):
        wire.send(execute(portal, 1), SYNC)
        messages = wire.until_ready()
        assert [kind for kind, _ in messages] == ["D", "s", "Z"]
    assert messages[0][1][-1:] == b"1"
    wire.kinds(query("COMMIT"))


def test_portals_end_with_their_transaction(wire):
    assert wire.kinds(parse("SELECT 1"), bind(portal="gone"), SYNC) == "12Z"
    assert wire.kinds(execute("gone"), SYNC) == "EZ"


def test_wrong_number_of_parameters(wire):
    assert wire.kinds(parse("SELECT $1::INTEGER"), bind([]), SYNC) == "1EZ"
    assert wire.kinds(parse("SELECT $1::INTEGER"), bind([b"1", b"2"]), SYNC) == "1EZ"


def test_null_and_bad_parameters(wire):
    assert wire.kinds(parse("SELECT $1::INTEGER"), bind([None]), execute(), SYNC) == "12DCZ"
    wire.send(parse("SELECT $1::INTEGER"), bind([b"not a number"]), execute(), SYNC)
    messages = wire.until_ready()
    error = next(body for kind, body in messages if kind == "E")
    assert b"C22P02\0" in error


def test_unknown_statement_and_portal(wire):
    assert wire.kinds(bind(statement="nowhere"), SYNC) == "EZ"
    assert wire.kinds(describe("S", "nowhere"), SYNC) == "EZ"
    assert wire.kinds((b"C", b"Snowhere\0"), SYNC) == "3Z"


def test_named_statement_cannot_be_replaced_silently(wire):
    assert wire.kinds(parse("SELECT 1", "twice"), SYNC) == "1Z"
    assert wire.kinds(parse("SELECT 2", "twice"), SYNC) == "EZ"
    assert wire.kinds((b"C", b"Stwice\0"), parse("SELECT 2", "twice"), SYNC) == "31Z"


def test_binary_results(wire):
    wire.send(parse("SELECT 258::INTEGER, true, 1.5::DOUBLE"), bind(result_format=1), execute(), SYNC)
    row = next(body for kind, body in wire.until_ready() if kind == "D")
    assert row == struct.pack("!hiiiBid", 3, 4, 258, 1, 1, 8, 1.5)


def test_function_call_is_refused(wire):
    assert wire.kinds((b"F", struct.pack("!ihhh", 1, 0, 0, 0))) == "EZ"


def test_transaction_status(wire):
    def status(sql):
        wire.send(query(sql))
        return wire.until_ready()[-1][1]

    assert [status(sql) for sql in ("SELECT 1", "BEGIN", "SELECT 1", "SELECT nothing", "SELECT 1", "ROLLBACK")] == [
        b"I", b"T", b"T", b"E", b"E", b"I"]


def test_an_unknown_message_is_a_protocol_error(wire):
    wire.send((b"?", b"x"))
    kind, body = wire.read()
    assert kind == "E" and b"C08P01\0" in body


def test_a_pipeline_of_thousands_of_statements(wire):
    count = 5000
    messages = []
    for number in range(count):
        messages += [parse("SELECT $1::INTEGER"), bind([str(number).encode()]), execute()]
    import threading
    sender = threading.Thread(target=wire.send, args=(*messages, SYNC))
    sender.start()
    kinds = "".join(kind for kind, _ in wire.until_ready())
    sender.join()
    assert kinds == "12DC" * count + "Z"


def test_parameters_beside_a_table_functions(wire):
    """Such a statement is planned with its values; each must keep the type it is cast to."""
    wire.send(parse("SELECT i, $1::VARCHAR FROM range($2) q(i)"), bind([b"x", b"3"]), execute(), SYNC)
    rows = [body for kind, body in wire.until_ready() if kind == "D"]
    assert len(rows) == 3 and rows[0].endswith(b"x")


def test_a_duplicate_key_is_23505_also_within_one_transaction(wire):
    wire.kinds(query("CREATE OR REPLACE TABLE once (a INTEGER PRIMARY KEY)"))
    for statements in (["INSERT INTO once VALUES (1), (1)"], ["BEGIN", "INSERT INTO once VALUES (2)", "INSERT INTO once VALUES (2)"]):
        for statement in statements:
            wire.send(query(statement))
            messages = wire.until_ready()
        assert b"C23505\0" in messages[0][1], messages
        wire.kinds(query("ROLLBACK"))
