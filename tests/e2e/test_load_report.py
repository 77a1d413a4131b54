"""The page of the load baseline is made of reports: its rows are medians of rates and percentiles of all rounds together."""

import json
import sys
import xml.etree.ElementTree

import pytest
from hdrh.histogram import HdrHistogram
from smew_server import ROOT

sys.path.insert(0, str(ROOT / "tests/bench"))

import load_report  # noqa: E402
import svg  # noqa: E402


def stage(latencies_us, rows, **scalars):
    histogram = HdrHistogram(1, 3_600_000_000, 3)
    for latency in latencies_us:
        histogram.record_value(latency)
    count = len(latencies_us)
    query = {"count": count, "ok": count, "in_flight": 0, "rows": rows, "hdr_v2_base64": histogram.encode().decode()}
    return {"name": "lookup @ 10", "steady_from_s": 1, "steady_to_s": 3, "scalars": scalars, "metrics": {"pg.query": query},
            "series": {"columns": ["t_s", "p95_us"], "rows": [[1.5, 10], [2.5, 30], [9, 70]]}}


@pytest.fixture
def reports(tmp_path):
    for turn, (latencies, lag) in enumerate((([1000] * 100, 2), ([1000] * 100 + [9000] * 100, 5), ([9000] * 600, 3))):
        made = {"run": {"main_metric": "pg.query", "connect_metric": "pg.connect"},
                "stages": [stage(latencies, len(latencies), **{"generator.lag_p99": lag, "rss.peak": 64 << 20})]}
        (tmp_path / f"lookup.smew.{turn}.json").write_text(json.dumps(made))
    return load_report.Reports(tmp_path)


def test_rows_are_made_of_all_rounds(reports):
    cells = [cell.strip() for cell in load_report.pgwire_table(reports, ["lookup"]).splitlines()[2].split("|")[1:-1]]
    row = dict(zip(load_report.PGWIRE_HEADER, cells))
    assert row["stage"] == "lookup @ 10" and row["server"] == "smew"
    assert row["queries/s"] == "100"  # of 50, 100 and 300
    assert float(row["P50 ms"]) == pytest.approx(9, rel=2e-3) and row["ok"] == "100.00 %"  # 700 of 900 took 9 ms
    assert row["RSS MiB"] == "64" and row["generator lag P99 ms"] == "5.0"


def test_series_are_those_of_the_steady_phase(reports):
    [first, *_] = reports.read("lookup", "smew")
    assert load_report.over_time(first, "p95_us", 1e-3) == [(0.5, 0.01), (1.5, 0.03)]


@pytest.mark.parametrize("chart", [
    lambda: svg.lines("A <title>", "ms", "s", {"one": [(0, 1), (10, 5)], "two & more": [(0, 3), (10, 4)]}, marks=True),
    lambda: svg.lines("logarithmic", "ms", "s", {"one": [(0, 0.2), (10, 5000)]}, log=True),
    lambda: svg.bars("bars", "per s", {"a": [1, 20], "b": [None, 3]}, ["one", "two"], log=True)])
def test_charts_are_the_same_bytes_and_well_formed(chart):
    text = chart()
    assert text == chart()
    root = xml.etree.ElementTree.fromstring(text)
    figures = [float(number) for node in root.iter() for name in ("x", "y", "x1", "y1", "width", "height") if (number := node.get(name))]
    assert all(-1 <= figure <= svg.WIDTH + 1 for figure in figures) and len(text) < 8000
