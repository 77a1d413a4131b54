// The SQL console of one workspace: one database session, an editor, results, tables and history.

import { Api, Refused } from "./shared/api";
import { byId, h, replace, toast } from "./shared/dom";
import { count, duration } from "./shared/format";
import { login } from "./shared/login";
import { Catalog, TEMPORARY_SQL } from "./console/catalog";
import { chooseWorkspace } from "./console/choose_workspace";
import { Completer } from "./console/completion";
import { Editor } from "./console/editor";
import { End, Failure, Row } from "./console/protocol";
import { Results } from "./console/results";
import { SchemaTree } from "./console/schema";
import { Listener, QueryFailed, Session } from "./console/session";
import { SessionBar } from "./console/session_bar";
import { outcomeOf, Statements } from "./console/statements";
import { loginMessage, Workspace } from "./console/workspace";

const ROW_LIMITS = [1000, 10_000, 100_000, 200_000];
const CHANGES_TABLES = /^(CREATE|DROP|ALTER|COMMIT|ROLLBACK|DISCARD)\b/;

// `offset`: where the text stands in the editor; null: it does not.
interface Part {
  text: string;
  offset: number | null;
}

class Console {
  private readonly results = new Results();
  private readonly catalog: Catalog;
  private readonly completer: Completer;
  private readonly session: Session;
  private readonly bar: SessionBar;
  private readonly statements: Statements;
  private readonly tree: SchemaTree;
  private readonly editor: Editor;
  private readonly runButton = this.button("Run", "primary", () => void this.run(this.editor.statement()), "Run the selection, or everything (Control+Enter)");
  private readonly cancelButton = this.button("Cancel", "danger", () => this.abort?.abort(), "Stop what runs");
  private readonly planButtons = [this.button("Explain", "", () => void this.explain(false), "Show the plan of the statement at the cursor without running it (Control+Shift+E)"),
    this.button("Analyze", "", () => void this.explain(true), "Run the statement at the cursor and show its plan with timings")];
  private readonly limit = h("select", { class: "inline", "aria-label": "Most rows to fetch" }, ...ROW_LIMITS.map((rows) => h("option", { value: rows, selected: rows === 10_000 }, `${count(rows)} rows`)));
  private abort: AbortController | null = null;

  constructor(api: Api, private readonly workspace: Workspace) {
    this.catalog = new Catalog(api, workspace);
    this.completer = new Completer(this.catalog);
    this.session = new Session(loginMessage(api.credentials, workspace), () => this.stateChanged(), (text) => toast(text));
    this.bar = new SessionBar(() => this.session, (sql) => void this.run({ text: sql, offset: null }));
    this.statements = new Statements(workspace.id, (sql) => this.edit(sql));
    this.tree = new SchemaTree({ reread: () => void this.readTables(), insert: (text) => this.editor.insert(text),
      preview: (sql) => void this.run({ text: sql, offset: null }), readColumns: (table) => this.catalog.readColumns(table) });
    this.editor = new Editor("", { run: () => void this.run(this.editor.statement()), runCurrent: () => void this.run(this.editor.current()),
      explain: () => void this.explain(false), rested: (text) => void this.readAhead(text) }, this.completer);
  }

  start(): void {
    this.cancelButton.disabled = true;
    const side = h("aside", { class: "side", "aria-label": "Tables and history" },
      h("details", { class: "side-part", open: window.matchMedia("(min-width: 721px)").matches }, h("summary", {}, h("h2", {}, "Tables")), this.tree.element),
      h("details", { class: "side-part" }, h("summary", {}, h("h2", {}, "History")), this.statements.element));
    replace(byId("main"), h("div", { class: "console" }, h("h1", { class: "sr-only" }, `SQL console of ${this.workspace.name}`), side,
      h("div", { class: "work" },
        h("section", { class: "editor-card", "aria-label": "Statement" },
          h("div", { class: "toolbar" }, this.runButton, this.cancelButton, ...this.planButtons, this.limit, h("div", { class: "push" }, this.bar.element)),
          this.bar.warning,
          this.editor.element),
        this.results.element)));
    this.editor.focus();
    this.stateChanged();
    void this.session.connect().catch(() => {});
    void this.readTables();
    // A transaction that is open would be rolled back.
    window.addEventListener("beforeunload", (event) => this.session.state.transaction === "in_transaction" && event.preventDefault());
  }

  private button(label: string, kind: string, work: () => void, title: string): HTMLButtonElement {
    return h("button", { type: "button", class: kind || null, title, onclick: work }, label);
  }

  private stateChanged(): void {
    this.bar.show(this.abort !== null);
  }

  private edit(sql: string): void {
    this.editor.setText(sql);
    this.editor.focus();
  }

  private async readTables(): Promise<void> {
    if (this.catalog.tables.length === 0) this.tree.message("Loading …");
    try {
      await this.catalog.read();
      this.showTables();
    } catch (error) {
      this.tree.message(error instanceof Error ? error.message : String(error));
    }
    await this.readTemporary();
  }

  // Only the session itself sees them; it cannot look while it is busy or in a failed transaction.
  private async readTemporary(): Promise<void> {
    const { phase, busy, transaction } = this.session.state;
    if (phase !== "open" || busy || transaction === "failed") return;
    const rows = await this.session.fetch(TEMPORARY_SQL).catch(() => null);
    if (rows && this.catalog.setTemporary(rows)) this.showTables();
  }

  private showTables(): void {
    this.tree.show(this.catalog.tables);
    this.editor.complete();
  }

  private async readAhead(text: string): Promise<void> {
    const found = await this.completer.readAhead(text).catch(() => false);
    if (found) this.editor.complete();
  }

  private async run(part: Part): Promise<void> {
    if (part.text.trim() === "" || this.abort) return;
    this.results.choose("table");
    const end = await this.execute(part.text, part, {
      header: (result, columns) => this.results.header(result, columns), rows: (result, rows) => this.results.add(result, rows),
      notice: (notice) => this.results.notice(notice),
    });
    if (end?.results.some(({ tag, result }) => CHANGES_TABLES.test(tag) || (tag.startsWith("SELECT") && result === undefined))) void this.readTables();
  }

  private async explain(analyze: boolean): Promise<void> {
    const part = this.editor.current();
    if (part.text.trim() === "" || this.abort) return;
    const prefix = analyze ? "EXPLAIN (ANALYZE, FORMAT JSON) " : "EXPLAIN (FORMAT JSON) ";
    const lines: Row[] = [];
    const done = await this.execute(prefix + part.text, { text: part.text, offset: part.offset === null ? null : part.offset - prefix.length },
      { header: () => {}, rows: (_, rows) => { for (const row of rows) lines.push(row); }, notice: () => {} }, true);
    if (done) this.results.showPlan(lines.map((row) => row[0]).join("\n"), done.duration_ms);
  }

  // A session that is not the one the user worked in is not used before the user knows.
  private async ready(): Promise<boolean> {
    await this.session.connect();
    if (!this.session.state.lostState) return true;
    const what = this.session.state.lostTransaction ? "The transaction that was open was rolled back." : "Temporary tables and settings of the one before are gone.";
    this.session.forgive();
    this.results.begin("Not run");
    this.results.fail({ sqlstate: "", message: `Nothing was run: this is a new session. ${what} Run again to go on in it.` }, "Not run");
    return false;
  }

  // What the statements gave; null when it did not come to its end. `plan`: of one statement, which leaves the rows as they are.
  private async execute(sql: string, part: Part, listener: Listener, plan = false): Promise<End | null> {
    const abort = new AbortController();
    this.abort = abort;
    this.busy(true);
    const began = performance.now();
    this.results.begin("Running …", plan);
    const clock = setInterval(() => this.results.progress(`Running, ${duration(performance.now() - began)}${this.results.length > 0 ? `, ${count(this.results.length)} rows` : ""}`), 500);
    try {
      if (!(await this.ready())) return null;
      const end = await this.session.run(sql, { maxRows: Number(this.limit.value), single: plan }, listener, abort.signal);
      this.results.end(end);
      this.statements.add(part.text, outcomeOf(end.results.reduce((sum, { rows }) => sum + rows, 0), end.duration_ms), false);
      return end;
    } catch (error) {
      const failure = failureOf(error);
      const cancelled = abort.signal.aborted && failure.sqlstate === "57014";
      const before = error instanceof QueryFailed ? error.results : [];
      this.results.fail(cancelled ? { ...failure, message: "the statement was cancelled; rows that had arrived are kept" } : failure,
        cancelled ? `Cancelled after ${duration(performance.now() - began)}` : "Failed", before);
      this.statements.add(part.text, failure.message, true);
      if (failure.position && part.offset !== null) this.editor.pointAt(part.offset + failure.position - 1);
      return null;
    } finally {
      clearInterval(clock);
      this.abort = null;
      this.busy(false);
    }
  }

  private busy(running: boolean): void {
    for (const button of [this.runButton, ...this.planButtons]) button.disabled = running;
    this.cancelButton.disabled = !running;
    this.stateChanged();
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof QueryFailed) return error.failure;
  if (error instanceof Refused) return { sqlstate: `HTTP ${error.status}`, message: error.message, hint: error.hint };
  return { sqlstate: "08006", message: String(error) };
}

async function open(): Promise<void> {
  const { api, caller } = await login({ title: "smew SQL console", ways: ["user", "key"],
    note: "User and password are those of the workspace, as for any PostgreSQL client. They stay in this page's memory: reloading forgets them." });
  const workspace = await chooseWorkspace(api, caller);
  document.title = `${workspace.name} · smew`;
  new Console(api, workspace).start();
}

void open();
