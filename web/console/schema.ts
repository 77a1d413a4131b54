// The tree of buckets, tables and columns, and what the editor completes from it.

import { h, replace } from "../shared/dom";
import { Row } from "./stream";

export interface TableEntry {
  schema: string;
  name: string;
  view: boolean;
  columns: { name: string; type: string }[];
}

const OWN = "main";

export const SCHEMA_SQL = `SELECT t.table_schema, t.table_name, t.table_type, c.column_name, c.data_type
FROM information_schema.tables t JOIN information_schema.columns c USING (table_schema, table_name)
WHERE t.table_schema NOT IN ('pg_catalog', 'information_schema')
ORDER BY t.table_schema, t.table_name, c.ordinal_position`;

export function readSchema(rows: Row[]): TableEntry[] {
  const tables: TableEntry[] = [];
  for (const [schema, name, type, column, data_type] of rows) {
    let table = tables.at(-1);
    if (!table || table.schema !== schema || table.name !== name) {
      table = { schema: String(schema), name: String(name), view: type === "VIEW", columns: [] };
      tables.push(table);
    }
    table.columns.push({ name: String(column), type: String(data_type) });
  }
  return tables;
}

export function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

export function qualified(table: TableEntry): string {
  return isOwn(table.schema) ? quoted(table.name) : `${quoted(table.schema)}.${quoted(table.name)}`;
}

function isOwn(schema: string): boolean {
  return schema === OWN || schema === "public";
}

// The form @codemirror/lang-sql takes: schema → table → columns; own tables also without a schema.
export function completions(tables: TableEntry[]): Record<string, Record<string, string[]> | string[]> {
  const all: Record<string, Record<string, string[]> | string[]> = {};
  for (const table of tables) {
    const columns = table.columns.map((column) => column.name);
    if (isOwn(table.schema)) all[table.name] = columns;
    else all[table.schema] = { ...(all[table.schema] as Record<string, string[]> | undefined), [table.name]: columns };
  }
  return all;
}

interface Actions {
  reread(): void;
  insert(text: string): void;
  preview(sql: string): void;
}

function tableItem(table: TableEntry, actions: Actions): HTMLElement {
  const name = qualified(table);
  const columns = table.columns.map((column) => h("li", {}, h("button", { type: "button", class: "leaf", "aria-label": `Insert column ${column.name}`,
    onclick: () => actions.insert(quoted(column.name)) }, h("span", { class: "clip" }, column.name), h("span", { class: "type" }, column.type))));
  return h("li", {}, h("details", {}, h("summary", {}, h("span", { class: "clip" }, table.name), table.view && h("span", { class: "type" }, "view")),
    h("div", { class: "leaf-actions" },
      h("button", { type: "button", class: "small quiet", "aria-label": `Preview ${name}`, onclick: () => actions.preview(`SELECT * FROM ${name} LIMIT 100`) }, "Preview"),
      h("button", { type: "button", class: "small quiet", "aria-label": `Insert ${name}`, onclick: () => actions.insert(name) }, "Insert name")),
    h("ul", {}, ...columns)));
}

export class SchemaTree {
  readonly element = h("div", { class: "tree" });
  private readonly search = h("input", { type: "search", placeholder: "Filter tables", "aria-label": "Filter tables", spellcheck: "false" });
  private readonly list = h("div", {});
  private tables: TableEntry[] = [];

  constructor(private readonly actions: Actions) {
    this.search.addEventListener("input", () => this.draw());
    const again = h("button", { type: "button", class: "quiet icon", "aria-label": "Read the tables again", title: "Read the tables again", onclick: () => this.actions.reread() }, "↻");
    this.element.append(h("div", { class: "tree-bar" }, this.search, again), this.list);
    this.message("Loading …");
  }

  message(text: string): void {
    replace(this.list, h("p", { class: "note" }, text));
  }

  show(tables: TableEntry[]): void {
    this.tables = tables;
    this.draw();
  }

  private draw(): void {
    const wanted = this.search.value.trim().toLowerCase();
    const found = this.tables.filter((table) => `${table.schema}.${table.name}`.toLowerCase().includes(wanted));
    if (found.length === 0) {
      this.message(this.tables.length === 0 ? "No tables yet. CREATE TABLE … AS makes one of your own." : "No table has this in its name.");
      return;
    }
    const schemas = [...new Set(found.map((table) => table.schema))].sort((a, b) => Number(isOwn(b)) - Number(isOwn(a)) || a.localeCompare(b));
    replace(this.list, ...schemas.map((schema) => {
      const tablesHere = found.filter((table) => table.schema === schema);
      return h("details", { class: "schema", open: schemas.length <= 8 || wanted !== "" },
        h("summary", {}, h("span", { class: "clip" }, isOwn(schema) ? "Own tables" : schema), h("span", { class: "type" }, String(tablesHere.length))),
        h("ul", {}, ...tablesHere.map((table) => tableItem(table, this.actions))));
    }));
  }
}
