// Live sessions of all workspaces, with their statement, cancel and disconnect.

import { Api, path, Refused } from "../shared/api";
import { confirmed, h, toast } from "../shared/dom";
import { ago, bytes, count, span } from "../shared/format";
import { TablePanel } from "./panel";
import { Session, Worker } from "./types";

interface Row extends Session {
  project_id: string;
  workspace_name: string;
  // Changes when the row's times are to be shown anew.
  beat: number;
}

// A page that asks for hundreds of lists every two seconds would be a load of its own.
const MOST_WORKSPACES = 40;
const MOST_ROWS = 200;

// What runs first, then what holds something.
function rank(row: Row): number {
  return row.state === "active" ? 0 : row.state?.startsWith("idle in") ? 1 : 2;
}

function textOf(row: Row): string {
  return [row.workspace_name, row.project_id, row.username, row.client_ip, row.application_name, row.door, row.state, row.current_query ?? row.last_query].join(" ").toLowerCase();
}

export class SessionsPanel {
  private readonly panel: TablePanel<Row>;
  private readonly filter = h("input", { type: "search", class: "filter", placeholder: "Filter sessions", "aria-label": "Filter sessions", spellcheck: "false" });
  private rows: Row[] = [];
  private note = "";

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
    this.panel.tools.append(this.filter);
    this.filter.addEventListener("input", () => this.show());
  }

  get element(): HTMLElement {
    return this.panel.element;
  }

  async refresh(workers: Worker[]): Promise<void> {
    const busy = workers.filter((worker) => worker.workspace_id !== null && worker.sessions > 0).sort((a, b) => b.sessions - a.sessions);
    const asked = busy.slice(0, MOST_WORKSPACES);
    const lists = await Promise.all(asked.map((worker) => this.sessionsOf(worker)));
    this.rows = lists.flat().sort((a, b) => rank(a) - rank(b) || a.connected_at.localeCompare(b.connected_at));
    this.note = asked.length < busy.length ? ` of the ${asked.length} busiest of ${busy.length} workspaces` : "";
    this.show();
  }

  private show(): void {
    const wanted = this.filter.value.trim().toLowerCase();
    const found = wanted === "" ? this.rows : this.rows.filter((row) => textOf(row).includes(wanted));
    const shown = found.slice(0, MOST_ROWS);
    const some = shown.length < this.rows.length ? `${count(shown.length)} of ` : "";
    this.panel.show(shown, `${some}${count(this.rows.length)} ${this.rows.length === 1 ? "session" : "sessions"}${this.note}`,
      wanted !== "" && this.rows.length > 0 ? "No session has this." : undefined);
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
