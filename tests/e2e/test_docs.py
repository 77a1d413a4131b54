"""What the README shows works as it stands there: its blocks are taken from the page and run."""

import json
import os
import pathlib
import re
import subprocess

from conftest import ORDERS
from smew_server import ADMIN_KEY, ROOT

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(page, language):
    return [body for kind, body in BLOCK.findall((ROOT / page).read_text()) if kind == language]


def test_readme_by_hand(start_server, tmp_path):
    server = start_server("readme")
    curl = next(block for block in blocks("README.md", "bash") if "/projects" in block)
    assert "localhost:8000" in curl and "change-me" in curl
    (tmp_path / "orders.csv").write_text(ORDERS)
    script = curl.replace("localhost:8000", server.url.removeprefix("http://")).replace("change-me", ADMIN_KEY)
    result = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    connection = json.loads(result.stdout[result.stdout.rindex('{\n  "host"') if '{\n  "host"' in result.stdout else result.stdout.rindex("\n{"):])
    sql = blocks("README.md", "sql")[0]
    psql = subprocess.run(["psql", "-X", "-v", "ON_ERROR_STOP=1", f"host={connection['host']} port={connection['port']} "
                           f"dbname={connection['database']} user={connection['username']} password={connection['password']}"],
                          input=sql, capture_output=True, text=True, timeout=60)
    assert psql.returncode == 0, psql.stderr
    assert "SELECT 50" in psql.stdout  # CREATE TABLE AS tells how many rows it made


def test_make_targets_of_the_pages_exist():
    makefile = (ROOT / "Makefile").read_text()
    phony = set(re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE).group(1).split())
    for page in ("README.md", "CONTRIBUTING.md", "docs/architecture.md"):
        for target in re.findall(r"\bmake ([a-z][a-z0-9-]*)", (ROOT / page).read_text()):
            if target not in ("a", "the", "it"):
                assert target in phony, f"{page}: make {target}"


def test_every_link_of_the_pages_leads_somewhere():
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for link in re.findall(r"\]\(([^)#]+)", page.read_text()):
            if "://" not in link:
                assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_help_and_version():
    from smew_server import PROGRAM
    version = subprocess.run([PROGRAM, "version"], capture_output=True, text=True, check=True).stdout
    assert re.search(r"smew \d+\.\d+\.\d+", version) and "1.5.5" in version
    usage = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, check=True).stdout
    assert "serve" in usage and "version" in usage
    options = subprocess.run([PROGRAM, "serve", "--help"], capture_output=True, text=True, check=True).stdout
    assert "--pgwire-query-timeout-seconds" in options


def test_wrong_settings_name_the_nearest(tmp_path):
    from smew_server import PROGRAM
    flag = subprocess.run([PROGRAM, "serve", "--data-dirr", "x"], capture_output=True, text=True)
    assert flag.returncode == 2 and "--data-dir" in flag.stderr
    config = tmp_path / "smew.toml"
    config.write_text('pgwire_ide_timeout_seconds = 5\n')
    file = subprocess.run([PROGRAM, "serve", f"--config={config}", "--data-dir=x"], capture_output=True, text=True)
    assert file.returncode == 2 and "pgwire_idle_timeout_seconds" in file.stderr
    environment = {**os.environ, "SMEW_HTTP_LISTE": "x"}
    variable = subprocess.run([PROGRAM, "serve", "--data-dir=x"], capture_output=True, text=True, env=environment)
    assert variable.returncode == 2 and "SMEW_HTTP_LISTEN" in variable.stderr


def test_print_config_shows_value_and_source(tmp_path):
    from smew_server import PROGRAM
    config = tmp_path / "smew.toml"
    config.write_text('io_threads = 3\n')
    printed = subprocess.run([PROGRAM, "serve", f"--config={config}", "--admin-key=secret-value", "--print-config"],
                             capture_output=True, text=True, check=True, env={**os.environ, "SMEW_HTTP_THREADS": "5"}).stdout
    assert "secret-value" not in printed
    for name, value in (("io_threads", "3"), ("http_threads", "5"), ("pgwire_query_timeout_seconds", "300")):
        line = next(line for line in printed.splitlines() if re.match(rf"\W*{name}\b", line))
        assert value in line


def test_every_proof_of_the_compatibility_page_is_there():
    page = (ROOT / "docs/compatibility.md").read_text()
    proofs = re.findall(r"\| `(tests/[^`]+)` \|", page)
    assert len(proofs) > 20
    for proof in proofs:
        assert (ROOT / proof).exists(), proof
