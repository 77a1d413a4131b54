// The workspace a console works in, and what logs it in there.

import { Credentials } from "../shared/api";

export interface Workspace {
  project: string;
  id: string;
  name: string;
}

// The first message of a session (docs/websocket.md). A browser cannot send headers with a WebSocket, and its address would
// end up in logs.
export function loginMessage(credentials: Credentials, workspace: Workspace): Record<string, string> {
  const application = { type: "auth", application_name: "smew console" };
  if (credentials.kind === "user") return { ...application, user: credentials.user, password: credentials.password };
  return { ...application, key: credentials.key, workspace: workspace.id, project: workspace.project };
}
