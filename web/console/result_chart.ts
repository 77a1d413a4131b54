// A result as a graph: one column across, one or more numeric ones up.

import uPlot from "uplot";
import { h, replace } from "../shared/dom";
import { colour } from "../shared/theme";
import { isNumeric } from "./grid";
import { Column, Row } from "./protocol";

const MOST_POINTS = 20_000;
const COLOURS = ["series-1", "series-2", "series-3", "series-4"];
const TIME = /^(date|timestamp)/;
const BARS_SIDE_BY_SIDE = 2;
const LEGEND_HEIGHT = 40;
type Shape = "line" | "bars";

function select(label: string, options: [string, string][], value: string, changed: (value: string) => void): HTMLElement {
  const element = h("select", { class: "inline", id: `choose-${label}`, "aria-label": label }, ...options.map(([id, text]) => h("option", { value: id, selected: id === value }, text)));
  element.addEventListener("change", () => changed(element.value));
  return h("label", { class: "check" }, label, element);
}

export class ResultChart {
  readonly element = h("div", { class: "result-chart" });
  private columns: Column[] = [];
  private rows: Row[] = [];
  private x = -1;
  private ys: number[] = [];
  private shape: Shape = "line";
  private plot: uPlot | null = null;
  private readonly place = h("div", { class: "result-plot", role: "img" });

  constructor() {
    new ResizeObserver(() => this.resize()).observe(this.place);
    document.addEventListener("themechange", () => this.element.isConnected && this.draw());
  }

  show(columns: Column[], rows: Row[]): void {
    const same = columns.length === this.columns.length && columns.every((column, index) => column.name === this.columns[index]?.name);
    this.columns = columns;
    this.rows = rows;
    if (!same) this.choose();
    this.draw();
  }

  // A time or a text goes across, else the rows' numbers; the first numeric columns go up.
  private choose(): void {
    const numbers = this.columns.flatMap((column, index) => (isNumeric(column) ? [index] : []));
    this.x = this.columns.findIndex((column) => !isNumeric(column) && column.type !== "boolean");
    if (this.x < 0 && numbers.length > 1) this.x = numbers[0] ?? -1;
    this.ys = numbers.filter((index) => index !== this.x).slice(0, COLOURS.length);
    const word = this.x >= 0 && !TIME.test(this.columns[this.x]?.type ?? "") && !isNumeric(this.columns[this.x] as Column);
    this.shape = word ? "bars" : "line";
    if (word) this.ys = this.ys.slice(0, BARS_SIDE_BY_SIDE);
  }

  private controls(): HTMLElement {
    const names = this.columns.map((column, index): [string, string] => [String(index), column.name]);
    const numbers = names.filter(([index]) => isNumeric(this.columns[Number(index)] as Column));
    const boxes = numbers.slice(0, 12).map(([index, name]) => {
      const box = h("input", { type: "checkbox", id: `up-${index}`, checked: this.ys.includes(Number(index)) });
      box.addEventListener("change", () => {
        const most = this.shape === "bars" ? BARS_SIDE_BY_SIDE : COLOURS.length;
        this.ys = box.checked ? [Number(index), ...this.ys].slice(0, most) : this.ys.filter((y) => y !== Number(index));
        this.draw();
      });
      return h("label", { class: "check" }, box, name);
    });
    return h("div", { class: "row chart-controls" },
      select("Across", [["-1", "row number"], ...names], String(this.x), (value) => { this.x = Number(value); this.draw(); }),
      h("span", { role: "group", "aria-label": "Up", class: "row" }, ...boxes),
      select("As", [["line", "lines"], ["bars", "bars"]], this.shape, (value) => {
        this.shape = value as Shape;
        if (this.shape === "bars") this.ys = this.ys.slice(0, BARS_SIDE_BY_SIDE);
        this.draw();
      }));
  }

  private draw(): void {
    const focused = document.activeElement instanceof HTMLElement && this.element.contains(document.activeElement) ? document.activeElement.id : "";
    this.redraw();
    if (focused) document.getElementById(focused)?.focus();
  }

  private redraw(): void {
    this.plot?.destroy();
    this.plot = null;
    this.place.replaceChildren();
    if (!this.columns.some(isNumeric) || this.rows.length === 0) {
      replace(this.element, h("p", { class: "empty" }, "A graph needs rows and a numeric column."));
      return;
    }
    replace(this.element, this.controls(), this.place);
    if (this.ys.length === 0) return;
    const { xs, labels, time } = this.across();
    const ups = this.ys.map((index) => this.sample().map((row) => (row[index] === null ? null : Number(row[index]))));
    this.place.setAttribute("aria-label", `Graph of ${this.ys.map((index) => this.columns[index]?.name).join(", ")} over ${xs.length} points`);
    this.plot = new uPlot(this.options(labels, time), [xs, ...ups] as uPlot.AlignedData, this.place);
  }

  private sample(): Row[] {
    const rows = this.rows.slice(0, MOST_POINTS);
    const column = this.columns[this.x];
    if (!column || (!isNumeric(column) && !TIME.test(column.type))) return rows;
    return rows.filter((row) => row[this.x] !== null).sort((a, b) => this.position(a) - this.position(b));
  }

  private position(row: Row): number {
    const value = row[this.x] ?? null;
    return TIME.test(this.columns[this.x]?.type ?? "") ? Date.parse(String(value).replace(" ", "T")) / 1000 : Number(value);
  }

  private across(): { xs: number[]; labels: string[] | null; time: boolean } {
    const rows = this.sample();
    const column = this.columns[this.x];
    if (!column) return { xs: rows.map((_, index) => index + 1), labels: null, time: false };
    if (TIME.test(column.type)) return { xs: rows.map((row) => this.position(row)), labels: null, time: true };
    if (isNumeric(column)) return { xs: rows.map((row) => this.position(row)), labels: null, time: false };
    return { xs: rows.map((_, index) => index), labels: rows.map((row) => String(row[this.x] ?? "NULL")), time: false };
  }

  private options(labels: string[] | null, time: boolean): uPlot.Options {
    const axis = { stroke: colour("ink-soft"), grid: { stroke: colour("grid"), width: 1 }, ticks: { show: false } };
    const across: uPlot.Axis = labels ? { ...axis, space: 90, values: (_plot, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? (labels[tick] ?? "").slice(0, 16) : "")) } : axis;
    const bars = this.shape === "bars";
    return {
      width: this.place.clientWidth || 600, height: this.height(),
      scales: { x: { time, ...(labels ? { range: [-0.6, labels.length - 0.4] as [number, number] } : {}) }, y: bars ? { range: (_plot, min, max) => [Math.min(0, min), Math.max(0, max * 1.08)] } : {} },
      axes: [across, { ...axis, size: 70 }],
      legend: { show: true },
      series: [{ label: this.columns[this.x]?.name ?? "row", ...(labels ? { value: (_plot: uPlot, value: number) => labels[value] ?? "–" } : {}) }, ...this.ys.map((index, place) => {
        const stroke = colour(COLOURS[place] ?? "series-1");
        const paths = bars ? uPlot.paths.bars?.({ size: this.ys.length > 1 ? [0.38, 50] : [0.7, 60], align: this.ys.length > 1 ? (place === 0 ? -1 : 1) : 0 }) : undefined;
        return { label: this.columns[index]?.name ?? "", stroke, width: bars ? 0 : 1.75, points: { show: !bars && this.rows.length < 60 }, ...(paths ? { paths, fill: `${stroke}cc` } : {}) };
      })],
    };
  }

  private resize(): void {
    if (this.plot && this.place.clientWidth > 0 && this.plot.width !== this.place.clientWidth) {
      this.plot.setSize({ width: this.place.clientWidth, height: this.height() });
    }
  }

  private height(): number {
    return Math.max(this.place.clientHeight - LEGEND_HEIGHT, 200);
  }
}
