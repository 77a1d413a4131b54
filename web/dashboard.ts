// The dashboard: what the service does now and did in the last 24 hours.

import { Api, Caller, path, Refused } from "./shared/api";
import { byId, h, replace } from "./shared/dom";
import { login } from "./shared/login";
import { AlertsPanel } from "./dashboard/alerts";
import { Overview } from "./dashboard/overview";
import { SessionsPanel } from "./dashboard/sessions";
import { SlowQueriesPanel } from "./dashboard/slow_queries";
import { Alert, History, SlowQuery, Worker, Workspace } from "./dashboard/types";
import { WorkersPanel } from "./dashboard/workers";

const RANGES: [string, string][] = [["10m", "10 min"], ["1h", "1 h"], ["3h", "3 h"], ["24h", "24 h"]];
const LIVE_MS = 2000;
// Slow queries carry their plans, and graphs of a day change once a minute.
const SELDOM_MS = 6000;

class Dashboard {
  private readonly overview: Overview;
  private readonly sessions: SessionsPanel;
  private readonly workers = new WorkersPanel();
  private readonly alerts = new AlertsPanel();
  private readonly slow = new SlowQueriesPanel();
  private readonly fresh = h("span", { class: "fresh" });
  private readonly news = h("span", { class: "sr-only", role: "status" });
  private updated: Date | null = null;
  private readonly admin: boolean;
  private range = "10m";
  private busy = false;
  private readonly due = new Map<string, number>();

  constructor(private readonly api: Api, private readonly caller: Caller) {
    this.admin = caller.kind === "admin";
    this.overview = new Overview(this.admin);
    this.sessions = new SessionsPanel(api, this.admin || caller.scope === "project_admin");
  }

  start(): void {
    const title = this.admin ? "Dashboard" : `Dashboard of project ${this.caller.project_id}`;
    replace(byId("main"), h("div", { class: "page" },
      h("div", { class: "page-head" }, h("h1", {}, title), this.rangeChoice(), this.fresh, this.news),
      this.overview.figures, this.overview.charts,
      this.sessions.element, this.workers.element,
      this.overview.slow.chart.element, this.slow.element, this.alerts.element));
    byId("main").focus({ preventScroll: true });
    document.addEventListener("refresh", () => {
      this.due.clear();
      void this.refresh();
    });
    void this.refresh();
    setInterval(() => document.hidden || void this.refresh(), LIVE_MS);
  }

  private rangeChoice(): HTMLElement {
    const group = h("div", { class: "segmented", role: "group", "aria-label": "Range of the graphs" });
    for (const [range, label] of RANGES) {
      group.append(h("button", { type: "button", "aria-pressed": String(range === this.range), onclick: (event: Event) => {
        this.range = range;
        this.due.clear();
        for (const button of group.children) button.setAttribute("aria-pressed", String(button === event.currentTarget));
        void this.refresh();
      } }, label));
    }
    return group;
  }

  private async refresh(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      await Promise.all([this.live(), this.at("history", () => this.history()),
        this.at("slow", () => this.slowQueries()), this.at("workspaces", () => this.allWorkspaces()), this.at("alerts", () => this.recentAlerts())]);
      this.updated = new Date();
      this.tell(`Updated ${this.updated.toLocaleTimeString("en-GB")}`, false);
    } catch (error) {
      const since = this.updated ? ` What is shown is of ${this.updated.toLocaleTimeString("en-GB")}.` : "";
      this.tell(`Not updated: ${error instanceof Refused ? error.message : String(error)}.${since}`, true);
    } finally {
      this.busy = false;
    }
  }

  // Screen readers are told when it fails and when it works again, not every two seconds.
  private tell(text: string, bad: boolean): void {
    this.fresh.textContent = text;
    if (bad === this.fresh.classList.contains("bad")) return;
    this.fresh.classList.toggle("bad", bad);
    this.news.textContent = bad ? text : "Updated again.";
  }

  // Does the work when its time has come and asks it how long to wait until the next.
  private async at(name: string, work: () => Promise<number>): Promise<void> {
    if (performance.now() < (this.due.get(name) ?? 0)) return;
    this.due.set(name, performance.now() + (await work()) - LIVE_MS / 2);
  }

  // Of the whole server, or of the key's project.
  private where(...parts: string[]): string {
    return this.admin ? path(...parts) : path("projects", this.caller.project_id ?? "", ...parts);
  }

  private async live(): Promise<void> {
    const { workers } = await this.api.get<{ workers: Worker[] }>(this.where("workers"));
    this.workers.show(workers);
    await this.sessions.refresh(workers);
  }

  private async history(): Promise<number> {
    const history = await this.api.get<History>(`${this.where("metrics", "history")}?range=${this.range}`);
    this.overview.show(history);
    return history.step_seconds * 1000;
  }

  private async slowQueries(): Promise<number> {
    try {
      const reply = await this.api.get<{ slow_queries: SlowQuery[]; threshold_ms: number }>(`${this.where("slow-queries")}?limit=50`);
      this.slow.show(reply.slow_queries, reply.threshold_ms);
    } catch (error) {
      // One panel that has nothing to show must not make the others look old.
      this.slow.fail(error instanceof Refused ? `Not available: ${error.message}.` : String(error));
    }
    return SELDOM_MS;
  }

  private async allWorkspaces(): Promise<number> {
    const reply = await this.api.get<{ workspaces: Workspace[]; total: number }>(`${this.where("workspaces")}?limit=1000`);
    this.workers.know(reply.workspaces, reply.total - reply.workspaces.length);
    return SELDOM_MS;
  }

  private async recentAlerts(): Promise<number> {
    const reply = await this.api.get<{ alerts: Alert[]; webhooks?: number }>(`${this.where("alerts")}?limit=20`);
    this.alerts.show(reply.alerts, reply.webhooks ?? null);
    return SELDOM_MS;
  }
}

void login({ title: "smew dashboard", ways: ["key"],
  note: "The admin key shows the whole instance, a project's key its project. The key stays in this page's memory: reloading forgets it." })
  .then(({ api, caller }) => new Dashboard(api, caller).start());
