"""Makes the tables and charts of docs/load-baseline.md of the reports that tests/bench/load_baseline.py wrote: the same bytes for
the same reports. Tables go between `<!-- table NAME -->` and `<!-- end -->`, charts to docs/load-baseline/.

    tests/bench/load_report.py REPORTS [PAGE]
"""

import csv
import json
import pathlib
import re
import statistics
import sys

import svg
from hdrh.histogram import HdrHistogram

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/load-baseline.md"
NAMES = {"smew": "smew", "postgresql": "PostgreSQL 15"}
SCENARIOS = ("lookup", "prepared", "select-1k", "select-100k", "join", "aggregate", "mixed", "locust", "storm")
MIB = 1 << 20


class Rounds:
    """One stage of one server, from all its rounds: medians of rates, percentiles of all operations together."""

    def __init__(self, stages, metric, connect):
        self.stages = stages
        self.metrics = [stage["metrics"][metric] for stage in stages]
        self.connects = [stage["metrics"].get(connect, {}) for stage in stages]
        self.histogram = HdrHistogram(1, 3_600_000_000, 3)
        for one in self.metrics:
            if one["ok"]:
                self.histogram.add(HdrHistogram.decode(one["hdr_v2_base64"]))

    def rate(self, key="ok"):
        seconds = [stage["steady_to_s"] - stage["steady_from_s"] for stage in self.stages]
        return statistics.median(one[key] / lasted for one, lasted in zip(self.metrics, seconds))

    def percentile(self, at):
        """In ms; nothing when it would take more samples than there are."""
        enough = self.histogram.get_total_count() >= 100 / (100 - at)
        return self.histogram.get_value_at_percentile(at) / 1000 if enough else None

    def success(self):
        counted = sum(one["count"] + one["in_flight"] for one in self.metrics)
        return 100 * sum(one["ok"] for one in self.metrics) / counted if counted else 0

    def scalar(self, name, choose=max):
        values = [stage["scalars"][name] for stage in self.stages if stage["scalars"].get(name) is not None]
        return choose(values) if values else None


class Reports:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory)

    def read(self, name, server):
        return [json.loads(path.read_text()) for path in sorted(self.directory.glob(f"{name}.{server}.*.json"))]

    def rounds(self, name, server):
        """{stage name: Rounds}"""
        runs = self.read(name, server)
        stages = {}
        for run in runs:
            for stage in run["stages"]:
                stages.setdefault(stage["name"], []).append(stage)
        return {stage: Rounds(found, runs[0]["run"]["main_metric"], runs[0]["run"]["connect_metric"]) for stage, found in stages.items()}


def number(value, digits=0):
    return "n/a" if value is None else f"{value:,.{digits}f}"


def milliseconds(value):
    return "n/a" if value is None else f"{value:.3g}" if value < 100 else f"{value:,.0f}"


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def pgwire_row(stage, server, one):
    return [stage, NAMES[server], number(one.scalar("connect.rate", statistics.median)), number(one.rate()), number(one.rate("rows")),
            *(milliseconds(one.percentile(at)) for at in (50, 95, 99)), f"{one.success():.2f} %",
            number((one.scalar("rss.peak") or one.scalar("rss.end") or 0) / MIB), number(one.scalar("generator.lag_p99"), 1)]


PGWIRE_HEADER = ["stage", "server", "conn/s", "queries/s", "rows/s", "P50 ms", "P95 ms", "P99 ms", "ok", "RSS MiB", "generator lag P99 ms"]


def pgwire_table(reports, names):
    rows = []
    for name in names:
        found = {server: reports.rounds(name, server) for server in NAMES}
        for stage in found["smew"] or found["postgresql"]:
            label = stage if name == "ladder" else f"{name} @ {stage.split(' @ ')[1]}"
            rows += [pgwire_row(label, server, stages[stage]) for server, stages in found.items() if stage in stages]
    return table(PGWIRE_HEADER, rows)


def operations_table(reports, names, header="run"):
    """Of the database and WebSocket commands, with what each adds."""
    rows = []
    for name in names:
        for server in NAMES:
            for one in reports.rounds(name, server).values():
                wait = one.stages[-1]["metrics"].get("db.pool_wait", {}).get("latency_us", {}).get("p95")
                rows.append([f"{name}, {NAMES[server]}", number(sum(metric["count"] for metric in one.metrics)), number(one.rate()),
                             *(milliseconds(one.percentile(at)) for at in (50, 95, 99)), f"{one.success():.2f} %",
                             number(one.scalar("users.peak")), milliseconds(wait / 1000) if wait else "-",
                             number(one.scalar("replies.wrong"))])
    return table([header, "operations", "per s", "P50 ms", "P95 ms", "P99 ms", "ok", "users", "pool wait P95 ms", "wrong replies"], rows)


def over_time(report, column, factor, step=1):
    """[(seconds since steady began, figure)], at most some 150 points: medians of neighbours."""
    stage = report["stages"][-1]
    columns, start = stage["series"]["columns"], stage["steady_from_s"]
    at = columns.index(column)
    points = [(row[0] - start, row[at] * factor) for row in stage["series"]["rows"]
              if row[at] is not None and start < row[0] <= stage["steady_to_s"] + 1]
    size = max(step, -(-len(points) // 150))
    return [(points[i][0], statistics.median(value for _, value in points[i:i + size])) for i in range(0, len(points), size)]


def ladder_charts(reports):
    found = {server: reports.rounds("ladder", server) for server in NAMES}
    users = {stage: int(stage.split("@")[1]) for stage in found["smew"]}
    series = lambda figure: {NAMES[server]: [(users[stage], figure(one)) for stage, one in stages.items()]  # noqa: E731
                             for server, stages in found.items()}
    yield "ladder-rate", svg.lines("SELECT 1: queries per second", "queries/s", "connections", series(lambda one: one.rate()), marks=True)
    yield "ladder-p95", svg.lines("SELECT 1: P95", "ms", "connections", series(lambda one: one.percentile(95)), marks=True)


def scenario_charts(reports):
    for connections in (10, 50):
        groups = {}
        for name in SCENARIOS:
            found = [reports.rounds(name, server) for server in NAMES]
            ones = [next((one for stage, one in stages.items() if stage.endswith(f" @ {connections}")), None) for stages in found]
            groups[name] = [one.rate() if one else None for one in ones]
        yield f"scenarios-{connections}", svg.bars(f"Scenarios at {connections} connections", "queries/s, logarithmic", groups,
                                                   list(NAMES.values()), log=True)


def time_charts(reports):
    database = {NAMES[server]: over_time(runs[0], "p95_us", 1e-3) for server in NAMES if (runs := reports.read("database", server))}
    yield "database-p95", svg.lines("Database workload, 50 workers: P95 of each second", "ms, logarithmic", "seconds", database, log=True)
    [users] = reports.read("websocket-200", "smew")
    yield "websocket", svg.lines("200 WebSocket users beside 1,000 idle: latency of each second", "ms", "seconds",
                                 {"P50": over_time(users, "p50_us", 1e-3), "P95": over_time(users, "p95_us", 1e-3)})
    [soak] = reports.read("soak", "smew")
    yield "soak-latency", svg.lines("One hour at 40 statements/s: latency", "ms, logarithmic", "seconds",
                                    {"P50": over_time(soak, "p50_us", 1e-3), "P95": over_time(soak, "p95_us", 1e-3)}, log=True)
    for name, title in (("soak", "One hour at 40 statements/s"), ("long", "Statements of 1, 5 and 10 minutes")):
        yield f"{name}-memory", svg.lines(f"{title}: resident memory", "MiB", "seconds", processes(reports, name, "rss_kb", 1 / 1024))
    yield "soak-descriptors", svg.lines("One hour at 40 statements/s: descriptors", "open", "seconds", processes(reports, "soak", "fds", 1))


def processes(reports, name, column, factor):
    """By process, from what was sampled of them."""
    named, series = {"serve": "gateway", "worker": "worker"}, {}
    rows = list(csv.DictReader((reports.directory / f"{name}.processes.csv").open()))
    size = max(1, len(rows) // 300)
    for kind, label in named.items():
        points = [(float(row["t_s"]), float(row[column]) * factor) for row in rows if row["name"] == kind]
        series[label] = points[::size]
    return series


def write(reports, page):
    tables = {"ladder": pgwire_table(reports, ["ladder"]), "scenarios": pgwire_table(reports, SCENARIOS),
              "overload": pgwire_table(reports, ["overload"]), "database": operations_table(reports, ["database"]),
              "websocket": operations_table(reports, ["websocket-100", "websocket-200"])}
    text = page.read_text()
    for name, made in tables.items():
        text, count = re.subn(rf"(<!-- table {name} -->\n).*?(<!-- end -->)", lambda found: found[1] + made + "\n" + found[2], text,
                              flags=re.DOTALL)
        assert count == 1, f"{page} has no place for the table {name}"
    page.write_text(text)
    charts = page.parent / page.stem
    charts.mkdir(exist_ok=True)
    for make in (ladder_charts, scenario_charts, time_charts):
        for name, chart in make(reports):
            (charts / f"{name}.svg").write_text(chart)


if __name__ == "__main__":
    write(Reports(sys.argv[1]), pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else PAGE)
