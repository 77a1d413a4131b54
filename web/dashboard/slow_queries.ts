// The panel "Slow Queries": the recent ones, each with its plan.

import { append, h } from "../shared/dom";
import { bytes, clock, count, duration } from "../shared/format";
import { isUntimed, planTree } from "../shared/plan";
import { TablePanel } from "./panel";
import { SlowQuery } from "./types";

const STATUS: Record<string, string> = { success: "badge good", error: "badge bad", timeout: "badge warn", cancelled: "badge warn" };

function fact(name: string, value: string): HTMLElement {
  return h("div", {}, h("dt", {}, name), h("dd", {}, value));
}

function showDetail(query: SlowQuery): void {
  const plan = planTree(query.plan);
  const dialog = h("dialog", { "aria-labelledby": "slow-title" });
  dialog.addEventListener("close", () => dialog.remove());
  append(dialog, h("div", { class: "detail" },
    // The first button has the focus, and what has it is in sight: the dialog opens at its top.
    h("header", { class: "plan-head" }, h("h2", { id: "slow-title" }, `Slow query, ${duration(query.duration_ms)}`),
      h("span", { class: STATUS[query.status] ?? "badge" }, query.status), h("button", { type: "button", onclick: () => dialog.close() }, "Close")),
    h("pre", { class: "statement" }, query.query ?? query.query_hash),
    query.error && h("p", { class: "problem" }, query.error),
    h("dl", { class: "facts" }, fact("Started", clock(query.started_at)), fact("User", query.username), fact("Client", query.client_ip),
      fact("Application", query.application_name || "–"), fact("Through", query.door), fact("Workspace", query.workspace_id),
      fact("Rows", count(query.rows_returned)), fact("Sent", bytes(query.bytes_returned)),
      fact("Planning", duration(query.plan_ms)), fact("Peak memory", bytes(query.peak_memory_bytes)), fact("Spilled to disk", bytes(query.spilled_bytes))),
    h("section", { "aria-label": "Plan of this run" }, h("h3", {}, "Plan of this run"),
      isUntimed(query.plan) && h("p", { class: "note" }, "Without times: nothing said before the run that it would be slow. Later runs in its session are timed."),
      plan ?? h("p", { class: "note" }, "No plan was taken: slow_query_explain is off, or the statement has none."))));
  document.body.append(dialog);
  dialog.showModal();
}

export class SlowQueriesPanel {
  private readonly panel = new TablePanel<SlowQuery>("Recent slow queries", [
    { title: "Time", class: "nowrap", cell: (query) => clock(query.started_at) },
    { title: "Took", class: "num", cell: (query) => duration(query.duration_ms) },
    { title: "Statement", class: "sql", cell: (query) => h("code", { title: query.query ?? "" }, query.query ?? query.query_hash) },
    { title: "Who", cell: (query) => [query.username, h("span", { class: "second" }, `${query.project_id} / ${query.workspace_id}`)] },
    { title: "Rows", class: "num", cell: (query) => count(query.rows_returned) },
    { title: "Memory", class: "num", cell: (query) => bytes(query.peak_memory_bytes) },
    { title: "Status", class: "nowrap", cell: (query) => h("span", { class: STATUS[query.status] ?? "badge" }, query.status) },
    { title: "Details", silent: true, class: "actions", cell: (query) => h("button", { type: "button", class: "small", "data-focus": `slow ${query.id}`,
      "aria-label": `Plan and details of the query of ${clock(query.started_at)}`, onclick: () => showDetail(query) }, "Plan") },
  ], "No slow queries so far.", (query) => String(query.id));

  get element(): HTMLElement {
    return this.panel.element;
  }

  show(queries: SlowQuery[], threshold: number): void {
    this.panel.show(queries, `longer than ${duration(threshold)}`);
  }

  fail(message: string): void {
    this.panel.fail(message);
  }
}
