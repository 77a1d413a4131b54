// One database session over a WebSocket: what SET, temporary tables and transactions live in. Statements run one after
// another. When the connection is lost the session is gone; a new one has none of its state, and is told so.

import { Column, End, Failure, Ready, Row, ServerMessage, StatementResult, Transaction, typeName } from "./protocol";

export interface Listener {
  // A result begins, its rows come; `result` counts the results of the request.
  header(result: number, columns: Column[]): void;
  rows(result: number, rows: Row[]): void;
  notice(notice: Failure): void;
}

export class QueryFailed extends Error {
  constructor(readonly failure: Failure, readonly results: StatementResult[]) {
    super(failure.message);
  }
}

export type Phase = "connecting" | "open" | "waiting" | "ended";

export interface SessionState {
  phase: Phase;
  transaction: Transaction;
  busy: boolean;
  readOnly: boolean;
  // Why the last session ended; empty while none has.
  lost: string;
  // What was lost with it.
  lostState: boolean;
  lostTransaction: boolean;
  retryAt: number;
}

export interface RunOptions {
  maxRows: number;  // of each result
  single?: boolean;  // the text must be one statement
}

interface Running {
  listener: Listener;
  resolve(end: End): void;
  reject(error: Error): void;
}

const PATH = "/api/v1/pam";
const LOGIN_REFUSED = 4401;
// Somebody or something ended the session on purpose: connecting again is for the user to say.
const ENDED_ON_PURPOSE = new Set([LOGIN_REFUSED, 4403, 4408, 4410, 1008]);
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 30_000;
// Statements that leave nothing behind in a session, but for a transaction, which is looked at by itself.
const STATELESS = /^(SELECT|INSERT|UPDATE|DELETE|MERGE|EXPLAIN|SHOW|BEGIN|START TRANSACTION|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|VALUES|CALL|CHECKPOINT|ANALYZE|VACUUM)\b/;
const CANCELLED: Failure = { sqlstate: "57014", message: "the statement was cancelled" };
const TOO_LARGE_CODE = 1009;
const TOO_LARGE: Failure = { sqlstate: "54000", message: "the statement is larger than the server takes in one message (websocket_max_message_bytes)" };
const LOST: Failure = { sqlstate: "08006", message: "the connection to the server was lost while the statement ran; whether it was carried out is not known" };

export class Session {
  private socket: WebSocket | null = null;
  private readonly running = new Map<number, Running>();
  private lastId = 0;
  private retryMs = FIRST_RETRY_MS;
  private retryTimer = 0;
  private hasState = false;
  private opening: Promise<void> | null = null;
  readonly state: SessionState = { phase: "ended", transaction: "idle", busy: false, readOnly: false, lost: "", lostState: false, lostTransaction: false, retryAt: 0 };

  // `changed`: the state is another. `told`: something the server says by itself.
  constructor(private readonly login: Record<string, string>, private readonly changed: () => void, private readonly told: (text: string) => void) {
    window.addEventListener("online", () => this.state.phase === "waiting" && void this.connect().catch(() => {}));
  }

  // Resolves when the session is open; rejects with why it cannot be. Does nothing when it is.
  connect(): Promise<void> {
    if (this.state.phase === "open") return Promise.resolve();
    this.opening ??= this.open().finally(() => { this.opening = null; });
    return this.opening;
  }

  private open(): Promise<void> {
    clearTimeout(this.retryTimer);
    this.become("connecting");
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${PATH}`);
      this.socket = socket;
      let refusal: Failure | null = null;
      socket.addEventListener("open", () => socket.send(JSON.stringify(this.login)));
      socket.addEventListener("message", (event) => {
        const message = JSON.parse(String(event.data)) as ServerMessage;
        if (message.type === "ready") {
          this.opened(message);
          resolve();
        } else if (message.type === "error" && message.id === undefined && this.state.phase === "connecting") {
          refusal = message;
        } else {
          this.take(message);
        }
      });
      socket.addEventListener("close", (event) => {
        const wasOpen = this.state.phase === "open";
        this.closed(event, wasOpen, refusal);
        if (!wasOpen) reject(new QueryFailed(refusal ?? { sqlstate: "08006", message: "the server does not answer" }, []));
      });
    });
  }

  private opened(ready: Ready): void {
    this.retryMs = FIRST_RETRY_MS;
    this.hasState = false;
    this.state.transaction = "idle";
    this.state.readOnly = ready.read_only;
    this.become("open");
  }

  private closed(event: CloseEvent, wasOpen: boolean, refusal: Failure | null): void {
    this.socket = null;
    const failure = event.code === TOO_LARGE_CODE ? TOO_LARGE : LOST;
    for (const one of this.running.values()) one.reject(new QueryFailed(failure, []));
    this.running.clear();
    if (wasOpen) {
      this.state.lostTransaction = this.state.transaction !== "idle";
      this.state.lostState = this.hasState || this.state.lostTransaction;
    }
    this.state.lost = refusal?.message || (event.code === TOO_LARGE_CODE && TOO_LARGE.message) || event.reason || "the connection was lost";
    this.state.transaction = "idle";
    this.state.busy = false;
    if (ENDED_ON_PURPOSE.has(event.code) || refusal?.sqlstate.startsWith("28")) return this.become("ended");
    this.retryLater();
  }

  private retryLater(): void {
    const wait = this.retryMs;
    this.retryMs = Math.min(this.retryMs * 2, LAST_RETRY_MS);
    this.state.retryAt = Date.now() + wait;
    this.become("waiting");
    this.retryTimer = window.setTimeout(() => void this.connect().catch(() => {}), wait);
  }

  private take(message: ServerMessage): void {
    if (message.type === "notification") return this.told(`Notification on ${message.channel}: ${message.payload}`);
    if (message.type === "session") return message.event === "expiring" ? this.told(`This workspace expires at ${message.expires_at ?? "its time"}.`) : undefined;
    if (message.type === "ready" || message.type === "pong" || message.id === undefined) return;
    const one = this.running.get(message.id);
    if (!one) return;
    if (message.type === "rows") {
      if (message.columns) one.listener.header(message.result, message.columns.map(({ name, type }) => ({ name, type: typeName(type) })));
      if (message.rows.length > 0) one.listener.rows(message.result, message.rows);
    } else if (message.type === "notice") {
      one.listener.notice(message);
    } else {
      this.finish(message.id, one, message);
    }
  }

  private finish(id: number, one: Running, message: Extract<ServerMessage, { type: "complete" | "error" }>): void {
    this.running.delete(id);
    this.hasState ||= (message.results ?? []).some(({ tag, result }) => !STATELESS.test(tag) || (tag.startsWith("SELECT") && result === undefined));
    this.state.transaction = message.transaction ?? this.state.transaction;
    this.state.busy = this.running.size > 0;
    this.changed();
    if (message.type === "complete") one.resolve(message);
    else one.reject(new QueryFailed(message, message.results ?? []));
  }

  // Throws QueryFailed. Aborting stops what runs in the server.
  async run(sql: string, { maxRows, single = false }: RunOptions, listener: Listener, signal: AbortSignal): Promise<End> {
    await this.connect();
    if (signal.aborted) throw new QueryFailed(CANCELLED, []);
    const id = ++this.lastId;
    const cancel = () => this.send({ type: "cancel", id });
    const end = new Promise<End>((resolve, reject) => this.running.set(id, { listener, resolve, reject }));
    this.send({ type: "query", id, sql, max_rows: maxRows, ...(single ? { parameters: [] } : {}) });
    this.state.busy = true;
    this.changed();
    signal.addEventListener("abort", cancel);
    return end.finally(() => signal.removeEventListener("abort", cancel));
  }

  // A whole small result, for the page's own questions.
  async fetch(sql: string): Promise<Row[]> {
    const all: Row[] = [];
    await this.run(sql, { maxRows: 1_000_000 }, { header: () => {}, rows: (_, rows) => { for (const row of rows) all.push(row); }, notice: () => {} }, new AbortController().signal);
    return all;
  }

  // The user has seen what was lost.
  forgive(): void {
    this.state.lost = "";
    this.state.lostState = false;
    this.state.lostTransaction = false;
    this.changed();
  }

  private send(message: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private become(phase: Phase): void {
    this.state.phase = phase;
    this.changed();
  }
}
