"""What a server answers to a statement, byte by byte, through libpq."""

import dataclasses

import psycopg
from psycopg import pq

TEXT, BINARY = pq.Format.TEXT, pq.Format.BINARY


@dataclasses.dataclass(frozen=True)
class Answer:
    sqlstate: str = ""
    message: str = ""
    tag: str = ""
    names: tuple = ()
    types: tuple = ()  # OIDs
    rows: tuple = ()   # tuples of bytes or None


class Session:
    """One connection, in which the statements of a topic run one after the other."""

    def __init__(self, parameters):
        self.connection = psycopg.connect(**parameters, autocommit=True)
        self.libpq = self.connection.pgconn
        for setting in ("TimeZone = 'UTC'", "DateStyle = 'ISO, MDY'"):
            self.libpq.exec_(f"SET {setting}".encode())

    def close(self):
        self.connection.close()

    def ask(self, statement):
        """The answers to a statement: in text by the simple protocol and, if it only reads, in binary by the extended one.
        With parameters the extended one serves for both."""
        sql = statement.sql.encode()
        parameters = [None if value is None else value.encode() for value in statement.parameters]
        formats = [TEXT, BINARY] if statement.reads else [TEXT]
        return [self._answer(sql, parameters, format_) for format_ in formats]

    def _answer(self, sql, parameters, format_):
        if format_ == TEXT and not parameters:
            return answer_of(self.libpq.exec_(sql))
        return answer_of(self.libpq.exec_params(sql.rstrip(b";"), parameters, result_format=format_))


def answer_of(result):
    if result.status in (pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.BAD_RESPONSE):
        field = result.error_field
        return Answer(sqlstate=(field(pq.DiagnosticField.SQLSTATE) or b"").decode(),
                      message=(field(pq.DiagnosticField.MESSAGE_PRIMARY) or result.error_message).decode())
    columns = range(result.nfields)
    return Answer(
        tag=(result.command_status or b"").decode(),
        names=tuple(result.fname(i).decode() for i in columns),
        types=tuple(result.ftype(i) for i in columns),
        rows=tuple(tuple(result.get_value(row, i) for i in columns) for row in range(result.ntuples)))
