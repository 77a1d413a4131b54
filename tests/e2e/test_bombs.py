"""A workspace that wants too much: it gets a clear error, again and again, and its neighbour goes on. How much slower
the neighbour is meanwhile is measured by `make bench-bombs`; here it only has to be served. Filling a disk of a GB takes
half a minute, so that all but the last part of it is taken beforehand; BOMBS=all fills it."""

import os
import pathlib

import psycopg2
import pytest
from bombs import BOMBS, Attack, latencies, p95

QUERY = "SELECT status, count(*), sum(amount) FROM in_c_sales.orders GROUP BY status"


def databases(server):
    return {path for path in pathlib.Path(server.data_dir).rglob("*.duckdb") if "workspaces" in path.parts}


def take_most_of_the_disk(directory):
    """Blocks that are only reserved count as well."""
    with open(directory / "ballast", "wb") as file:
        os.posix_fallocate(file.fileno(), 0, (1 << 30) - 150_000_000)


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_with_an_error_and_the_neighbour_goes_on(shop, name, record_property):
    neighbour = shop.workspace(f"beside-{name}")
    connection = neighbour.connect()
    connection.autocommit = True
    before = databases(shop.server)
    attacked = shop.workspace(f"bomb-{name}")
    attacked.query("SELECT 1")  # its files are there
    attack = Attack(attacked, name)
    if name == "disk" and os.environ.get("BOMBS") != "all":
        [database] = databases(shop.server) - before
        take_most_of_the_disk(database.parent)
    attack.start()
    with connection.cursor() as cursor:
        times = latencies(cursor, QUERY, lambda times: len(times) >= 50 and (exploded(attack, name) or not attack.is_alive()))
    attack.stop()
    connection.close()
    assert attack.ends and not attack.unexpected, (attack.ends, attack.unexpected)
    record_property("neighbours_p95_ms", round(p95(times), 1))
    # What was attacked is usable at once.
    assert attacked.query("SELECT 1") == [(1,)]
    if name == "disk":
        check_full(attacked)
    if name == "temp":
        check_spilled(attack.said)
    for workspace in (attacked, neighbour):
        shop.rest.delete(workspace.path)


def exploded(attack, name):
    """Whether it met the limit it is about: what wants temporary space may first end for lack of memory."""
    return "53400" in attack.ends if name == "temp" else attack.ends


def check_full(workspace):
    """What was rolled back is free; a full workspace still reads, deletes and drops."""
    workspace.query("CREATE TABLE kept AS SELECT 1 AS x")
    usage = workspace.project.rest.get(workspace.path + "/usage")
    assert usage["disk_bytes"] < usage["disk_limit_bytes"]
    with pytest.raises(psycopg2.errors.DiskFull) as full:
        workspace.query(BOMBS["disk"][0][0])
    assert "size_limit_gb" in full.value.diag.message_hint
    assert workspace.query("SELECT x FROM kept") == [(1,)]
    workspace.query("DELETE FROM kept")
    workspace.query("DROP TABLE kept")


def check_spilled(said):
    """What to do about it, and nothing of the engine's own settings, which a client cannot change."""
    [text] = {text for code, text in said.items() if code == "53400"}
    assert "temporary disk space" in text and "temp_limit_gb" in text
    assert "PRAGMA" not in text and "directory" not in text
