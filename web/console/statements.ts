// What was run in this page: kept in its memory only, for statements may hold what is nobody's business.

import { h, replace } from "../shared/dom";
import { duration } from "../shared/format";

const KEPT = 100;

interface Entry {
  sql: string;
  at: Date;
  outcome: string;
  failed: boolean;
}

export class Statements {
  readonly element = h("div", { class: "statements" });
  private entries: Entry[] = [];

  constructor(private readonly use: (sql: string) => void) {
    this.draw();
  }

  add(sql: string, outcome: string, failed: boolean): void {
    this.entries = [{ sql, at: new Date(), outcome, failed }, ...this.entries].slice(0, KEPT);
    this.draw();
  }

  private draw(): void {
    if (this.entries.length === 0) {
      replace(this.element, h("p", { class: "note" }, "Statements you run appear here until the page is closed."));
      return;
    }
    replace(this.element, h("ol", {}, ...this.entries.map((entry) => h("li", {},
      h("button", { type: "button", class: "leaf history", "aria-label": `Edit again: ${entry.sql}`, title: entry.sql, onclick: () => this.use(entry.sql) },
        h("code", { class: "clip" }, entry.sql.replace(/\s+/g, " ")),
        h("span", { class: entry.failed ? "second failed" : "second" }, `${entry.at.toLocaleTimeString("en-GB")} · ${entry.outcome}`))))));
  }
}

export function outcomeOf(rows: number, milliseconds: number): string {
  return `${rows.toLocaleString("en-US")} rows, ${duration(milliseconds)}`;
}
