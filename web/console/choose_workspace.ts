// Which workspace the console works in: the user's own, or one chosen among those a key reaches.

import { Api, Caller, path, Refused } from "../shared/api";
import { byId, h, replace } from "../shared/dom";
import { Workspace } from "./workspace";

interface Listed {
  id: string;
  name: string;
  status: string;
}

async function projectsOf(api: Api, caller: Caller): Promise<string[]> {
  if (caller.project_id) return [caller.project_id];
  return (await api.get<{ projects: { id: string }[] }>("/projects?limit=1000")).projects.map((project) => project.id);
}

async function workspacesOf(api: Api, project: string): Promise<Listed[]> {
  const reply = await api.get<{ workspaces: Listed[] }>(`${path("projects", project, "workspaces")}?limit=1000`);
  return reply.workspaces.filter((workspace) => workspace.status === "active");
}

// A label around a list would have the list's entries in the list's name.
function labelled(label: string, control: HTMLElement): HTMLElement {
  control.setAttribute("aria-label", label);
  return h("label", {}, label, control);
}

export async function chooseWorkspace(api: Api, caller: Caller): Promise<Workspace> {
  if (caller.kind === "workspace_user") {
    return { project: caller.project_id ?? "", id: caller.workspace_id ?? "", name: caller.workspace_name ?? caller.workspace_id ?? "" };
  }
  const projects = await projectsOf(api, caller);
  return new Promise((resolve) => {
    const project = h("select", {}, ...projects.map((id) => h("option", { value: id }, id)));
    const workspace = h("select", {});
    const open = h("button", { type: "submit", class: "primary" }, "Open");
    const note = h("p", { class: "note", role: "status" });
    let listed: Listed[] = [];
    const refresh = async () => {
      open.disabled = true;
      note.textContent = "";
      try {
        listed = project.value ? await workspacesOf(api, project.value) : [];
      } catch (error) {
        listed = [];
        note.textContent = error instanceof Refused ? error.message : String(error);
      }
      replace(workspace, ...listed.map((one) => h("option", { value: one.id }, `${one.name} (${one.id})`)));
      open.disabled = listed.length === 0;
      if (listed.length === 0 && !note.textContent) note.textContent = `This project has no active workspace. POST /projects/${project.value || "{project}"}/workspaces makes one.`;
    };
    project.addEventListener("change", () => void refresh());
    const form = h("form", {}, projects.length > 1 && labelled("Project", project), labelled("Workspace", workspace), note, open);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const chosen = listed.find((one) => one.id === workspace.value);
      if (chosen) resolve({ project: project.value, id: chosen.id, name: chosen.name });
    });
    replace(byId("main"), h("section", { class: "login", "aria-labelledby": "choose-title" }, h("h1", { id: "choose-title" }, "Open a workspace"), form));
    void refresh().then(() => workspace.focus());
  });
}
