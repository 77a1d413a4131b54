// Live sessions of all workspaces, with their statement, cancel and disconnect.

import { Api, path, Refused } from "../shared/api";
import { confirmed, h, toast } from "../shared/dom";
import { ago, bytes, span } from "../shared/format";
import { TablePanel } from "./panel";
import { Session, Worker } from "./types";

interface Row extends Session {
  project_id: string;
  workspace_name: string;
  // Changes when the row's times are to be shown anew.
  beat: number;
}

export class SessionsPanel {
  private readonly panel: TablePanel<Row>;

  constructor(private readonly api: Api, mayAct: boolean) {
    this.panel = new TablePanel<Row>("Live sessions", [
      { title: "Workspace", cell: (row) => [row.workspace_name, h("span", { class: "second" }, row.project_id)] },
      { title: "User", cell: (row) => [row.username, h("span", { class: "second" }, [row.client_ip, row.application_name, row.door].filter((text) => text).join(" · "))] },
      { title: "State", class: "nowrap", cell: (row) => this.state(row) },
      { title: "Statement", class: "sql", cell: (row) => this.statement(row) },
      { title: "Sent", class: "num", cell: (row) => bytes(row.bytes_sent ?? 0) },
      { title: "Connected", class: "nowrap", cell: (row) => ago(row.connected_at) },
      ...(mayAct ? [{ title: "Actions", silent: true, class: "actions", cell: (row: Row) => this.actions(row) }] : []),
    ], "Nobody is connected.", (row) => row.session_id);
  }

  get element(): HTMLElement {
    return this.panel.element;
  }

  async refresh(workers: Worker[]): Promise<number> {
    const busy = workers.filter((worker) => worker.workspace_id !== null && worker.sessions > 0);
    const lists = await Promise.all(busy.map((worker) => this.sessionsOf(worker)));
    const rows = lists.flat().sort((a, b) => a.connected_at.localeCompare(b.connected_at));
    this.panel.show(rows, rows.length === 1 ? "1 session" : `${rows.length} sessions`);
    return rows.length;
  }

  private async sessionsOf(worker: Worker): Promise<Row[]> {
    const where = path("projects", worker.project_id, "workspaces", worker.workspace_id ?? "", "sessions");
    try {
      const reply = await this.api.get<{ sessions: Session[] }>(where);
      return reply.sessions.map((session) => ({ ...session, project_id: worker.project_id, workspace_name: worker.workspace_name ?? session.workspace_id,
        beat: Math.floor(Date.now() / (session.state === "active" ? 1000 : 60_000)) }));
    } catch (error) {
      if (error instanceof Refused && error.status === 404) return [];  // deleted a moment ago
      throw error;
    }
  }

  private state(row: Row): HTMLElement {
    const state = row.state ?? "connected";
    const badge = h("span", { class: state === "active" ? "badge live" : state.startsWith("idle in") ? "badge warn" : "badge" }, state);
    const since = state === "active" ? row.query_started_at : row.since;
    return h("div", {}, badge, since && h("span", { class: "second" }, `for ${span((Date.now() - Date.parse(since)) / 1000)}`));
  }

  private statement(row: Row): HTMLElement {
    const text = row.current_query ?? row.last_query;
    if (!text) return h("span", { class: "second" }, "–");
    return h("div", {}, h("code", { title: text }, text), row.current_query ? null : h("span", { class: "second" }, "the last one"));
  }

  private actions(row: Row): HTMLElement[] {
    const who = `${row.username} on ${row.workspace_name}`;
    const base = ["projects", row.project_id, "workspaces", row.workspace_id, "sessions", row.session_id];
    const cancel = h("button", { type: "button", class: "small", "data-focus": `cancel ${row.session_id}`, "aria-label": `Cancel the statement of ${who}`,
      onclick: () => void this.act(() => this.api.send("POST", path(...base, "cancel")), "The statement was told to stop.") }, "Cancel");
    cancel.disabled = row.state !== "active";
    const disconnect = h("button", { type: "button", class: "small danger", "data-focus": `end ${row.session_id}`, "aria-label": `Disconnect ${who}`,
      onclick: () => void this.disconnect(who, base) }, "Disconnect");
    return [cancel, disconnect];
  }

  private async disconnect(who: string, base: string[]): Promise<void> {
    if (!(await confirmed(`Disconnect ${who}? Its statement is stopped and its transaction rolled back.`, "Disconnect"))) return;
    await this.act(() => this.api.send("DELETE", path(...base)), "The session was disconnected.");
  }

  private async act(work: () => Promise<unknown>, done: string): Promise<void> {
    try {
      await work();
      toast(done);
    } catch (error) {
      toast(error instanceof Refused ? error.message : String(error), "error");
    }
    document.dispatchEvent(new CustomEvent("refresh"));
  }
}
