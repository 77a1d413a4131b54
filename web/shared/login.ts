// The form in front of a page. What is typed goes into an Authorization header and is kept in memory only.

import { Api, Caller, Credentials, Refused } from "./api";
import { byId, h, replace } from "./dom";
import { themeSwitch } from "./theme";

export interface Login {
  api: Api;
  caller: Caller;
}

type Way = "key" | "user";

interface Texts {
  title: string;
  ways: Way[];
  note: string;
}

// The hidden name is for password managers, which keep none without.
function keyFields(): HTMLElement[] {
  return [h("input", { name: "name", value: "key", autocomplete: "username", hidden: true }), h("label", {}, "Key",
    h("input", { name: "key", type: "password", required: true, autocomplete: "current-password", spellcheck: "false", "aria-describedby": "login-note" }))];
}

function userFields(): HTMLElement[] {
  return [h("label", {}, "User", h("input", { name: "user", required: true, autocomplete: "username", spellcheck: "false", autocapitalize: "off" })),
    h("label", {}, "Password", h("input", { name: "password", type: "password", required: true, autocomplete: "current-password" }))];
}

function credentials(form: FormData, way: Way): Credentials {
  const text = (name: string) => String(form.get(name) ?? "").trim();
  return way === "key" ? { kind: "key", key: text("key") } : { kind: "user", user: text("user"), password: text("password") };
}

function showCaller(caller: Caller): void {
  const name = caller.kind === "admin" ? "Administrator"
    : caller.kind === "project_key" ? `Project ${caller.project_id}` : `Workspace ${caller.workspace_name ?? caller.workspace_id}`;
  replace(byId("bar-end"), h("span", { class: "who", title: name }, name), themeSwitch(),
    // Leaving the page forgets the credentials, and stops what it does.
    h("button", { type: "button", class: "quiet", onclick: () => location.reload() }, "Log out"));
}

export function login(texts: Texts): Promise<Login> {
  replace(byId("bar-end"), themeSwitch());
  return new Promise((resolve) => {
    let way: Way = texts.ways[0] as Way;
    const problem = h("p", { class: "problem", role: "alert", hidden: true });
    const fields = h("div", { class: "detail" });
    const submit = h("button", { type: "submit", class: "primary" }, "Log in");
    const tabs = h("div", { class: "segmented", role: "group", "aria-label": "Log in with" });
    const choose = (next: Way) => {
      way = next;
      replace(fields, ...(way === "key" ? keyFields() : userFields()));
      for (const tab of tabs.children) tab.setAttribute("aria-pressed", String((tab as HTMLElement).dataset.way === way));
    };
    for (const one of texts.ways) {
      tabs.append(h("button", { type: "button", "data-way": one, onclick: () => choose(one) }, one === "key" ? "Project key" : "Workspace user"));
    }
    const attempt = async (form: HTMLFormElement) => {
      problem.hidden = true;
      submit.disabled = true;
      try {
        const api = new Api(credentials(new FormData(form), way));
        const caller = await api.caller();
        showCaller(caller);
        resolve({ api, caller });
      } catch (error) {
        problem.textContent = error instanceof Refused ? error.message : String(error);
        problem.hidden = false;
        submit.disabled = false;
        form.querySelector<HTMLElement>("input:not([hidden])")?.focus();
      }
    };
    const form = h("form", {}, texts.ways.length > 1 && tabs, fields, problem, submit);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void attempt(form);
    });
    replace(byId("main"), h("section", { class: "login", "aria-labelledby": "login-title" },
      h("h1", { id: "login-title" }, texts.title), form, h("p", { class: "note", id: "login-note" }, texts.note)));
    choose(way);
    form.querySelector<HTMLElement>("input:not([hidden])")?.focus();
  });
}
