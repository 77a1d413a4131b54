"""A workspace that wants too much: it gets a clear error, again and again, and its neighbour goes on. How much slower
the neighbour is meanwhile is measured by scripts/bench-bombs; here it only has to be served. Filling a disk of a GB takes
a minute: BOMBS=all tries that, too."""

import os

import pytest
from bombs import BOMBS, Attack, latencies

QUERY = "SELECT status, count(*), sum(amount) FROM in_c_sales.orders GROUP BY status"


NAMES = ["memory", "result", "temp", "disk"] if os.environ.get("BOMBS") == "all" else ["memory", "result"]


@pytest.mark.parametrize("name", NAMES)
def test_a_bomb_ends_with_an_error_and_the_neighbour_goes_on(shop, name):
    attacked, neighbour = shop.workspace(f"bomb-{name}"), shop.workspace(f"beside-{name}")
    connection = neighbour.connect()
    connection.autocommit = True
    attack = Attack(attacked, name)
    attack.start()
    with connection.cursor() as cursor:
        times = latencies(cursor, QUERY, lambda times: len(times) >= 50 and (attack.ends or not attack.is_alive()))
    attack.stop()
    connection.close()
    assert attack.ends and not attack.unexpected, (attack.ends, attack.unexpected)
    assert len(times) >= 50
    # What was attacked is usable at once.
    assert attacked.query("SELECT 1") == [(1,)]
    if name == "disk":
        check_full(shop, attacked)
    for workspace in (attacked, neighbour):
        shop.rest.delete(workspace.path)


def check_full(shop, workspace):
    """A full workspace still reads, deletes and drops, and then has room again."""
    import psycopg2
    workspace.query("CREATE TABLE kept AS SELECT 1 AS x")
    usage = shop.rest.get(workspace.path + "/usage")
    assert usage["disk_bytes"] < usage["disk_limit_bytes"], "what was rolled back is free"
    assert workspace.query("SELECT x FROM kept") == [(1,)]
    with pytest.raises(psycopg2.errors.DiskFull) as full:
        workspace.query(BOMBS["disk"][0][0])
    assert "size_limit_gb" in full.value.diag.message_hint
    workspace.query("DELETE FROM kept")
    workspace.query("DROP TABLE kept")
