"""docs/operations.md: its commands are run, a backup of a server at work among them."""

import os
import pathlib
import subprocess
import threading

import pytest
from smew_server import ADMIN_KEY, PROGRAM, ROOT, Workspace, eventually
from test_docs import blocks

PAGE = "docs/operations.md"


def bash(script, **environment):
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], env={**os.environ, **environment},
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def block(word):
    [found] = [text for text in blocks(PAGE, "bash") if word in text]
    return found


def test_every_block_is_run_here():
    words = ["PATCH", "/health", "/alerts/test", "sqlite3", "COLD_BACKUP", "RESTORED", "--version"]
    assert sorted(map(block, words)) == sorted(blocks(PAGE, "bash"))


@pytest.fixture(scope="module")
def place(shop):
    workspace = shop.workspace("operations")
    workspace.query("SELECT 1")
    return {"SMEW_URL": shop.server.url, "SMEW_ADMIN_KEY": ADMIN_KEY, "PROJECT": shop.id, "PROJECT_KEY": shop.key,
            "WORKSPACE": workspace.id, "SMEW": str(PROGRAM)}


def test_configure_watch_and_alert(place):
    assert '"max_result_rows": 1000000' in bash(block("PATCH"), **place)
    watched = bash(block("/health"), **place)
    assert watched.startswith('"healthy"') and "open_workspaces" in watched and "disk_limit_bytes" in watched
    assert bash(block("/alerts/test"), **place).strip()
    assert bash(block("--version"), **place).strip()


def test_the_settings_of_the_example_exist(start_server):
    [example] = blocks(PAGE, "toml")
    reference = (ROOT / "docs/settings.md").read_text()
    names = [line.split("=")[0].strip() for line in example.splitlines() if "=" in line and not line.startswith("#")]
    assert names and all(f"`{name}`" in reference for name in names), names


def rows(workspace):
    return workspace.query("SELECT count(*), sum(id) FROM in_c_sales.orders")


def moved(workspace, server, project):
    """The same workspace, reached at another server."""
    there = Workspace.__new__(Workspace)
    there.project, there.reply, there.id = project, workspace.reply, workspace.id
    there.connection, there.path = workspace.connection, workspace.path
    return there


class Elsewhere:
    """A project as another server has it."""

    def __init__(self, project, server):
        self.server, self.id, self.path, self.key = server, project.id, project.path, project.key


def csv(count):
    return "id,amount\n" + "".join(f"{i},{i * 2}\n" for i in range(count))


def test_backup_of_a_server_at_work_and_its_restore(start_server, data_root):
    server = start_server("backed-up")
    project = server.project("shop")
    project.bucket("in.c-sales")
    project.import_csv("in_c_sales", "orders", csv(1000))
    workspace = project.workspace()
    workspace.query("CREATE TABLE own AS SELECT 42 AS x")
    before = rows(workspace)

    # Loads go on before, during and after it.
    stop = threading.Event()
    loaded = []

    def load():
        while not stop.is_set():
            project.import_csv("in_c_sales", "more", csv(10 + len(loaded)))
            loaded.append(len(loaded))

    loader = threading.Thread(target=load)
    loader.start()
    eventually(lambda: len(loaded) >= 2, 60, "some loads")
    backup, restored = pathlib.Path(data_root, "backup"), pathlib.Path(data_root, "restored")
    bash(block("sqlite3"), SMEW_DATA=str(server.data_dir), BACKUP=str(backup))
    taken = len(loaded)
    eventually(lambda: len(loaded) >= taken + 2, 60, "more loads")
    stop.set()
    loader.join(60)
    project.import_csv("in_c_sales", "orders", csv(5))
    assert rows(workspace) != before

    bash(block("RESTORED"), BACKUP=str(backup), RESTORED=str(restored))
    copy = start_server("restored")
    there = moved(workspace, copy, Elsewhere(project, copy))
    assert rows(there) == before, "as of the moment of the backup"
    [[count]] = there.query("SELECT count(*) FROM in_c_sales.more")
    assert 10 <= count <= 11 + taken
    assert there.query("SELECT count(*) FROM information_schema.tables WHERE table_name = 'own'") == [(0,)]
    there.query("CREATE TABLE own AS SELECT 1 AS x")  # its directory was made anew
    assert rows(workspace) == [(5, 10)], "the first server is as it was"
    assert copy.stop() == 0 and server.stop() == 0


def test_cold_backup_has_everything(start_server, data_root):
    server = start_server("cold")
    project = server.project("shop")
    project.bucket("in.c-sales")
    project.import_csv("in_c_sales", "orders", csv(100))
    workspace = project.workspace()
    workspace.query("CREATE TABLE own AS SELECT 42 AS x")
    assert server.stop() == 0
    bash(block("COLD_BACKUP"), SMEW_DATA=str(server.data_dir), COLD_BACKUP=f"{data_root}/cold-copy")
    copy = start_server("cold-copy")
    there = moved(workspace, copy, Elsewhere(project, copy))
    assert there.query("SELECT x FROM own") == [(42,)]
    assert rows(there)[0][0] == 100
    assert copy.stop() == 0
