"""Fixtures of the driver matrix: every test that takes `target` runs on PostgreSQL 15 and on smew and must pass on both."""

import io
import os
import pathlib
import pwd
import shutil
import tempfile

import psycopg2
import pytest
from postgres_server import PostgresServer
from shop import CUSTOMERS, ORDERS
from targets import Target, make_certificate

SHOP = """
    CREATE SCHEMA in_c_sales;
    CREATE TABLE in_c_sales.orders (id bigint, customer_id bigint, order_date date, status text, amount double precision,
                                    note text);
    CREATE TABLE in_c_sales.customers (id bigint, name text, country text);
"""


@pytest.fixture(scope="session")
def certificate():
    """A certificate that both servers use, in a directory that PostgreSQL's user can read."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="smew-tls-"))
    paths = make_certificate(directory)
    if os.geteuid() == 0:
        directory.chmod(0o711)
        shutil.chown(paths[1], "postgres", "postgres")
    yield paths
    shutil.rmtree(directory)


@pytest.fixture(scope="session")
def postgres_server(certificate):
    server = PostgresServer(ssl="on", ssl_cert_file=certificate[0], ssl_key_file=certificate[1], timezone="UTC",
                            statement_timeout="60s")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def driver_project(start_server, certificate):
    """A project of its own server with the shop's tables as in_c_sales.orders and in_c_sales.customers."""
    project = start_server("drivers", tls_cert_file=certificate[0], tls_key_file=certificate[1]).project("drivers")
    project.bucket("in.c-sales")
    project.import_csv("in_c_sales", "orders", ORDERS)
    project.import_csv("in_c_sales", "customers", CUSTOMERS)
    return project


def postgresql_target(server, certificate, module):
    name = module.__name__
    connection = psycopg2.connect(**server.parameters())
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    connection.close()
    target = Target("postgresql", "127.0.0.1", server.port, name, "postgres", "postgres", str(certificate[0]))
    with psycopg2.connect(**target.parameters()) as connection, connection.cursor() as cursor:
        cursor.execute(SHOP)
        for table, rows in (("orders", ORDERS), ("customers", CUSTOMERS)):
            cursor.copy_expert(f"COPY in_c_sales.{table} FROM STDIN (FORMAT csv, HEADER)", io.StringIO(rows))
    connection.close()
    return target


def smew_target(project, certificate):
    connection, server = project.workspace("drivers").connection, project.server
    return Target("smew", server.pg_host, server.pg_port, connection["database"], connection["username"],
                  connection["password"], str(certificate[0]))


@pytest.fixture(scope="module", params=["postgresql", "smew"])
def target(request, certificate):
    """A database of the module's own on each server."""
    if request.param == "smew":
        return smew_target(request.getfixturevalue("driver_project"), certificate)
    return postgresql_target(request.getfixturevalue("postgres_server"), certificate, request.module)


# What smew does not do as PostgreSQL does, and the tests that show it; one that passes after all fails the run.
SHORTFALLS = {
}


def pytest_collection_modifyitems(items):
    for item in items:
        if shortfall := SHORTFALLS.get(f"{item.path.stem}::{item.name}"):
            item.add_marker(pytest.mark.xfail(reason=shortfall, strict=True))
