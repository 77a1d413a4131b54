// Requests to this server. The credentials live in this object, in memory, and nowhere else: a reload forgets them.

export interface Caller {
  kind: "admin" | "project_key" | "workspace_user";
  project_id?: string;
  scope?: string;
  workspace_id?: string;
  workspace_name?: string;
  expires_at?: string | null;
}

export class Refused extends Error {
  constructor(readonly status: number, message: string, readonly hint = "") {
    super(message);
  }
}

export type Credentials = { kind: "key"; key: string } | { kind: "user"; user: string; password: string };

function authorization(credentials: Credentials): string {
  if (credentials.kind === "key") return `Bearer ${credentials.key}`;
  const text = new TextEncoder().encode(`${credentials.user}:${credentials.password}`);
  return `Basic ${btoa(String.fromCharCode(...text))}`;
}

async function refusal(reply: Response): Promise<Refused> {
  const problem = (await reply.json().catch(() => null)) as { message?: string; details?: { hint?: string } } | null;
  return new Refused(reply.status, problem?.message ?? `the server answered ${reply.status}`, problem?.details?.hint ?? "");
}

export class Api {
  constructor(readonly credentials: Credentials) {}

  async raw(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
    const headers: Record<string, string> = { Authorization: authorization(this.credentials) };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    // No cookies, no cache: what is shown is what is there now.
    const reply = await fetch(path, {
      method, headers, body: body === undefined ? null : JSON.stringify(body), credentials: "omit", cache: "no-store", signal: signal ?? null,
    }).catch((error: unknown) => {
      if (error instanceof DOMException && error.name === "AbortError") throw error;
      throw new Refused(0, "the server does not answer");
    });
    if (!reply.ok) throw await refusal(reply);
    return reply;
  }

  async get<Type>(path: string): Promise<Type> {
    return (await (await this.raw("GET", path)).json()) as Type;
  }

  async send<Type>(method: string, path: string, body?: unknown): Promise<Type | null> {
    const reply = await this.raw(method, path, body);
    return reply.status === 204 ? null : ((await reply.json()) as Type);
  }

  caller(): Promise<Caller> {
    return this.get<Caller>("/whoami");
  }
}

// What is below names parts of a path.
export function path(...parts: string[]): string {
  return `/${parts.map(encodeURIComponent).join("/")}`;
}
