// A card with a table that is drawn again only when what it shows has changed, so that focus and text selection stay.

import { Child, h, replace } from "../shared/dom";
import { unpressed } from "../shared/press";

export interface Column<Row> {
  title: string;
  cell: (row: Row) => Child | Child[];
  class?: string;
  // The title is for screen readers only.
  silent?: boolean;
}

export class TablePanel<Row> {
  readonly element: HTMLElement;
  readonly tools = h("div", { class: "row push" });
  private readonly sub = h("span", { class: "sub" });
  private readonly place = h("div", {});
  private shown = "";

  constructor(private readonly title: string, private readonly columns: Column<Row>[], private readonly empty: string,
    private readonly key: (row: Row) => string) {
    this.element = h("section", { class: "card", "aria-label": title }, h("header", {}, h("h2", {}, title), this.sub, this.tools), this.place);
    replace(this.place, h("p", { class: "empty" }, "Loading …"));
  }

  // `state`: what the cells are made of; the same text means nothing to draw.
  show(rows: Row[], note = "", empty = this.empty): void {
    const state = JSON.stringify(rows) + empty;
    this.sub.textContent = note;
    if (state === this.shown) return;
    this.shown = state;
    unpressed(this, () => this.draw(rows, empty));
  }

  fail(message: string): void {
    this.shown = "";
    unpressed(this, () => replace(this.place, h("p", { class: "empty" }, message)));
  }

  private draw(rows: Row[], empty: string): void {
    const focused = this.focusedButton();
    replace(this.place, rows.length === 0 ? h("p", { class: "empty" }, empty) : this.table(rows));
    if (focused) this.place.querySelector<HTMLElement>(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
  }

  private focusedButton(): string | null {
    const active = document.activeElement;
    return active instanceof HTMLElement && this.place.contains(active) ? active.dataset.focus ?? null : null;
  }

  private table(rows: Row[]): HTMLElement {
    const head = this.columns.map((column) => h("th", { role: "columnheader", class: column.class ?? null },
      column.silent ? h("span", { class: "sr-only" }, column.title) : column.title));
    const body = rows.map((row) => h("tr", { role: "row", "data-key": this.key(row) }, ...this.columns.map((column) => {
      const content = column.cell(row);
      return h("td", { role: "cell", class: column.class ?? null, "data-title": column.silent ? null : column.title }, h("div", {}, ...(Array.isArray(content) ? content : [content])));
    })));
    return h("div", { class: "table-wrap", tabindex: "0", role: "region", "aria-label": `${this.title}, table` },
      // On a phone rows are blocks, which would take the table's meaning away were it not said.
      h("table", { role: "table" }, h("caption", { class: "sr-only" }, this.title), h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, ...head)), h("tbody", { role: "rowgroup" }, ...body)));
  }
}

export function gauge(used: number, limit: number, text: string): HTMLElement {
  const share = limit > 0 ? Math.min(used / limit, 1) : 0;
  const fill = h("span", { class: "fill" });
  fill.style.width = `${(share * 100).toFixed(1)}%`;
  return h("div", { class: share >= 0.9 ? "gauge high" : "gauge" }, h("span", { class: "text" }, text),
    limit > 0 && h("div", { class: "track", "aria-hidden": "true" }, fill));
}
