// What was run in a workspace, kept in this browser until it is cleared: bounded, and without what may hold a password.

import { confirmed, h, replace } from "../shared/dom";
import { duration } from "../shared/format";

const MOST = 200;
const MOST_CHARACTERS = 256 * 1024;
const LONGEST = 16 * 1024;
// Statements that may hold a password stay in the page's memory.
const MAY_HOLD_SECRETS = /passw|secret|credential|token|api_?key|access_?key|private_?key|authorization|:\/\/[^\s'"/]+:[^\s'"/]*@/i;
const PREFIX = "smew-history:";

export interface Entry {
  sql: string;
  at: number;
  outcome: string;
  failed: boolean;
}

export function isSecretive(sql: string): boolean {
  return MAY_HOLD_SECRETS.test(sql);
}

// The newest of them that fit.
export function bounded(entries: Entry[]): Entry[] {
  let characters = 0;
  return entries.slice(0, MOST).filter((entry) => (characters += entry.sql.length + entry.outcome.length) <= MOST_CHARACTERS);
}

function isEntry(value: unknown): value is Entry {
  const entry = value as Partial<Entry> | null;
  return typeof entry === "object" && entry !== null && typeof entry.sql === "string" && typeof entry.at === "number"
    && typeof entry.outcome === "string" && typeof entry.failed === "boolean";
}

function read(key: string): Entry[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isEntry) : [];
  } catch {
    return [];  // not ours, or storage is not allowed here
  }
}

export class Statements {
  readonly element = h("div", { class: "statements" });
  private readonly key: string;
  private entries: Entry[];
  private readonly list = h("div", {});
  private readonly clearButton = h("button", { type: "button", class: "small quiet", onclick: () => void this.clear() }, "Clear history");

  constructor(workspace: string, private readonly use: (sql: string) => void) {
    this.key = PREFIX + workspace;
    this.entries = read(this.key);
    this.element.append(this.list, h("p", { class: "note" }, "Kept in this browser for this workspace. Statements that may hold a password are kept until the page closes."),
      h("div", { class: "leaf-actions" }, this.clearButton));
    // Another tab of the same workspace has run something, or cleared.
    window.addEventListener("storage", (event) => {
      if (event.key !== this.key && event.key !== null) return;
      this.entries = [...read(this.key), ...this.entries.filter((entry) => isSecretive(entry.sql))].sort((a, b) => b.at - a.at);
      this.draw();
    });
    this.draw();
  }

  add(sql: string, outcome: string, failed: boolean): void {
    const entry = { sql: sql.slice(0, LONGEST), at: Date.now(), outcome: isSecretive(sql) ? (failed ? "failed" : "done") : outcome.slice(0, 300), failed };
    const again = this.entries[0]?.sql === entry.sql ? 1 : 0;  // run twice in a row: once in the list
    this.entries = bounded([entry, ...this.entries.slice(again)]);
    this.keep();
    this.draw();
  }

  private keep(): void {
    try {
      localStorage.setItem(this.key, JSON.stringify(this.entries.filter((entry) => !isSecretive(entry.sql))));
    } catch {
      // Full or not allowed: the page's own memory has it.
    }
  }

  private async clear(): Promise<void> {
    if (!(await confirmed("Clear the history of this workspace in this browser?", "Clear"))) return;
    this.entries = [];
    localStorage.removeItem(this.key);
    this.draw();
  }

  private draw(): void {
    this.clearButton.disabled = this.entries.length === 0;
    if (this.entries.length === 0) {
      replace(this.list, h("p", { class: "note" }, "Statements you run appear here."));
      return;
    }
    replace(this.list, h("ol", {}, ...this.entries.map((entry) => h("li", {},
      h("button", { type: "button", class: "leaf history", "aria-label": `Edit again: ${entry.sql}`, title: entry.sql.slice(0, 2000), onclick: () => this.use(entry.sql) },
        h("code", { class: "clip" }, entry.sql.slice(0, 200).replace(/\s+/g, " ")),
        h("span", { class: entry.failed ? "second failed" : "second" }, `${when(entry.at)} · ${entry.outcome}`))))));
  }
}

function when(at: number): string {
  const time = new Date(at);
  const today = time.toDateString() === new Date().toDateString();
  return today ? time.toLocaleTimeString("en-GB") : time.toLocaleString("en-GB", { day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit" });
}

export function outcomeOf(rows: number, milliseconds: number): string {
  return `${rows.toLocaleString("en-US")} ${rows === 1 ? "row" : "rows"}, ${duration(milliseconds)}`;
}
