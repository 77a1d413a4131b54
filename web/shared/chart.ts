// Lines over time, drawn by uPlot in the page's colours.

import uPlot from "uplot";
import { h, replace } from "./dom";
import { colour } from "./theme";

export interface Line {
  label: string;
  colour: "series-1" | "series-2" | "series-3" | "series-4";
  fill?: boolean;
  bars?: boolean;
}

// Counts have no ticks between 1 and 2. `powers`: by powers of ten, for values that differ by orders of magnitude.
export interface Scale {
  format: (value: number) => string;
  whole?: boolean;
  powers?: boolean;
}

export type Numbers = (number | null)[];

const HEIGHT = 180;
const isPower = (value: number) => Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-6;

// The powers of ten around all values; uPlot knows no others below and above.
function powersAround(least: number | null, most: number | null): [number, number] {
  if (!least || !most || least <= 0) return [0.001, 1];
  const from = Math.floor(Math.log10(least));
  return [10 ** from, 10 ** Math.max(Math.ceil(Math.log10(most)), from + 1)];
}

const WHOLE_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000];

function timeText(seconds: number, step: number): string {
  const text = new Date(seconds * 1000).toLocaleTimeString("en-GB");
  return step < 60 ? text : text.slice(0, 5);
}

export class TimeChart {
  readonly element: HTMLElement;
  private readonly plotPlace = h("div", { class: "chart", role: "img" });
  private readonly legend = h("ul", { class: "legend" });
  private plot: uPlot | null = null;
  private data: uPlot.AlignedData = [[]];

  constructor(private readonly title: string, private readonly lines: Line[], private readonly scale: Scale) {
    this.element = h("section", { class: "card", "aria-label": title }, h("header", {}, h("h2", {}, title), this.legend), this.plotPlace);
    new ResizeObserver(() => this.resize()).observe(this.plotPlace);
    document.addEventListener("themechange", () => this.rebuild());
  }

  // `series`: one array a line, as long as `times` (Unix seconds).
  show(times: number[], series: Numbers[]): void {
    this.data = [times, ...series] as uPlot.AlignedData;
    if (times.length < 2) {
      this.plot?.destroy();
      this.plot = null;
      replace(this.plotPlace, h("p", { class: "chart-empty" }, "The first points come in a few seconds."));
    } else if (this.plot) {
      this.plot.setData(this.data);
    } else {
      this.rebuild();
    }
    this.describe(series);
  }

  // What a screen reader reads instead of the drawing, and the latest values for everybody.
  private describe(series: Numbers[]): void {
    const latest = this.lines.map((line, index) => {
      const values = (series[index] ?? []).filter((value): value is number => value !== null);
      const last = values.at(-1);
      return { line, last: last === undefined ? "–" : this.scale.format(last), peak: values.length ? this.scale.format(Math.max(...values)) : "–" };
    });
    this.plotPlace.setAttribute("aria-label", `${this.title}. ${latest.map(({ line, last, peak }) => `${line.label}: now ${last}, highest ${peak}`).join("; ")}`);
    replace(this.legend, ...latest.map(({ line, last }) => h("li", {}, h("span", { class: `key ${line.colour}` }), `${line.label} ${last}`)));
  }

  private rebuild(): void {
    if (this.data[0].length < 2) return;
    this.plot?.destroy();
    this.plotPlace.replaceChildren();
    this.plot = new uPlot(this.options(), this.data, this.plotPlace);
  }

  private resize(): void {
    const width = this.width();
    if (this.plot && width > 0 && this.plot.width !== width) this.plot.setSize({ width, height: HEIGHT });
  }

  private width(): number {
    const style = getComputedStyle(this.plotPlace);
    return this.plotPlace.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  }

  private options(): uPlot.Options {
    const axis = { stroke: colour("ink-soft"), grid: { stroke: colour("grid"), width: 1 }, ticks: { show: false }, font: "11px system-ui, sans-serif" };
    return {
      width: this.width(), height: HEIGHT, legend: { show: false }, cursor: { y: false, drag: { x: true, y: false }, points: { size: 6 } },
      scales: { y: this.scale.powers ? { distr: 3, range: (_plot, least, most) => powersAround(least, most) } : { range: (_plot, _min, max) => [0, max > 0 ? max * 1.1 : 1] } },
      axes: [{ ...axis, space: 78, size: 30, values: (_plot, ticks, _axis, _space, step) => ticks.map((tick) => timeText(tick, step)) },
        { ...axis, size: 62, ...(this.scale.whole ? { incrs: WHOLE_STEPS } : {}), values: (_plot, ticks) => ticks.map((tick) => (this.scale.powers && !isPower(tick) ? "" : this.scale.format(tick))) }],
      series: [{}, ...this.lines.map((line) => this.series(line))],
      plugins: [this.tooltip()],
    };
  }

  private series(line: Line): uPlot.Series {
    const stroke = colour(line.colour);
    const bars = line.bars ? uPlot.paths.bars?.({ size: [0.8, 24, 3] }) : undefined;
    return { label: line.label, stroke, width: bars ? 0 : 1.75, points: { show: false }, spanGaps: false,
      ...(line.fill || bars ? { fill: bars ? stroke : `${stroke}22` } : {}), ...(bars ? { paths: bars } : {}) };
  }

  private tooltip(): uPlot.Plugin {
    const box = h("div", { class: "chart-tip", hidden: true, "aria-hidden": "true" });
    return {
      hooks: {
        init: (plot) => plot.over.append(box),
        setCursor: (plot) => {
          const index = plot.cursor.idx;
          box.hidden = index === null || index === undefined;
          if (index === null || index === undefined) return;
          const time = new Date((plot.data[0][index] ?? 0) * 1000).toLocaleTimeString("en-GB");
          const values = this.lines.map((line, series) => {
            const value = plot.data[series + 1]?.[index];
            return `${line.label} ${value === null || value === undefined ? "–" : this.scale.format(value)}`;
          });
          replace(box, ...[time, ...values].map((text) => h("div", {}, text)));
          const left = plot.cursor.left ?? 0;
          box.style.left = `${left > plot.over.clientWidth / 2 ? left - box.offsetWidth - 12 : left + 12}px`;
        },
      },
    };
  }
}
