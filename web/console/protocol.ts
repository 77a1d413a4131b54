// Messages of the WebSocket door; docs/asyncapi.yaml describes them.

export interface Column {
  name: string;
  type: string;
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

export type Transaction = "idle" | "in_transaction" | "failed";

// What one statement gave.
export interface StatementResult {
  tag: string;
  rows: number;
  more?: boolean;
  result?: number;  // of its rows; none: it gives no rows, as CREATE TABLE AS, whose tag is SELECT too
}

export interface End {
  results: StatementResult[];
  transaction: Transaction;
  duration_ms: number;
}

export interface Ready {
  session_id: string;
  expires_at: string | null;
  read_only: boolean;
}

export type ServerMessage =
  | ({ type: "ready" } & Ready)
  | { type: "rows"; id: number; result: number; columns?: Column[]; rows: Row[] }
  | ({ type: "complete"; id: number } & End)
  | ({ type: "error"; id?: number } & Failure & Partial<End>)
  | ({ type: "notice"; id?: number; severity: string } & Failure)
  | { type: "notification"; channel: string; payload: string; pid: number }
  | { type: "session"; event: string; expires_at?: string; message?: string; hint?: string }
  | { type: "pong"; id?: number; server_time: string; round_trip_ms?: number };

const TYPE_NAMES: Record<string, string> = {
  int2: "smallint", int4: "integer", int8: "bigint", float4: "real", float8: "double precision", bool: "boolean", bpchar: "char",
  timestamptz: "timestamp with time zone", timetz: "time with time zone",
};

// The door has PostgreSQL's short names of types ("_int4"), people read SQL's ("integer[]").
export function typeName(name: string): string {
  if (name.startsWith("_")) return `${typeName(name.slice(1))}[]`;
  return TYPE_NAMES[name] ?? name;
}
