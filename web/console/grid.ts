// A result as a table of which only the rows in sight exist. Rows come in while it is looked at.

import { append, h, replace } from "../shared/dom";
import { Column, Row, Value } from "./stream";

const ROW_HEIGHT = 28;
const OVERSCAN = 12;
const MEASURED_ROWS = 200;
const CHARACTER = 8.2;
const NUMERIC = /^(smallint|integer|bigint|numeric|real|double precision|oid)$/;

export function isNumeric(column: Column): boolean {
  return NUMERIC.test(column.type);
}

export function textOf(value: Value): string {
  return value === null ? "" : String(value);
}

function width(column: Column, index: number, rows: Row[]): number {
  const longest = rows.slice(0, MEASURED_ROWS).reduce((most, row) => Math.max(most, textOf(row[index] ?? null).length), 4);
  const title = Math.max(column.name.length, column.type.length * 0.85);
  return Math.min(Math.max(longest, title, 5), 46) * CHARACTER + 28;
}

export class Grid {
  readonly element = h("div", { class: "grid", tabindex: "0", role: "region", "aria-label": "Result rows" });
  private readonly table = h("table", {});
  private readonly groups = h("colgroup", {});
  private readonly head = h("thead", {});
  private readonly body = h("tbody", {});
  private columns: Column[] = [];
  private rows: Row[] = [];
  private first = -1;
  private last = -1;
  private measured = false;
  private waiting = false;

  constructor() {
    append(this.table, this.groups, this.head, this.body);
    this.element.append(this.table);
    this.element.addEventListener("scroll", () => this.schedule());
    new ResizeObserver(() => this.schedule()).observe(this.element);
    this.element.addEventListener("dblclick", (event) => this.open(event.target));
  }

  begin(columns: Column[], rows: Row[]): void {
    this.columns = columns;
    this.rows = rows;
    this.measured = false;
    this.element.scrollTop = 0;
    this.table.setAttribute("aria-colcount", String(columns.length));
    replace(this.head, h("tr", { "aria-rowindex": 1 }, h("th", { scope: "col", class: "num" }, h("span", { class: "sr-only" }, "Row")),
      ...columns.map((column) => h("th", { scope: "col", class: isNumeric(column) ? "num" : null }, column.name, h("span", { class: "type" }, column.type)))));
    this.measure();
    this.grown();
  }

  // The array given to begin() has more rows.
  grown(): void {
    if (!this.measured && this.rows.length > 0) this.measure();
    this.table.setAttribute("aria-rowcount", String(this.rows.length + 1));
    this.last = -1;
    this.schedule();
  }

  private measure(): void {
    this.measured = this.rows.length > 0;
    const sizes = [58, ...this.columns.map((column, index) => width(column, index, this.rows))];
    replace(this.groups, ...sizes.map((size) => {
      const group = h("col", {});
      group.style.width = `${size}px`;
      return group;
    }));
    this.table.style.width = `${sizes.reduce((sum, size) => sum + size, 0)}px`;
  }

  private schedule(): void {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.draw();
    });
  }

  private draw(): void {
    const top = Math.max(0, Math.floor(this.element.scrollTop / ROW_HEIGHT) - OVERSCAN);
    const end = Math.min(this.rows.length, top + Math.ceil(this.element.clientHeight / ROW_HEIGHT) + 2 * OVERSCAN);
    if (top === this.first && end === this.last) return;
    this.first = top;
    this.last = end;
    const shown = this.rows.slice(top, end).map((row, index) => this.rowElement(row, top + index));
    replace(this.body, this.spacer(top), ...shown, this.spacer(this.rows.length - end));
  }

  private spacer(rows: number): HTMLElement | null {
    if (rows === 0) return null;
    const cell = h("td", { colspan: this.columns.length + 1 });
    cell.style.height = `${rows * ROW_HEIGHT}px`;
    return h("tr", { class: "spacer", "aria-hidden": "true" }, cell);
  }

  private rowElement(row: Row, index: number): HTMLElement {
    const cells = this.columns.map((column, at) => {
      const value = row[at] ?? null;
      if (value === null) return h("td", { class: "null" }, "NULL");
      return h("td", { class: isNumeric(column) ? "num" : null, title: textOf(value).length > 40 ? textOf(value).slice(0, 400) : null }, textOf(value));
    });
    return h("tr", { "aria-rowindex": index + 2 }, h("th", { scope: "row", class: "num" }, String(index + 1)), ...cells);
  }

  // A long value in full.
  private open(target: EventTarget | null): void {
    if (!(target instanceof HTMLTableCellElement) || target.tagName !== "TD") return;
    const row = this.rows[Number(target.parentElement?.getAttribute("aria-rowindex")) - 2];
    const column = this.columns[target.cellIndex - 1];
    if (!row || !column) return;
    const dialog = h("dialog", { "aria-label": `Value of ${column.name}` });
    dialog.addEventListener("close", () => dialog.remove());
    append(dialog, h("div", { class: "detail" }, h("h2", {}, column.name), h("pre", { class: "statement", tabindex: "0" }, textOf(row[target.cellIndex - 1] ?? null)),
      h("div", { class: "row end" }, h("button", { type: "button", onclick: () => dialog.close() }, "Close"))));
    document.body.append(dialog);
    dialog.showModal();
  }
}
