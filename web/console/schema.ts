// The tree of buckets, tables and columns. Of many tables only the first of each schema are drawn until more are asked for.

import { h, replace } from "../shared/dom";
import { count } from "../shared/format";
import { TableEntry } from "./catalog";

const OWN = "main";
const DRAWN_AT_ONCE = 200;
const OPEN_UP_TO = 60;  // tables: a small schema is opened by itself

export function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

export function qualified(table: TableEntry): string {
  return table.temporary || isOwn(table.schema) ? quoted(table.name) : `${quoted(table.schema)}.${quoted(table.name)}`;
}

export function isOwn(schema: string): boolean {
  return schema === OWN || schema === "public";
}

interface Actions {
  reread(): void;
  insert(text: string): void;
  preview(sql: string): void;
  readColumns(table: TableEntry): Promise<void>;
}

function columnItems(table: TableEntry, actions: Actions): HTMLElement[] {
  return (table.columns ?? []).map((column) => h("li", {}, h("button", { type: "button", class: "leaf", "aria-label": `Insert column ${column.name}`,
    onclick: () => actions.insert(quoted(column.name)) }, h("span", { class: "clip" }, column.name), h("span", { class: "type" }, column.type))));
}

interface Group {
  title: string;
  order: number;
  tables: TableEntry[];
}

function groupsOf(tables: TableEntry[]): Group[] {
  const groups = new Map<string, Group>();
  for (const table of tables) {
    const title = table.temporary ? "Temporary tables" : isOwn(table.schema) ? "Own tables" : table.schema;
    const group = groups.get(title) ?? { title, order: table.temporary ? 0 : isOwn(table.schema) ? 1 : 2, tables: [] };
    group.tables.push(table);
    groups.set(title, group);
  }
  return [...groups.values()].sort((a, b) => a.order - b.order || a.title.localeCompare(b.title));
}

export class SchemaTree {
  readonly element = h("div", { class: "tree" });
  private readonly search = h("input", { type: "search", placeholder: "Filter tables", "aria-label": "Filter tables", spellcheck: "false" });
  private readonly list = h("div", {});
  private readonly found = h("p", { class: "sr-only", role: "status" });
  private tables: TableEntry[] = [];
  // What the user opened or closed stays so when the tables are read again, which may be between a click and its effect.
  private readonly openness = new Map<string, boolean>();
  private readonly opened = new Set<string>();  // tables, as schema.name

  constructor(private readonly actions: Actions) {
    this.search.addEventListener("input", () => this.draw());
    const again = h("button", { type: "button", class: "quiet icon", "aria-label": "Read the tables again", title: "Read the tables again", onclick: () => this.actions.reread() }, "↻");
    this.element.append(h("div", { class: "tree-bar" }, this.search, again), this.found, this.list);
    this.message("Loading …");
  }

  message(text: string): void {
    replace(this.list, h("p", { class: "note" }, text));
  }

  show(tables: TableEntry[]): void {
    this.tables = tables;
    const focused = this.list.contains(document.activeElement) ? document.activeElement?.closest("details")?.dataset["key"] : undefined;
    this.draw();
    if (focused !== undefined) this.list.querySelector<HTMLElement>(`details[data-key=${CSS.escape(focused)}] > summary`)?.focus();
  }

  private draw(): void {
    const wanted = this.search.value.trim().toLowerCase();
    const found = wanted === "" ? this.tables : this.tables.filter((table) => `${table.schema}.${table.name}`.toLowerCase().includes(wanted));
    this.found.textContent = wanted === "" ? "" : `${count(found.length)} tables found`;
    if (found.length === 0) {
      this.message(this.tables.length === 0 ? "No tables yet. CREATE TABLE … AS makes one of your own; the project's buckets appear here when they have tables." : "No table has this in its name.");
      return;
    }
    const groups = groupsOf(found);
    replace(this.list, ...groups.map((group) => this.groupElement(group, wanted !== "" || found.length <= OPEN_UP_TO || groups.length === 1)));
  }

  private groupElement(group: Group, open: boolean): HTMLElement {
    const list = h("ul", {});
    const details = h("details", { class: "schema", "data-key": group.title, open: this.openness.get(group.title) ?? open },
      h("summary", {}, h("span", { class: "clip", title: group.title }, group.title), h("span", { class: "type" }, count(group.tables.length))), list);
    let drawn = 0;
    const more = h("button", { type: "button", class: "small quiet more" });
    const drawMore = () => {
      const next = group.tables.slice(drawn, drawn + DRAWN_AT_ONCE);
      drawn += next.length;
      list.append(...next.map((table) => this.tableItem(table)));
      more.remove();
      const left = group.tables.length - drawn;
      more.textContent = `Show ${count(Math.min(left, DRAWN_AT_ONCE))} more of ${count(left)}`;
      if (left > 0) details.append(more);
    };
    more.addEventListener("click", () => {
      drawMore();
      list.children[drawn - Math.min(drawn, DRAWN_AT_ONCE)]?.querySelector("summary")?.focus();
    });
    const first = () => details.open && drawn === 0 && drawMore();
    details.addEventListener("toggle", first);
    details.querySelector("summary")?.addEventListener("click", () => this.openness.set(group.title, !details.open));
    first();
    return details;
  }

  // Its columns are read and drawn when it is opened.
  private tableItem(table: TableEntry): HTMLElement {
    const name = qualified(table);
    const key = `${table.schema}.${table.name}`;
    const columns = h("ul", { "aria-label": `Columns of ${name}` });
    const details = h("details", { "data-key": key, open: this.opened.has(key) },
      h("summary", {}, h("span", { class: "clip", title: table.name }, table.name), table.view && h("span", { class: "type" }, "view")),
      h("div", { class: "leaf-actions" },
        h("button", { type: "button", class: "small quiet", "aria-label": `Preview ${name}`, onclick: () => this.actions.preview(`SELECT * FROM ${name} LIMIT 100`) }, "Preview"),
        h("button", { type: "button", class: "small quiet", "aria-label": `Insert ${name}`, onclick: () => this.actions.insert(name) }, "Insert name")), columns);
    // The toggle event comes later than the click, and never to an element that was replaced in between.
    details.querySelector("summary")?.addEventListener("click", () => this.opened[details.open ? "delete" : "add"](key));
    details.addEventListener("toggle", () => details.open && void this.fill(columns, table));
    return h("li", {}, details);
  }

  private async fill(columns: HTMLElement, table: TableEntry): Promise<void> {
    replace(columns, ...(table.columns ? columnItems(table, this.actions) : [h("li", { class: "note" }, "Loading …")]));
    try {
      await this.actions.readColumns(table);
      replace(columns, ...columnItems(table, this.actions));
    } catch (error) {
      replace(columns, h("li", { class: "note" }, error instanceof Error ? error.message : String(error)));
    }
  }
}
