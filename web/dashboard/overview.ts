// Figures and graphs over time. Everything comes from the server's history, so a reload shows the same.

import { h, replace } from "../shared/dom";
import { bytes, count, duration, rate } from "../shared/format";
import { Line, TimeChart } from "../shared/chart";
import { History } from "./types";

// `instance`: of the whole server alone, no project has it.
interface Graph {
  title: string;
  lines: (Line & { series: string; instance?: boolean })[];
  format: (value: number) => string;
  whole?: boolean;
  powers?: boolean;
}

const seconds = (value: number) => duration(value * 1000);

const GRAPHS: Graph[] = [
  { title: "Throughput", format: (value) => `${rate(value)}/s`, lines: [
    { label: "Queries", series: "queries_per_second", colour: "series-1", fill: true }, { label: "REST", series: "requests_per_second", colour: "series-3", instance: true }] },
  { title: "Latency", format: seconds, powers: true, lines: [{ label: "p50", series: "latency_p50_seconds", colour: "series-1" },
    { label: "p95", series: "latency_p95_seconds", colour: "series-2" }, { label: "p99", series: "latency_p99_seconds", colour: "series-3" }] },
  { title: "Errors", format: (value) => `${rate(value)}/s`, lines: [{ label: "Failed", series: "errors_per_second", colour: "series-4", fill: true },
    { label: "Cancelled", series: "cancelled_per_second", colour: "series-2" }] },
  { title: "Authentication failures", format: count, whole: true, lines: [{ label: "Failures", series: "auth_failures", colour: "series-4", bars: true }] },
  { title: "Sessions and workers", format: count, whole: true, lines: [{ label: "Sessions", series: "sessions", colour: "series-1", fill: true },
    { label: "Workers", series: "workers", colour: "series-2" }] },
  { title: "Memory", format: bytes, lines: [{ label: "Workers", series: "worker_memory_bytes", colour: "series-1", fill: true },
    { label: "Gateway", series: "gateway_memory_bytes", colour: "series-3", instance: true }] },
];

const SLOW: Graph = { title: "Slow queries over time", format: count, whole: true, lines: [{ label: "Slow", series: "slow_queries", colour: "series-2", bars: true }] };

class HistoryChart {
  readonly chart: TimeChart;
  constructor(private readonly graph: Graph) {
    this.chart = new TimeChart(graph.title, graph.lines, graph);
  }
  show(history: History): void {
    this.chart.show(history.times, this.graph.lines.map((line) => history.series[line.series] ?? []));
  }
}

function sum(values: (number | null)[] | undefined): number {
  return (values ?? []).reduce<number>((total, value) => total + (value ?? 0), 0);
}

function lastValue(values: (number | null)[] | undefined): number | null {
  return (values ?? []).filter((value) => value !== null).at(-1) ?? null;
}

export class Overview {
  readonly figures = h("dl", { class: "figures", "aria-label": "Key figures" });
  readonly charts = h("div", { class: "charts" });
  readonly slow = new HistoryChart(SLOW);
  private readonly graphs: HistoryChart[];

  constructor(instance: boolean) {
    this.graphs = GRAPHS.map((graph) => new HistoryChart({ ...graph, lines: graph.lines.filter((line) => instance || !line.instance) }));
    this.charts.append(...this.graphs.map(({ chart }) => chart.element));
  }

  show(history: History): void {
    for (const graph of [...this.graphs, this.slow]) graph.show(history);
    const { series } = history;
    const p95 = lastValue(series.latency_p95_seconds);
    // A mean over half a minute: single seconds jump.
    const recent = Math.max(1, Math.round(30 / history.step_seconds));
    const mean = (name: string) => sum(series[name]?.slice(-recent)) / Math.max(1, Math.min(recent, history.times.length));
    const failures = sum(series.auth_failures);
    const errors = mean("errors_per_second");
    replace(this.figures,
      this.figure("Queries", rate(mean("queries_per_second")), "/s"),
      this.figure("P95 latency", p95 === null ? "–" : seconds(p95)),
      this.figure("Errors", rate(errors), "/s", errors > 0),
      this.figure("Slow queries", count(sum(series.slow_queries)), ` in ${history.range}`),
      this.figure("Auth failures", count(failures), ` in ${history.range}`, failures > 0),
      this.figure("Sessions", count(lastValue(series.sessions) ?? 0)),
      this.figure("Workers", count(lastValue(series.workers) ?? 0)),
      this.figure("Worker memory", bytes(lastValue(series.worker_memory_bytes) ?? 0)));
  }

  private figure(name: string, value: string, unit = "", bad = false): HTMLElement {
    return h("div", { class: bad ? "figure bad" : "figure" }, h("dt", {}, name), h("dd", {}, value, unit && h("small", {}, unit)));
  }
}
