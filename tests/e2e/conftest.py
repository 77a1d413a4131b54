"""Fixtures: one server for most tests, with a shop of two tables; tests that need settings of their own start another."""

import shutil
import tempfile

import pytest
from shop import CUSTOMERS, ORDERS
from smew_server import Server


@pytest.fixture(scope="session")
def data_root():
    """Data directories must be reachable by the workers' own users, which pytest's private ones are not."""
    path = tempfile.mkdtemp(prefix="smew-e2e-")
    import os
    os.chmod(path, 0o711)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def start_server(data_root):
    """start_server(name, **settings) → Server; all are stopped at the end."""
    servers = []

    def start(name, **settings):
        server = Server(f"{data_root}/{name}", **settings)
        servers.append(server)
        return server

    yield start
    for server in servers:
        if server.process.poll() is None:
            server.kill()


@pytest.fixture(scope="session")
def server(start_server):
    return start_server("main")


@pytest.fixture(scope="session")
def shop(server):
    """A project with in_c_sales.orders (1,000 rows) and in_c_sales.customers (50)."""
    project = server.project("shop")
    project.bucket("in.c-sales")
    project.import_csv("in_c_sales", "orders", ORDERS)
    project.import_csv("in_c_sales", "customers", CUSTOMERS)
    return project


@pytest.fixture(scope="module")
def workspace(shop):
    return shop.workspace()


@pytest.fixture
def connection(workspace):
    connection = workspace.connect()
    connection.autocommit = True
    yield connection
    connection.close()


@pytest.fixture
def cursor(connection):
    with connection.cursor() as cursor:
        yield cursor
