// A result as a file, made in the page.

import { Column, Row, Value } from "./protocol";

function csvField(value: Value): string {
  if (value === null) return "";
  const text = String(value);
  // An empty text is quoted, so that it is not NULL.
  return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function csv(columns: Column[], rows: Row[]): Blob {
  const lines = [columns.map((column) => csvField(column.name)).join(",")];
  for (const row of rows) lines.push(row.map(csvField).join(","));
  return new Blob([lines.join("\r\n"), "\r\n"], { type: "text/csv;charset=utf-8" });
}

// Two columns of one name would be one member.
function uniqueNames(columns: Column[]): string[] {
  const seen = new Map<string, number>();
  return columns.map(({ name }) => {
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name}_${times}`;
  });
}

export function json(columns: Column[], rows: Row[]): Blob {
  const names = uniqueNames(columns);
  const objects = rows.map((row) => JSON.stringify(Object.fromEntries(names.map((name, index) => [name, row[index] ?? null]))));
  return new Blob([`[\n${objects.join(",\n")}\n]\n`], { type: "application/json" });
}

export function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
