// Below the editor: rows, graph, plan and messages of the last statement, and its files.

import { h, replace } from "../shared/dom";
import { count, duration } from "../shared/format";
import { planTree } from "../shared/plan";
import { csv, json, save } from "./export";
import { Grid } from "./grid";
import { ResultChart } from "./result_chart";
import { Column, End, Failure, Row, StatementResult } from "./protocol";
import { ResultSets } from "./result_sets";

type View = "table" | "chart" | "plan";
const VIEWS: [View, string][] = [["table", "Rows"], ["chart", "Chart"], ["plan", "Plan"]];

export class Results {
  readonly element: HTMLElement;
  private readonly grid = new Grid();
  private readonly chart = new ResultChart();
  private readonly plan = h("div", { class: "plan-place" }, h("p", { class: "empty" }, "Explain shows the plan of the statement."));
  private readonly messages = h("div", { class: "messages", role: "alert" });
  private readonly status = h("p", { class: "result-status", role: "status", "aria-live": "polite" }, "Nothing has run yet.");
  private readonly tabs = h("div", { class: "segmented", role: "tablist", "aria-label": "Result as" });
  private readonly place = h("div", { class: "result-place", role: "tabpanel", id: "result-panel" });
  private readonly nothing = h("p", { class: "empty" }, "Rows appear here.");
  private readonly files: HTMLButtonElement[];
  private readonly sets = new ResultSets();
  private readonly choice = h("select", { class: "inline", "aria-label": "Result of which statement", hidden: true });
  private view: View = "table";

  constructor() {
    this.files = [this.fileButton("CSV", () => save(csv(this.columns, this.rows), "result.csv")),
      this.fileButton("JSON", () => save(json(this.columns, this.rows), "result.json"))];
    for (const [view, label] of VIEWS) {
      this.tabs.append(h("button", { type: "button", role: "tab", id: `tab-${view}`, "data-view": view, "aria-controls": "result-panel", onclick: () => this.choose(view) }, label));
    }
    this.tabs.addEventListener("keydown", (event) => this.moveTab(event));
    this.element = h("section", { class: "results", "aria-label": "Result" },
      h("div", { class: "result-bar" }, this.tabs, this.choice, this.status, h("div", { class: "row push" }, ...this.files)), this.messages, this.place);
    this.choice.addEventListener("change", () => {
      this.sets.choose(Number(this.choice.value));
      this.draw();
    });
    this.choose("table");
  }

  private get columns(): Column[] {
    return this.sets.shown?.columns ?? [];
  }

  private get rows(): Row[] {
    return this.sets.shown?.rows ?? [];
  }

  private fileButton(label: string, work: () => void): HTMLButtonElement {
    return h("button", { type: "button", class: "small", disabled: true, "aria-label": `Save the rows as ${label}`, onclick: work }, label);
  }

  // Arrow keys go from tab to tab, as in every tab list.
  private moveTab(event: KeyboardEvent): void {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    const index = VIEWS.findIndex(([view]) => view === this.view);
    const next = VIEWS[(index + step + VIEWS.length) % VIEWS.length];
    if (!next) return;
    this.choose(next[0]);
    this.tabs.querySelector<HTMLElement>(`[data-view="${next[0]}"]`)?.focus();
  }

  choose(view: View): void {
    this.view = view;
    for (const tab of this.tabs.children) {
      const chosen = (tab as HTMLElement).dataset.view === view;
      tab.setAttribute("aria-selected", String(chosen));
      tab.setAttribute("tabindex", chosen ? "0" : "-1");
    }
    this.place.setAttribute("aria-labelledby", `tab-${view}`);
    replace(this.place, view === "table" ? (this.columns.length > 0 ? this.grid.element : this.nothing) : view === "chart" ? this.chart.element : this.plan);
    if (view === "chart") this.chart.show(this.columns, this.rows);
    if (view === "table") this.grid.grown();
  }

  // `keep`: what is shown stays until something else is.
  begin(text: string, keep = false): void {
    this.messages.replaceChildren();
    this.status.textContent = text;
    if (keep) return;
    this.sets.clear();
    this.draw();
  }

  // The `number`th result of the run begins.
  header(number: number, columns: Column[]): void {
    this.sets.begin(number, columns);
    this.draw();
  }

  add(number: number, rows: Row[]): void {
    const set = this.sets.find(number);
    if (!set) return;
    for (const row of rows) set.rows.push(row);
    if (set === this.sets.shown && this.view === "table") this.grid.grown();
  }

  private draw(): void {
    this.grid.begin(this.columns, this.rows);
    if (this.view === "table") this.choose("table");
    if (this.view === "chart") this.chart.show(this.columns, this.rows);
    this.choice.hidden = this.sets.all.length < 2;
    replace(this.choice, ...this.sets.all.map((set, index) => h("option", { value: set.number, selected: set === this.sets.shown }, `Result ${index + 1} of ${this.sets.all.length}`)));
    this.offerFiles();
  }

  progress(text: string): void {
    this.status.textContent = text;
  }

  // So far, of all results.
  get length(): number {
    return this.sets.rows;
  }

  end(end: End): void {
    this.status.textContent = `${summary(end.results)} in ${duration(end.duration_ms)}`;
    this.offerFiles();
    if (this.view === "chart") this.chart.show(this.columns, this.rows);
  }

  notice(notice: Failure): void {
    this.messages.append(h("p", { class: "notice" }, notice.message));
  }

  // `before`: what the statements before it gave.
  fail(failure: Failure, text: string, before: StatementResult[] = []): void {
    this.status.textContent = before.length > 0 ? `${text}; before it: ${summary(before)}` : text;
    this.offerFiles();
    this.messages.append(h("div", { class: "problem" }, failure.sqlstate && h("strong", {}, `${failure.sqlstate}: `), failure.message,
      failure.detail && h("div", {}, failure.detail), failure.hint && h("div", {}, `Hint: ${failure.hint}`)));
  }

  showPlan(value: unknown, milliseconds: number): void {
    this.status.textContent = `Plan in ${duration(milliseconds)}`;
    replace(this.plan, planTree(value) ?? h("p", { class: "empty" }, "The database gave no plan."));
    this.choose("plan");
  }

  private offerFiles(): void {
    for (const button of this.files) button.disabled = this.columns.length === 0;
  }
}

function rowsText({ rows, more }: StatementResult): string {
  return `${count(rows)} ${rows === 1 ? "row" : "rows"}${more ? ", there are more" : ""}`;
}

function statementText(result: StatementResult): string {
  return result.result === undefined ? result.tag : rowsText(result);
}

// "3 rows"; of several statements the tags: "BEGIN, INSERT 0 1, 3 rows".
export function summary(results: StatementResult[]): string {
  if (results.length === 0) return "Nothing to run";
  const texts = results.map(statementText);
  return texts.length <= 4 ? texts.join(", ") : `${count(results.length)} statements, the last: ${texts.at(-1)}`;
}
