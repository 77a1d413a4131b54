// Worker processes: memory and disk of each workspace.

import { bytes, parseBytes, span } from "../shared/format";
import { h } from "../shared/dom";
import { gauge, TablePanel } from "./panel";
import { Worker } from "./types";

function amount(used: number, limit: number): HTMLElement {
  return gauge(used, limit, limit > 0 ? `${bytes(used)} of ${bytes(limit)}` : bytes(used));
}

export class WorkersPanel {
  private readonly panel = new TablePanel<Worker>("Workspaces and workers", [
    { title: "Workspace", cell: (worker) => [worker.workspace_name ?? "Loader", h("span", { class: "second" }, worker.project_id)] },
    { title: "State", class: "nowrap", cell: (worker) => h("span", { class: worker.state === "ready" ? "badge good" : "badge warn" }, worker.state) },
    { title: "Sessions", class: "num", cell: (worker) => String(worker.sessions) },
    { title: "Memory", cell: (worker) => amount(worker.memory_bytes, parseBytes(worker.memory_limit ?? "")) },
    { title: "Disk", cell: (worker) => amount(worker.disk_bytes, worker.size_limit_bytes) },
    { title: "Running", class: "nowrap", cell: (worker) => span(worker.running_seconds) },
    { title: "Process", class: "num", cell: (worker) => String(worker.pid) },
  ], "No worker runs: a workspace's starts with its first client.", (worker) => String(worker.pid));

  get element(): HTMLElement {
    return this.panel.element;
  }

  show(workers: Worker[]): void {
    const sorted = [...workers].sort((a, b) => b.memory_bytes - a.memory_bytes || a.pid - b.pid);
    // A table that changes every second for its clock alone could not be read.
    const calm = sorted.map((worker) => ({ ...worker, running_seconds: Math.floor(worker.running_seconds / 60) * 60 }));
    const memory = workers.reduce((sum, worker) => sum + worker.memory_bytes, 0);
    this.panel.show(calm, `${workers.length} running, ${bytes(memory)} in all`);
  }
}
