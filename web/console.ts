// The SQL console of one workspace.

import { Api, Refused } from "./shared/api";
import { byId, h, replace } from "./shared/dom";
import { count, duration } from "./shared/format";
import { login } from "./shared/login";
import { chooseWorkspace } from "./console/choose_workspace";
import { Editor } from "./console/editor";
import { Results } from "./console/results";
import { readSchema, SCHEMA_SQL, SchemaTree } from "./console/schema";
import { outcomeOf, Statements } from "./console/statements";
import { Failure, fetchRows, Listener, QueryFailed, Row, runStatement, Workspace } from "./console/stream";

const ROW_LIMITS = [1000, 10_000, 100_000, 200_000];
const CHANGES_TABLES = /^\s*(create|drop|alter)\b/i;

class Console {
  private readonly results = new Results();
  private readonly statements = new Statements((sql) => {
    this.editor.setText(sql);
    this.editor.focus();
  });
  private readonly tree = new SchemaTree({ reread: () => void this.readTables(), insert: (text) => this.editor.insert(text), preview: (sql) => {
    this.editor.setText(sql);
    void this.run();
  } });
  private readonly editor = new Editor("", { run: () => void this.run(), explain: () => void this.explain(false) });
  private readonly runButton = this.button("Run", "primary", () => void this.run(), "Run the statement or the selection (Control+Enter)");
  private readonly cancelButton = this.button("Cancel", "danger", () => this.abort?.abort(), "Stop the statement");
  private readonly limit = h("select", { class: "inline", "aria-label": "Most rows to fetch" }, ...ROW_LIMITS.map((rows) => h("option", { value: rows, selected: rows === 10_000 }, `${count(rows)} rows`)));
  private abort: AbortController | null = null;

  constructor(private readonly api: Api, private readonly workspace: Workspace) {}

  start(): void {
    this.cancelButton.disabled = true;
    const side = h("aside", { class: "side", "aria-label": "Tables and history" },
      h("details", { class: "side-part", open: window.matchMedia("(min-width: 721px)").matches }, h("summary", {}, h("h2", {}, "Tables")), this.tree.element),
      h("details", { class: "side-part" }, h("summary", {}, h("h2", {}, "History")), this.statements.element));
    replace(byId("main"), h("div", { class: "console" }, h("h1", { class: "sr-only" }, `SQL console of ${this.workspace.name}`), side,
      h("div", { class: "work" },
        h("section", { class: "editor-card", "aria-label": "Statement" },
          h("div", { class: "toolbar" }, this.runButton, this.cancelButton,
            this.button("Explain", "", () => void this.explain(false), "Show the plan without running the statement (Control+Shift+E)"),
            this.button("Analyze", "", () => void this.explain(true), "Run the statement and show its plan with timings"),
            h("div", { class: "row push" }, this.limit)),
          this.editor.element),
        this.results.element)));
    this.editor.focus();
    void this.readTables();
  }

  private button(label: string, kind: string, work: () => void, title: string): HTMLButtonElement {
    return h("button", { type: "button", class: kind || null, title, onclick: work }, label);
  }

  private async readTables(): Promise<void> {
    this.tree.message("Loading …");
    try {
      const tables = readSchema(await fetchRows(this.api, this.workspace, SCHEMA_SQL, new AbortController().signal));
      this.tree.show(tables);
      this.editor.complete(tables);
    } catch (error) {
      this.tree.message(error instanceof Error ? error.message : String(error));
    }
  }

  private async run(): Promise<void> {
    const { text, offset } = this.editor.statement();
    if (text.trim() === "" || this.abort) return;
    this.results.choose("table");
    await this.execute(text, text, offset, {
      header: (columns) => this.results.header(columns), rows: (rows) => this.results.add(rows), notice: (notice) => this.results.notice(notice),
    });
    if (CHANGES_TABLES.test(text)) void this.readTables();
  }

  private async explain(analyze: boolean): Promise<void> {
    const { text, offset } = this.editor.statement();
    if (text.trim() === "" || this.abort) return;
    const prefix = analyze ? "EXPLAIN (ANALYZE, FORMAT JSON) " : "EXPLAIN (FORMAT JSON) ";
    const lines: Row[] = [];
    const done = await this.execute(prefix + text, text, offset - prefix.length, { header: () => {}, rows: (rows) => lines.push(...rows), notice: () => {} });
    if (done) this.results.showPlan(lines.map((row) => row[0]).join("\n"));
  }

  // `shown`: what the history keeps. True when the statement came to its end.
  private async execute(sql: string, shown: string, offset: number, listener: Listener): Promise<boolean> {
    const abort = new AbortController();
    this.abort = abort;
    this.busy(true);
    const began = performance.now();
    this.results.begin("Running …");
    const clock = setInterval(() => this.results.progress(`Running, ${duration(performance.now() - began)}${this.results.length > 0 ? `, ${count(this.results.length)} rows` : ""}`), 500);
    try {
      const end = await runStatement(this.api, this.workspace, sql, Number(this.limit.value), listener, abort.signal);
      this.results.end(end);
      this.statements.add(shown, outcomeOf(end.rows, end.duration_ms), false);
      return true;
    } catch (error) {
      const failure = this.failureOf(error, abort);
      this.results.fail(failure, abort.signal.aborted ? `Cancelled after ${duration(performance.now() - began)}` : "Failed");
      this.statements.add(shown, failure.message, true);
      if (failure.position) this.editor.pointAt(offset + failure.position - 1);
      return false;
    } finally {
      clearInterval(clock);
      this.abort = null;
      this.busy(false);
    }
  }

  private failureOf(error: unknown, abort: AbortController): Failure {
    if (abort.signal.aborted) return { sqlstate: "57014", message: "the statement was cancelled; rows that had arrived are kept" };
    if (error instanceof QueryFailed) return error.failure;
    if (error instanceof Refused) return { sqlstate: `HTTP ${error.status}`, message: error.message, hint: error.hint };
    return { sqlstate: "08006", message: "the connection to the server was lost" };
  }

  private busy(running: boolean): void {
    this.runButton.disabled = running;
    this.cancelButton.disabled = !running;
  }
}

async function open(): Promise<void> {
  const { api, caller } = await login({ title: "smew SQL console", ways: ["user", "key"],
    note: "User and password are those of the workspace, as for any PostgreSQL client. They stay in this page's memory: reloading forgets them." });
  const workspace = await chooseWorkspace(api, caller);
  document.title = `${workspace.name} · smew`;
  new Console(api, workspace).start();
}

void open();
