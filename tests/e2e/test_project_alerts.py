"""A project's key sees the alerts of its project, and of no other."""

import psycopg2
import pytest
from smew_server import eventually


@pytest.fixture(scope="module")
def watched(start_server):
    return start_server("project-alerts", alert_error_rate_min_queries=5, alert_auth_failures=2, alert_min_interval_seconds=0,
                        alert_webhook_url="http://127.0.0.1:9/hook")


def fail_statements(workspace):
    connection = workspace.connect()
    connection.autocommit = True
    with connection.cursor() as cursor:
        for _ in range(10):
            with pytest.raises(psycopg2.Error):
                cursor.execute("SELECT * FROM no_such_table")
    connection.close()


def alerts_of(project):
    return project.rest.get(f"{project.path}/alerts")["alerts"]


def test_a_project_sees_its_own_alerts(watched):
    shop, bank = watched.project("shop"), watched.project("bank")
    broken, guessed = shop.workspace(), bank.workspace()
    fail_statements(broken)
    for _ in range(2):
        with pytest.raises(psycopg2.OperationalError):
            guessed.connect(password="guess")
    [alert] = eventually(lambda: alerts_of(shop), 60, "the shop's alert")
    assert alert["alert"] == "PGWireHighErrorRate" and alert["status"] == "firing"
    assert alert["context"]["workspace_id"] == broken.id
    assert "deliveries" not in alert, "where the operator sends them to is not the project's"
    [alert] = eventually(lambda: alerts_of(bank), 60, "the bank's alert")
    assert alert["alert"] == "PGWireAuthFailures" and alert["context"]["username"] == guessed.connection["username"]
    # The operator sees both, and where they went.
    both = watched.admin.get("/alerts")["alerts"]
    assert {one["alert"] for one in both} == {"PGWireHighErrorRate", "PGWireAuthFailures"} and both[0]["deliveries"]
    assert watched.admin.get("/projects/bank/alerts")["count"] == 1


def test_whose_key_opens_what(watched):
    club = watched.project("club")
    assert alerts_of(club) == []
    club.rest.get("/alerts", expect=403)
    club.rest.get("/projects/shop/alerts", expect=403)
    club.rest.get("/workspaces", expect=403)
    reader = club.rest.post(f"{club.path}/api-keys", {"description": "r", "scope": "project_read"}, expect=201)["api_key"]
    club.rest.session.headers["Authorization"] = f"Bearer {reader}"
    assert alerts_of(club) == []
    club.rest.get(f"{club.path}/alerts?limit=0", expect=422)


def test_the_operator_lists_the_workspaces_of_all_projects(watched):
    first, second = watched.project("first").workspace("one"), watched.project("second").workspace("two")
    listed = watched.admin.get("/workspaces?limit=1000")
    named = {one["id"]: (one["project_id"], one["name"]) for one in listed["workspaces"]}
    assert named[first.id] == ("first", "one") and named[second.id] == ("second", "two")
    assert listed["total"] == listed["count"] >= 2
    page = watched.admin.get("/workspaces?limit=1&offset=1")
    assert page["count"] == 1 and page["total"] == listed["total"] and page["workspaces"][0] == listed["workspaces"][1]
