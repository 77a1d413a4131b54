"""Users of a smew workspace for locust (https://locust.io): the mix of simple, medium and complex statements that
`smew load pgwire --scenario locust` runs as well.

    SMEW_DSN=postgresql://user:password@localhost:5432/workspace_abc locust -f tests/load/locustfile.py --headless -u 10 -r 10 -t 30s

The first user makes the tables if they are missing. tests/load/README.md is the guide.
"""

import os
import time

import psycopg2
from locust import User, between, events, task

DSN = os.environ.get("SMEW_DSN", "")
ORDERS = os.environ.get("SMEW_ORDERS", "smew_load_orders")
CUSTOMERS = os.environ.get("SMEW_CUSTOMERS", "smew_load_customers")
PREPARE = f"""
CREATE TABLE IF NOT EXISTS {CUSTOMERS} (id bigint, name text);
CREATE TABLE IF NOT EXISTS {ORDERS} (id bigint, customer_id bigint, amount numeric(12,2));
INSERT INTO {CUSTOMERS} (id, name) SELECT i, 'Customer ' || i FROM generate_series(1, 1000) AS s(i)
    WHERE NOT EXISTS (SELECT 1 FROM {CUSTOMERS});
INSERT INTO {ORDERS} (id, customer_id, amount) SELECT i, 1 + i % 1000, i / 100.0 FROM generate_series(1, 100000) AS s(i)
    WHERE NOT EXISTS (SELECT 1 FROM {ORDERS});
"""


@events.test_start.add_listener
def prepare(environment, **_):
    if not DSN:
        raise SystemExit("set SMEW_DSN to the connection string of a workspace")
    connection = psycopg2.connect(DSN)
    with connection, connection.cursor() as cursor:
        for statement in filter(None, map(str.strip, PREPARE.split(";"))):
            cursor.execute(statement)
    connection.close()


class WorkspaceUser(User):
    wait_time = between(float(os.environ.get("SMEW_THINK_MIN", 1)), float(os.environ.get("SMEW_THINK_MAX", 3)))

    def on_start(self):
        started = time.perf_counter()
        self.connection = psycopg2.connect(DSN)
        self.connection.autocommit = True
        self.report("connect", started, 0)

    def on_stop(self):
        self.connection.close()

    def report(self, name, started, size, error=None):
        self.environment.events.request.fire(request_type="sql", name=name, response_time=1000 * (time.perf_counter() - started),
                                             response_length=size, exception=error, context={})

    def measured(self, name, statement):
        started, rows, error = time.perf_counter(), [], None
        try:
            with self.connection.cursor() as cursor:
                cursor.execute(statement)
                rows = cursor.fetchall()
        except psycopg2.Error as raised:
            error = raised
        self.report(name, started, len(rows), error)

    @task(10)
    def simple_select(self):
        self.measured("simple_select", "SELECT 1")

    @task(5)
    def medium_select(self):
        self.measured("medium_select", f"SELECT * FROM {ORDERS} LIMIT 1000")

    @task(1)
    def complex_join(self):
        self.measured("complex_join", f"SELECT o.*, c.name FROM {ORDERS} o JOIN {CUSTOMERS} c ON o.customer_id = c.id LIMIT 1000")
