"""Every #include "room/…" follows an edge that CMakeLists.txt declares, and third-party headers stay in their rooms."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = ROOT / "src"
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.MULTILINE)

# Which rooms may include headers that start like this.
CONFINED = {
    "duckdb": {"engine"},
    "sqlite3": {"catalog"},
    "openssl/": {"auth", "net"},
    "boost/asio": {"net", "pgfront", "http", "app", "load"},
    "boost/beast": {"http", "load"},
    "boost/json": {"http", "telemetry", "catalog", "app", "observe", "measure", "sentry", "profiling", "reporting", "load"},
    "spdlog": {"telemetry"},
    "prometheus": {"telemetry"},
    "CLI/": {"config", "app", "load"},
    "toml": {"config", "load"},
}


def declared_edges():
    edges = {}
    declaration = re.compile(r"^smew_(?:room|program)\((\w+)\s*(.*?)\)$", re.MULTILINE | re.DOTALL)
    for match in declaration.finditer((ROOT / "CMakeLists.txt").read_text()):
        words = match.group(2).split()
        room = match.group(1)
        if match.group(0).startswith("smew_program"):
            room = words[0]
        after = words[words.index("DEPS") + 1:] if "DEPS" in words else []
        edges[room] = set(after[: after.index("LIBS")] if "LIBS" in after else after)
    return edges


def includes():
    for path in sorted(SOURCES.rglob("*.[ch]pp")):
        for kind, name in INCLUDE.findall(path.read_text()):
            yield path.relative_to(SOURCES), path.relative_to(SOURCES).parts[0], kind, name


def test_every_room_is_declared():
    assert {path.name for path in SOURCES.iterdir() if path.is_dir() and any(path.iterdir())} <= set(declared_edges())


def test_includes_follow_the_declared_edges():
    edges = declared_edges()
    wrong = [f"{path}: {name}" for path, room, kind, name in includes()
             if kind == '"' and name.split("/")[0] != room and name.split("/")[0] not in edges[room]]
    assert not wrong


def test_the_declared_edges_have_no_cycle():
    edges = declared_edges()

    def visit(room, path):
        assert room not in path, " → ".join([*path, room])
        for other in edges.get(room, ()):
            visit(other, [*path, room])

    for room in edges:
        visit(room, [])


def test_the_gateway_tower_never_sees_the_engine():
    edges = declared_edges()
    for room in ("catalog", "storage", "fleet", "pgfront", "http", "observe"):
        assert not edges[room] & {"engine", "pgsession", "worker"}


def test_third_party_headers_stay_in_their_rooms():
    wrong = [f"{path}: {name}" for path, room, kind, name in includes() if kind == "<"
             for start, rooms in CONFINED.items() if name.startswith(start) and room not in rooms]
    # pgfront speaks TLS through Asio's streams, as the blueprint allows.
    assert not [line for line in wrong if "boost/asio/ssl" not in line]
