// A result as a table of which only the rows in sight exist. Rows come in while it is looked at.

import { append, h, replace } from "../shared/dom";
import { Column, Row, Value } from "./protocol";

const ROW_HEIGHT = 28;
const HEAD_HEIGHT = 42;
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
  readonly element = h("div", { class: "grid", tabindex: "0", role: "grid", "aria-label": "Result rows. Arrow keys move, Enter shows a value in full, Control and C copies it.", "aria-readonly": "true" });
  private readonly table = h("table", { role: "presentation" });
  private readonly groups = h("colgroup", {});
  private readonly head = h("thead", { role: "rowgroup" });
  private readonly body = h("tbody", { role: "rowgroup" });
  private columns: Column[] = [];
  private rows: Row[] = [];
  private first = -1;
  private last = -1;
  private measured = false;
  private waiting = false;
  // The cell that keys move; none until one is pressed or a cell is clicked.
  private cell: { row: number; column: number } | null = null;

  constructor() {
    append(this.table, this.groups, this.head, this.body);
    this.element.append(this.table);
    this.element.addEventListener("scroll", () => this.schedule());
    new ResizeObserver(() => this.schedule()).observe(this.element);
    this.element.addEventListener("dblclick", () => this.open());
    this.element.addEventListener("click", (event) => this.click(event.target));
    this.element.addEventListener("keydown", (event) => this.key(event));
    this.element.addEventListener("focus", () => this.cell ??= this.rows.length > 0 ? { row: this.first < 0 ? 0 : Math.ceil(this.element.scrollTop / ROW_HEIGHT), column: 0 } : null);
  }

  begin(columns: Column[], rows: Row[]): void {
    this.columns = columns;
    this.rows = rows;
    this.measured = false;
    this.cell = null;
    this.element.scrollTop = 0;
    this.element.setAttribute("aria-colcount", String(columns.length + 1));
    replace(this.head, h("tr", { role: "row", "aria-rowindex": 1 }, h("th", { role: "columnheader", class: "num" }, h("span", { class: "sr-only" }, "Row")),
      ...columns.map((column) => h("th", { role: "columnheader", class: isNumeric(column) ? "num" : null }, column.name, h("span", { class: "type" }, column.type)))));
    this.measure();
    this.grown();
  }

  // The array given to begin() has more rows.
  grown(): void {
    if (!this.measured && this.rows.length > 0) this.measure();
    this.element.setAttribute("aria-rowcount", String(this.rows.length + 1));
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
    this.markCell();
  }

  private markCell(): void {
    for (const old of this.body.querySelectorAll("[aria-selected]")) {
      old.removeAttribute("aria-selected");
      old.removeAttribute("id");
    }
    this.element.removeAttribute("aria-activedescendant");
    const cell = this.cell && this.body.querySelector(`tr[aria-rowindex="${this.cell.row + 2}"]`)?.children[this.cell.column + 1];
    if (!cell) return;
    cell.id = "grid-cell";
    cell.setAttribute("aria-selected", "true");
    this.element.setAttribute("aria-activedescendant", cell.id);
  }

  private click(target: EventTarget | null): void {
    if (!(target instanceof HTMLTableCellElement) || target.tagName !== "TD" || !target.parentElement?.hasAttribute("aria-rowindex")) return;
    this.cell = { row: Number(target.parentElement.getAttribute("aria-rowindex")) - 2, column: target.cellIndex - 1 };
    this.markCell();
  }

  private key(event: KeyboardEvent): void {
    const { cell } = this;
    if (!cell || this.columns.length === 0) return;
    const page = Math.max(1, Math.floor(this.element.clientHeight / ROW_HEIGHT) - 2);
    const control = event.ctrlKey || event.metaKey;
    const moves: Record<string, [number, number]> = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1], PageDown: [page, 0], PageUp: [-page, 0],
      Home: [control ? -Infinity : 0, -Infinity], End: [control ? Infinity : 0, Infinity] };
    const move = moves[event.key];
    if (move) this.move(cell.row + move[0], cell.column + move[1]);
    else if (event.key === "Enter") this.open();
    else if (control && event.key === "c" && String(window.getSelection()) === "") void navigator.clipboard?.writeText(textOf(this.rows[cell.row]?.[cell.column] ?? null));
    else return;
    event.preventDefault();
  }

  private move(row: number, column: number): void {
    const within = (value: number, count: number) => Math.max(0, Math.min(value, count - 1));
    this.cell = { row: within(row, this.rows.length), column: within(column, this.columns.length) };
    const { element } = this;
    const top = this.cell.row * ROW_HEIGHT;
    const room = element.clientHeight - HEAD_HEIGHT - ROW_HEIGHT;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top > element.scrollTop + room) element.scrollTop = top - room;
    this.last = -1;
    this.draw();
    this.body.querySelector("#grid-cell")?.scrollIntoView({ block: "nearest", inline: "nearest" });
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
      if (value === null) return h("td", { role: "gridcell", class: "null" }, "NULL");
      return h("td", { role: "gridcell", class: isNumeric(column) ? "num" : null, title: textOf(value).length > 40 ? textOf(value).slice(0, 400) : null }, textOf(value));
    });
    return h("tr", { role: "row", "aria-rowindex": index + 2 }, h("th", { role: "rowheader", class: "num" }, String(index + 1)), ...cells);
  }

  // A long value in full.
  private open(): void {
    const row = this.cell && this.rows[this.cell.row];
    const column = this.cell && this.columns[this.cell.column];
    if (!this.cell || !row || !column) return;
    const value = row[this.cell.column] ?? null;
    const dialog = h("dialog", { "aria-label": `Value of ${column.name}` });
    dialog.addEventListener("close", () => dialog.remove());
    append(dialog, h("div", { class: "detail" }, h("h2", {}, column.name), h("pre", { class: "statement", tabindex: "0" }, value === null ? "NULL" : textOf(value)),
      h("div", { class: "row end" }, h("button", { type: "button", onclick: () => dialog.close() }, "Close"))));
    document.body.append(dialog);
    dialog.showModal();
  }
}
