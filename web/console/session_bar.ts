// What the session is doing: connected or not, the transaction's state, and what was lost with the last one.

import { h, replace } from "../shared/dom";
import { Session, SessionState } from "./session";

const TRANSACTIONS = {
  idle: { text: "No transaction", kind: "badge", about: "Each statement commits by itself." },
  in_transaction: { text: "In transaction", kind: "badge warn", about: "Changes are kept with COMMIT and undone with ROLLBACK." },
  failed: { text: "Transaction failed", kind: "badge bad", about: "Only ROLLBACK is accepted now." },
};

function connection(state: SessionState): { text: string; kind: string } {
  if (state.phase === "open") return { text: state.readOnly ? "Connected, read only" : "Connected", kind: "badge good" };
  if (state.phase === "connecting") return { text: "Connecting …", kind: "badge" };
  return { text: state.phase === "waiting" ? "Connection lost" : "Not connected", kind: "badge bad" };
}

function lossText(state: SessionState): string {
  if (state.lostTransaction) return "Its open transaction was rolled back; its temporary tables and settings are gone.";
  return "Its temporary tables, settings (SET) and prepared statements are gone.";
}

export class SessionBar {
  readonly element: HTMLElement;
  // Above the editor: what must not be overlooked.
  readonly warning = h("div", { class: "session-warning", role: "alert" });
  private readonly link = h("span", {});
  private readonly transaction = h("span", { class: "badge" });
  private readonly commit = h("button", { type: "button", class: "small", title: "Keep the transaction's changes" }, "Commit");
  private readonly rollback = h("button", { type: "button", class: "small", title: "Undo the transaction's changes" }, "Roll back");
  private shown = "";

  // `run`: a statement of the bar's own buttons.
  constructor(private readonly session: () => Session, run: (sql: string) => void) {
    this.commit.addEventListener("click", () => run("COMMIT"));
    this.rollback.addEventListener("click", () => run("ROLLBACK"));
    this.element = h("div", { class: "session-bar", role: "group", "aria-label": "Session" }, h("span", { class: "row", role: "status", "aria-live": "polite" }, this.link, this.transaction),
      this.commit, this.rollback);
  }

  show(running: boolean): void {
    const { state } = this.session();
    const { text, kind } = connection(state);
    if (this.link.textContent !== text) this.link.textContent = text;
    this.link.className = kind;
    const transaction = TRANSACTIONS[state.transaction];
    if (this.transaction.textContent !== transaction.text) this.transaction.textContent = transaction.text;
    this.transaction.className = transaction.kind;
    this.transaction.title = transaction.about;
    this.transaction.hidden = state.phase !== "open";
    this.commit.hidden = state.transaction !== "in_transaction";
    this.rollback.hidden = state.transaction === "idle";
    this.commit.disabled = this.rollback.disabled = running;
    this.warn(state);
  }

  private warn(state: SessionState): void {
    const key = `${state.phase} ${state.lost} ${state.lostState}`;
    if (key === this.shown) return;
    this.shown = key;
    if (state.lost === "" || (state.phase === "open" && !state.lostState)) return this.warning.replaceChildren();
    const connect = h("button", { type: "button", class: "small", onclick: () => void this.session().connect().catch(() => {}) }, "Connect again");
    const seen = h("button", { type: "button", class: "small", onclick: () => this.session().forgive() }, "Understood");
    replace(this.warning, h("p", {},
      h("strong", {}, state.phase === "open" ? "This is a new session. " : "The session has ended. "),
      state.phase === "open" ? `The one before ended: ${state.lost}. ` : `${sentence(state.lost)} `,
      state.lostState && lossText(state), state.phase === "waiting" && " Trying to connect again."),
      state.phase === "open" ? seen : state.phase !== "connecting" && connect);
  }
}

function sentence(text: string): string {
  const trimmed = text.replace(/[.\s]+$/, "");
  return `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}.`;
}
