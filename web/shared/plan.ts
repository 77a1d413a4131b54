// A query's plan as a tree: DuckDB's profile of a run (with timings and rows), or without them EXPLAIN (FORMAT JSON) and the plan of a
// slow query whose run was not profiled.

import { h } from "./dom";
import { count, duration } from "./format";

interface PlanNode {
  name: string;
  milliseconds: number | null;
  rows: number | null;
  facts: [string, string][];
  children: PlanNode[];
}

type Json = Record<string, unknown>;

const SHOWN_FACTS = 6;

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function numberIn(node: Json, ...names: string[]): number | null {
  for (const name of names) if (typeof node[name] === "number") return node[name];
  return null;
}

function textIn(node: Json, ...names: string[]): string | null {
  for (const name of names) if (typeof node[name] === "string" && node[name].trim() !== "") return node[name].trim();
  return null;
}

function factsOf(info: unknown): [string, string][] {
  if (typeof info === "string") return info.trim() === "" ? [] : [["", info.trim()]];
  if (!isObject(info)) return [];
  return Object.entries(info).map(([name, value]): [string, string] => readable(name, Array.isArray(value) ? value.join(", ") : String(value)))
    .filter(([, value]) => value !== "").slice(0, SHOWN_FACTS);
}

// In the words of who wrote the statement: a bucket's table is a file with a version inside.
function readable(name: string, value: string): [string, string] {
  if (name === "Estimated Cardinality" && /^\d+$/.test(value)) return ["Estimated rows", count(Number(value))];
  return [name, value.replace(/"([^"@]+)@\d+"\.(?:"?main"?)\."?data"?/g, "$1")];
}

// Steps DuckDB puts around others to pack their columns: nothing that the statement says, and no time of their own.
function packsOnly(node: Json): boolean {
  const shown = isObject(node.extra_info) ? node.extra_info.Projections : null;
  const columns = (Array.isArray(shown) ? shown : [shown]).flatMap((text) => (typeof text === "string" ? text.split("\n") : []));
  return columns.some((column) => column.includes("__internal_")) && columns.every((column) => /^\s*(#\d+|__internal_\w+\(#\d+\))\s*$/.test(column));
}

function childrenOf(node: Json): PlanNode[] {
  const children = Array.isArray(node.children) ? node.children.filter(isObject) : [];
  return children.flatMap((child) => (packsOnly(child) ? childrenOf(child) : [readNode(child)]));
}

function readNode(node: Json): PlanNode {
  const children = childrenOf(node);
  const seconds = numberIn(node, "operator_timing", "timing");
  return {
    name: (textIn(node, "operator_name", "operator_type", "name") ?? "Query").replaceAll("_", " "),
    milliseconds: seconds === null ? null : seconds * 1000,
    rows: numberIn(node, "operator_cardinality", "cardinality"),
    facts: factsOf(node.extra_info), children,
  };
}

export function isUntimed(value: unknown): boolean {
  return isObject(value) && value.untimed === true;
}

// The roots: a profile's own node only holds totals, so its children are shown.
export function readPlan(value: unknown): PlanNode[] {
  let plan = value;
  if (typeof plan === "string") {
    try {
      plan = JSON.parse(plan);
    } catch {
      return [];
    }
  }
  const roots = (Array.isArray(plan) ? plan : [plan]).filter(isObject);
  return roots.flatMap((root) => {
    const total = ("latency" in root || isUntimed(root)) && Array.isArray(root.children);
    const nodes = total ? childrenOf(root) : [readNode(root)];
    // EXPLAIN itself is no step of the query.
    return nodes.flatMap((node) => (node.name === "EXPLAIN ANALYZE" ? node.children : [node]));
  });
}

function total(nodes: PlanNode[]): number {
  return nodes.reduce((sum, node) => sum + (node.milliseconds ?? 0) + total(node.children), 0);
}

function nodeElement(node: PlanNode, all: number): HTMLLIElement {
  const share = node.milliseconds !== null && all > 0 ? node.milliseconds / all : null;
  const cost = [node.milliseconds === null ? null : duration(node.milliseconds), share === null ? null : `${(share * 100).toFixed(0)} %`,
    node.rows === null ? null : `${count(node.rows)} rows`].filter((text) => text !== null).join(" · ");
  const bar = h("span", {});
  if (share !== null) bar.style.width = `${Math.max(share * 100, 0.5)}%`;
  return h("li", {},
    h("div", { class: share !== null && share > 0.5 ? "node hot" : "node" },
      h("div", { class: "top" }, h("strong", {}, node.name), h("span", { class: "cost" }, cost)),
      share !== null && h("div", { class: "share", "aria-hidden": "true" }, bar),
      node.facts.length > 0 && h("dl", {}, ...node.facts.map(([name, value]) => h("div", {}, name && h("dt", {}, `${name}: `), h("dd", {}, value))))),
    node.children.length > 0 && h("ul", {}, ...node.children.map((child) => nodeElement(child, all))));
}

export function planTree(value: unknown): HTMLElement | null {
  const nodes = readPlan(value);
  if (nodes.length === 0) return null;
  return h("ul", { class: "plan", "aria-label": "Plan" }, ...nodes.map((node) => nodeElement(node, total(nodes))));
}
