"""The seed's settings are there under its names, with its defaults. (Seed, Tasks 2, 3, 4 and 6, "Config")"""

import re

import pytest
from smew_server import ROOT

DEFAULTS = {
    "query_audit_enabled": "true", "query_audit_mode": "full", "query_audit_max_length": "10000",
    "slow_query_threshold_ms": "1000", "slow_query_explain": "true", "slow_query_log_full": "true",
    "alert_webhook_url": "", "alert_webhook_headers": "", "alert_min_interval_seconds": "60",
    "workspace_default_memory_limit": "4GB", "workspace_default_size_limit_gb": "10",
    "workspace_max_result_rows": "100000", "workspace_max_result_bytes": "100MB",
}


@pytest.fixture(scope="module")
def reference():
    """The generated page, which a test of config/ holds against the program."""
    rows = re.findall(r"^\| `(\w+)` \| (?:`([^`]*)`)? \|", (ROOT / "docs/settings.md").read_text(), re.M)
    return dict(rows)


@pytest.mark.parametrize("name", DEFAULTS)
def test_the_seeds_setting_and_its_default(reference, name):
    assert reference[name] == DEFAULTS[name]


@pytest.mark.parametrize("mode", ["full", "structure", "hash_only"])
def test_the_seeds_modes_of_the_audit_are_taken(server, mode):
    before = server.admin.get("/query-audit")["query_audit_mode"]
    assert server.admin.patch("/query-audit", {"query_audit_mode": mode})["query_audit_mode"] == mode
    server.admin.patch("/query-audit", {"query_audit_mode": before})
