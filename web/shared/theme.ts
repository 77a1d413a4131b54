// Light or dark: the system's choice until the switch is used. Only that choice is kept, no credentials.

import { h } from "./dom";

type Theme = "light" | "dark";
const KEY = "smew-theme";
const dark = window.matchMedia("(prefers-color-scheme: dark)");

function chosen(): Theme | null {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : null;
}

export function theme(): Theme {
  return chosen() ?? (dark.matches ? "dark" : "light");
}

function apply(): void {
  document.documentElement.dataset.theme = theme();
  document.dispatchEvent(new CustomEvent("themechange"));
}

export function themeSwitch(): HTMLButtonElement {
  const button = h("button", { type: "button", class: "quiet icon", title: "Switch between light and dark" });
  const show = () => {
    const next = theme() === "dark" ? "light" : "dark";
    button.textContent = theme() === "dark" ? "☾" : "☀";
    button.setAttribute("aria-label", `Switch to ${next} colours`);
  };
  button.addEventListener("click", () => {
    localStorage.setItem(KEY, theme() === "dark" ? "light" : "dark");
    apply();
  });
  document.addEventListener("themechange", show);
  dark.addEventListener("change", apply);
  show();
  return button;
}

apply();

// The value of a colour of pages.css, for what draws on a canvas.
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
