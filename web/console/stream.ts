// Runs one statement and hands over its result while it comes (POST …/query, lines of JSON).

import { Api, path } from "../shared/api";

export interface Column {
  name: string;
  type: string;
  type_oid: number;
}
export type Value = string | number | boolean | null;
export type Row = Value[];

export interface Failure {
  sqlstate: string;
  message: string;
  detail?: string;
  hint?: string;
  position?: number;
}

export interface End {
  command: string;
  rows: number;
  more: boolean;
  duration_ms: number;
}

export interface Listener {
  header(columns: Column[]): void;
  rows(rows: Row[]): void;
  notice(notice: Failure): void;
}

export class QueryFailed extends Error {
  constructor(readonly failure: Failure, readonly duration_ms: number) {
    super(failure.message);
  }
}

type Line =
  | { type: "started"; query_id: string }
  | { type: "header"; columns: Column[] }
  | { type: "rows"; rows: Row[] }
  | ({ type: "notice" } & Failure)
  | ({ type: "error"; duration_ms: number } & Failure)
  | { type: "end"; command: string; rows: number; more?: boolean; duration_ms: number };

export interface Workspace {
  project: string;
  id: string;
  name: string;
}

async function* linesOf(reply: Response): AsyncGenerator<string> {
  if (!reply.body) return;
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}

// Aborting stops the statement in the server too. Throws QueryFailed with what the database said, Refused when the
// statement could not even begin.
export async function runStatement(api: Api, workspace: Workspace, sql: string, maxRows: number, listener: Listener, signal: AbortSignal): Promise<End> {
  const where = path("projects", workspace.project, "workspaces", workspace.id, "query");
  const reply = await api.raw("POST", where, { sql, max_rows: maxRows, application_name: "smew console" }, signal);
  for await (const text of linesOf(reply)) {
    const line = JSON.parse(text) as Line;
    if (line.type === "header") listener.header(line.columns);
    else if (line.type === "rows") listener.rows(line.rows);
    else if (line.type === "notice") listener.notice(line);
    else if (line.type === "error") throw new QueryFailed(line, line.duration_ms);
    else if (line.type === "end") return { command: line.command, rows: line.rows, more: line.more === true, duration_ms: line.duration_ms };
  }
  throw new QueryFailed({ sqlstate: "08006", message: "the connection to the server was lost" }, 0);
}

// A whole small result, for the page's own questions.
export async function fetchRows(api: Api, workspace: Workspace, sql: string, signal: AbortSignal): Promise<Row[]> {
  const all: Row[] = [];
  await runStatement(api, workspace, sql, 1_000_000, { header: () => {}, rows: (rows) => { for (const row of rows) all.push(row); }, notice: () => {} }, signal);
  return all;
}
