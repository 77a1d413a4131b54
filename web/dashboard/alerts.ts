// The newest alerts.

import { clock } from "../shared/format";
import { h } from "../shared/dom";
import { TablePanel } from "./panel";
import { Alert } from "./types";

const SEVERITY: Record<string, string> = { critical: "badge bad", warning: "badge warn" };

export class AlertsPanel {
  private readonly panel = new TablePanel<Alert>("Alerts", [
    { title: "Time", class: "nowrap", cell: (alert) => clock(alert.timestamp) },
    { title: "Alert", class: "nowrap", cell: (alert) => alert.alert },
    { title: "State", class: "nowrap", cell: (alert) => h("span", { class: alert.status === "resolved" ? "badge good" : SEVERITY[alert.severity] ?? "badge" },
      alert.status === "resolved" ? "resolved" : alert.severity) },
    { title: "What", cell: (alert) => [alert.summary, h("span", { class: "second" }, alert.description)] },
  ], "No alerts.", (alert) => String(alert.id));

  get element(): HTMLElement {
    return this.panel.element;
  }

  // Where they are sent to only the operator is told.
  show(alerts: Alert[], webhooks: number | null): void {
    const sent = webhooks === 0 ? "no webhook is set" : webhooks === 1 ? "sent to 1 webhook" : `sent to ${webhooks} webhooks`;
    this.panel.show(alerts, webhooks === null ? "" : sent);
  }
}
