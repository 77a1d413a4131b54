// Workspaces and the processes that serve them: memory and disk; also those without a process.

import { bytes, count, parseBytes, span } from "../shared/format";
import { h } from "../shared/dom";
import { gauge, TablePanel } from "./panel";
import { Worker, Workspace } from "./types";

interface Row {
  key: string;
  name: string;
  project: string;
  state: string;
  sessions: number | null;
  memory: number | null;  // null: no process runs
  memoryLimit: number;
  disk: number;
  diskLimit: number;
  running: number | null;
  pid: number | null;
}

const STATES: Record<string, string> = { ready: "badge good", starting: "badge warn", closed: "badge" };
const GIB = 1024 ** 3;
// A table that nobody can read through is not drawn every second.
const MOST_ROWS = 200;

function amount(used: number, limit: number): HTMLElement {
  return gauge(used, limit, limit > 0 ? `${bytes(used)} of ${bytes(limit)}` : bytes(used));
}

function ofWorker(worker: Worker): Row {
  return { key: String(worker.pid), name: worker.workspace_name ?? "Loader", project: worker.project_id, state: worker.state, sessions: worker.sessions,
    memory: worker.memory_bytes, memoryLimit: parseBytes(worker.memory_limit ?? ""), disk: worker.disk_bytes, diskLimit: worker.size_limit_bytes,
    // A table that changes every second for its clock alone could not be read.
    running: Math.floor(worker.running_seconds / 60) * 60, pid: worker.pid };
}

function ofClosed(workspace: Workspace): Row {
  return { key: workspace.id, name: workspace.name, project: workspace.project_id, state: workspace.status === "active" ? "closed" : workspace.status, sessions: null,
    memory: null, memoryLimit: 0, disk: workspace.size_bytes, diskLimit: workspace.size_limit_gb * GIB, running: null, pid: null };
}

const none = () => h("span", { class: "second" }, "–");

export class WorkersPanel {
  private workspaces: Workspace[] = [];
  private more = 0;
  private readonly panel = new TablePanel<Row>("Workspaces and workers", [
    { title: "Workspace", cell: (row) => [row.name, h("span", { class: "second" }, row.project)] },
    { title: "State", class: "nowrap", cell: (row) => h("span", { class: STATES[row.state] ?? "badge warn", title: row.state === "closed" ? "Its process starts with its next client." : "" }, row.state) },
    { title: "Sessions", class: "num", cell: (row) => (row.sessions === null ? none() : count(row.sessions)) },
    { title: "Memory", cell: (row) => (row.memory === null ? none() : amount(row.memory, row.memoryLimit)) },
    { title: "Disk", cell: (row) => amount(row.disk, row.diskLimit) },
    { title: "Running", class: "nowrap", cell: (row) => (row.running === null ? none() : row.running === 0 ? "under 1 min" : span(row.running)) },
    { title: "Process", class: "num", cell: (row) => (row.pid === null ? none() : String(row.pid)) },
  ], "No worker runs: a workspace's starts with its first client.", (row) => row.key);

  get element(): HTMLElement {
    return this.panel.element;
  }

  // Those there are, and how many more are not listed.
  know(workspaces: Workspace[], more: number): void {
    this.workspaces = workspaces;
    this.more = more;
  }

  show(workers: Worker[]): void {
    const open = new Set(workers.map((worker) => worker.workspace_id));
    const rows = [...workers.map(ofWorker), ...this.workspaces.filter((workspace) => !open.has(workspace.id)).map(ofClosed)];
    rows.sort((a, b) => (b.memory ?? -1) - (a.memory ?? -1) || b.disk - a.disk || a.name.localeCompare(b.name));
    const memory = workers.reduce((sum, worker) => sum + worker.memory_bytes, 0);
    const hidden = rows.length - MOST_ROWS;
    const others = Math.max(hidden, 0) + this.more;
    this.panel.show(rows.slice(0, MOST_ROWS), `${workers.length} running, ${bytes(memory)} of memory in all${others > 0 ? `; ${count(others)} more workspaces are not shown` : ""}`);
  }
}
