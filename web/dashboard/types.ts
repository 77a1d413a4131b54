// What the server tells; docs: /docs.

export interface History {
  range: string;
  step_seconds: number;
  times: number[];
  series: Record<string, (number | null)[]>;
}

export interface Worker {
  kind: "workspace" | "loader";
  project_id: string;
  workspace_id: string | null;
  workspace_name: string | null;
  state: string;
  pid: number;
  sessions: number;
  memory_bytes: number;
  memory_limit: string | null;
  disk_bytes: number;
  size_limit_bytes: number;
  running_seconds: number;
}

export interface Workspace {
  id: string;
  name: string;
  project_id: string;
  status: string;
  size_bytes: number;
  size_limit_gb: number;
}

export interface Session {
  session_id: string;
  workspace_id: string;
  username: string;
  client_ip: string;
  client_port: number;
  application_name: string;
  connected_at: string;
  status: string;
  door: string;
  // null: the workspace did not answer in time.
  state: string | null;
  since: string | null;
  current_query: string | null;
  last_query: string | null;
  query_started_at: string | null;
  bytes_sent?: number;
}

export interface SlowQuery {
  id: number;
  query_id: string;
  started_at: string;
  duration_ms: number;
  project_id: string;
  workspace_id: string;
  session_id: string;
  username: string;
  client_ip: string;
  application_name: string;
  door: string;
  query: string | null;
  query_hash: string;
  plan_ms: number;
  rows_returned: number;
  bytes_returned: number;
  status: string;
  error: string | null;
  peak_memory_bytes: number;
  spilled_bytes: number;
  plan: unknown;
}

export interface Alert {
  id: number;
  alert: string;
  severity: string;
  status: "firing" | "resolved";
  timestamp: string;
  summary: string;
  description: string;
}
