// What the workspace holds: read over REST, in sessions of its own, so that the tree answers while a statement runs and in
// a failed transaction. A project may have thousands of tables: columns are read when somebody wants to see them.

import { Api, path } from "../shared/api";
import { Row, typeName } from "./protocol";
import { Workspace } from "./workspace";

export interface ColumnEntry {
  name: string;
  type: string;
}

export interface TableEntry {
  schema: string;
  name: string;
  view: boolean;
  temporary: boolean;
  columns: ColumnEntry[] | null;  // null: not read yet
}

const TABLES_SQL = `SELECT table_schema, table_name, table_type FROM information_schema.tables
WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY table_schema, table_name`;
const COLUMNS_SQL = `SELECT column_name, data_type FROM information_schema.columns
WHERE table_schema = $1 AND table_name = $2 ORDER BY ordinal_position`;
// Of the console's own session, which alone sees them.
export const TEMPORARY_SQL = `SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns
WHERE table_schema LIKE 'pg_temp%' ORDER BY table_schema, table_name, ordinal_position`;
const MOST_TABLES = 100_000;

type Line = { type: "rows"; rows: Row[] } | { type: "error"; message: string } | { type: "end" } | { type: "started" | "header" | "notice" };

export class Catalog {
  tables: TableEntry[] = [];
  private temporary: TableEntry[] = [];
  private permanent: TableEntry[] = [];
  private readonly reading = new Map<TableEntry, Promise<void>>();

  constructor(private readonly api: Api, private readonly workspace: Workspace) {}

  async read(): Promise<void> {
    const known = new Map(this.permanent.map((table) => [`${table.schema}\n${table.name}`, table]));
    const rows = await this.query(TABLES_SQL, []);
    this.permanent = rows.map(([schema, name, type]) => ({ schema: String(schema), name: String(name), view: type === "VIEW", temporary: false,
      // A table that was altered is read again when it is opened; until then what was known completes.
      columns: known.get(`${String(schema)}\n${String(name)}`)?.columns ?? null }));
    this.tables = [...this.temporary, ...this.permanent];
  }

  // Whether there are or were any: what is drawn stays otherwise.
  setTemporary(rows: Row[]): boolean {
    if (rows.length === 0 && this.temporary.length === 0) return false;
    const tables: TableEntry[] = [];
    for (const [schema, name, column, type] of rows) {
      let table = tables.at(-1);
      if (!table || table.name !== name) {
        table = { schema: String(schema), name: String(name), view: false, temporary: true, columns: [] };
        tables.push(table);
      }
      table.columns?.push({ name: String(column), type: String(type) });
    }
    this.temporary = tables;
    this.tables = [...this.temporary, ...this.permanent];
    return true;
  }

  async readColumns(table: TableEntry): Promise<void> {
    if (table.temporary) return;
    const under_way = this.reading.get(table) ?? this.query(COLUMNS_SQL, [table.schema, table.name]).then((rows) => {
      table.columns = rows.map(([name, type]) => ({ name: String(name), type: typeName(String(type)) }));
    }).finally(() => this.reading.delete(table));
    this.reading.set(table, under_way);
    await under_way;
  }

  // Small results: read as a whole.
  private async query(sql: string, parameters: string[]): Promise<Row[]> {
    const where = path("projects", this.workspace.project, "workspaces", this.workspace.id, "query");
    const reply = await this.api.raw("POST", where, { sql, parameters, max_rows: MOST_TABLES, application_name: "smew console tables" });
    const rows: Row[] = [];
    for (const text of (await reply.text()).split("\n")) {
      const line = text === "" ? null : JSON.parse(text) as Line;
      if (line?.type === "error") throw new Error(line.message);
      if (line?.type === "rows") for (const row of line.rows) rows.push(row);
      if (line?.type === "end") return rows;
    }
    throw new Error("the connection to the server was lost");
  }
}
