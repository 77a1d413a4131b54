#!/usr/bin/env python3
"""Writes the seed inputs of the fuzz targets into corpus/. Run it after a change here; the files are committed."""

import pathlib
import struct

ROOT = pathlib.Path(__file__).parent / "corpus"


def frame(kind, body):
    return kind.encode() + struct.pack(">i", len(body) + 4) + body


def startup_frame(body):
    return struct.pack(">i", len(body) + 4) + body


def text(value):
    return value.encode() + b"\0"


def u16(*values):
    return struct.pack(f">{len(values)}H", *values)


def i32(*values):
    return struct.pack(f">{len(values)}i", *values)


def value(data):
    return i32(-1) if data is None else i32(len(data)) + data


STARTUP = {
    "login": startup_frame(u16(3, 0) + text("user") + text("ann") + text("database") + text("db") + b"\0"),
    "login-3.2": startup_frame(u16(3, 2) + text("user") + text("ann") + text("_pq_.x") + text("1") + b"\0"),
    "ssl-then-login": startup_frame(i32(80877103)) + startup_frame(u16(3, 0) + text("user") + text("a") + b"\0"),
    "gss": startup_frame(i32(80877104)),
    "cancel": startup_frame(i32(80877102, 7) + b"abcd"),
    "cancel-long-key": startup_frame(i32(80877102, 7) + b"k" * 32),
    "sasl-initial": text("SCRAM-SHA-256") + value(b"n,,n=,r=abc"),
    "http": b"GET / HTTP/1.1\r\n\r\n",
}

FRONTEND = {
    "query": frame("Q", text("SELECT 1")),
    "pipeline": frame("P", text("s") + text("SELECT $1") + u16(2) + i32(23, 0))
    + frame("B", text("p") + text("s") + u16(1, 1, 2) + value(b"\0\0\0\1") + value(None) + u16(1, 0))
    + frame("D", b"P" + text("p")) + frame("E", text("p") + i32(100)) + frame("C", b"S" + text("s")) + frame("S", b""),
    "copy": frame("d", b"1\t2\n") + frame("c", b"") + frame("f", text("no more")),
    "others": frame("H", b"") + frame("p", b"c=biws") + frame("F", b"\0") + frame("X", b""),
}

BACKEND = {
    "greeting": frame("R", i32(10) + text("SCRAM-SHA-256") + b"\0") + frame("R", i32(0))
    + frame("S", text("TimeZone") + text("UTC")) + frame("K", i32(7) + b"abcd") + frame("Z", b"I"),
    "negotiate": frame("v", u16(3, 2) + i32(1) + text("_pq_.x")),
    "rows": frame("T", u16(1) + text("a") + i32(0) + u16(0) + i32(23) + u16(4) + i32(-1) + u16(0))
    + frame("D", u16(2) + value(b"42") + value(None)) + frame("C", text("SELECT 1")),
    "error": frame("E", b"S" + text("ERROR") + b"V" + text("ERROR") + b"C" + text("42601") + b"M" + text("bad")
                   + b"D" + text("more") + b"H" + text("do") + b"P" + text("12") + b"\0"),
    "notice": frame("N", b"S" + text("NOTICE") + b"C" + text("00000") + b"M" + text("mind") + b"\0"),
    "copy": frame("G", b"\0" + u16(2, 0, 1)) + frame("H", b"\1" + u16(1, 1)) + frame("d", b"x") + frame("c", b""),
    "extended": frame("1", b"") + frame("2", b"") + frame("3", b"") + frame("n", b"") + frame("s", b"") + frame("I", b"")
    + frame("t", u16(2) + i32(23, 25)) + frame("A", i32(7) + text("channel") + text("payload")),
}

PROOF = b"p=" + b"A" * 43 + b"="
SCRAM = {
    "plain": b"\0n,,n=,r=abc\0c=biws,r=abc," + PROOF,
    "plus": b"\3p=tls-server-end-point,,n=,r=abc\0c=cD10bHMtc2VydmVyLWVuZC1wb2ludCws,r=abc," + PROOF,
    "downgrade": b"\1y,,n=,r=abc\0c=eSws,r=abc," + PROOF,
    "client-final": b"\0c=biws,r=abc," + PROOF,
    "server-first": b"\0r=abc,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
    "server-final": b"\0v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
    "server-error": b"\0e=invalid-proof",
    "verifier": b"\0SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$" + b"A" * 43 + b"=:" + b"B" * 42 + b"E=",
}


def sized(value_text):
    return i32(len(value_text)) + value_text.encode()


def link_frame(kind, payload):
    return struct.pack(">IH", len(payload) + 2, kind) + payload


def column(name):
    return sized(name) + sized("INTEGER") + b"\1" + sized("")


# Type numbers are the places in link::Message.
LINK = {
    "cancel": link_frame(2, sized("sess_0123456789abcdef") + b"\1"),
    "end-session": link_frame(3, sized("sess_0123456789abcdef") + b"\5") + link_frame(4, b"\5"),
    "limits": link_frame(5, struct.pack(">QQ", 1 << 30, 1 << 33)),
    "adopt": link_frame(1, sized("sess_0123456789abcdef") + i32(7) + sized("abcd") + u16(2) + sized("ann") + sized("db")
                        + sized("10.0.0.1") + u16(4242) + b"\1\0" + i32(1) + sized("user") + sized("ann") + sized("")),
    "not-found": link_frame(6, struct.pack(">QQ", 1, 2) + b"\0"),
    "resolved": link_frame(6, struct.pack(">QQ", 1, 2) + b"\1" + sized("in_c_a") + sized("t") + sized("f.duckdb")
                           + struct.pack(">qqq", 1, 2, 3) + sized("") + i32(1) + column("id") + i32(1) + sized("id")),
    "resolve": link_frame(12, struct.pack(">Q", 1) + sized("in_c_a") + sized("t")),
    "failed": link_frame(11, b"XX000" + sized("no") + sized("") + sized("") + i32(0)),
    "ending": link_frame(17, sized("deadline") + sized("sess_0123456789abcdef")),
}

# The first byte chooses the format (7: binary), the second the cuts.
COPY_HEADER = b"PGCOPY\n\xff\r\n\0" + i32(0, 0)
COPY = {
    "text": b"\0\3" + b"1\tx\\ty\n\\N\t\\101\\x41\\\n\r\n\\.\nrest",
    "text-returns": b"\0\2" + b"1\r\n2\\\r\n3\r\n",
    "csv": b"\1\5" + b'1,"a ""b"""\n,"two\nlines"\nlast,\xc3\xa9',
    "csv-odd": b"\2\1" + b"'it\\'s';NULL;D;'NULL'\r'\r';x\r",
    "defaults": b"\3\4" + b"\\D|x\\|y|\n||\\\\D\n",
    "binary": b"\7\6" + COPY_HEADER + u16(2) + value(b"abc") + value(None) + u16(2) + value(b"") + value(b"d") + u16(0xFFFF),
    "binary-wrong": b"\7\1" + COPY_HEADER + u16(3) + value(b"a"),
}

for target, seeds in {"startup": STARTUP, "frontend": FRONTEND, "backend": BACKEND, "scram": SCRAM, "link": LINK,
                      "copy": COPY}.items():
    folder = ROOT / target
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in seeds.items():
        (folder / name).write_bytes(data)
