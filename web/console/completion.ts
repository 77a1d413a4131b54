// What the editor completes: tables, and the columns of the tables that the statement names.

import { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { Catalog, TableEntry } from "./catalog";
import { isOwn, qualified, quoted } from "./schema";

const NAME = /"(?:[^"]|"")+"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/g;
const MOST_READ_AHEAD = 10;

function plain(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase();
}

// The form @codemirror/lang-sql takes: schema → table → columns; own tables also without a schema.
export function schemaOf(tables: TableEntry[]): Record<string, Record<string, string[]> | string[]> {
  const all: Record<string, Record<string, string[]> | string[]> = {};
  for (const table of tables) {
    const columns = (table.columns ?? []).map((column) => column.name);
    if (table.temporary || isOwn(table.schema)) all[table.name] = columns;
    else {
      const tablesHere = (all[table.schema] ??= {}) as Record<string, string[]>;
      tablesHere[table.name] = columns;
    }
  }
  return all;
}

export class Completer {
  private byName = new Map<string, TableEntry[]>();

  constructor(private readonly catalog: Catalog) {}

  get tables(): TableEntry[] {
    return this.catalog.tables;
  }

  // The catalog has changed.
  index(): void {
    this.byName = new Map();
    for (const table of this.catalog.tables) this.byName.set(table.name.toLowerCase(), [...(this.byName.get(table.name.toLowerCase()) ?? []), table]);
  }

  // Tables that `text` names: with its schema when one of several has the name.
  named(text: string): TableEntry[] {
    const words = (text.match(NAME) ?? []).map(plain);
    const seen = new Set(words);
    return [...seen].flatMap((word) => {
      const tables = this.byName.get(word) ?? [];
      const exact = tables.filter((table) => table.temporary || isOwn(table.schema) || seen.has(table.schema));
      return exact.length > 0 ? exact : [];
    });
  }

  // Reads the columns of tables that are named and not known yet. True when there is something new.
  async readAhead(text: string): Promise<boolean> {
    const unknown = this.named(text).filter((table) => table.columns === null).slice(0, MOST_READ_AHEAD);
    await Promise.all(unknown.map((table) => this.catalog.readColumns(table)));
    return unknown.length > 0;
  }

  // Columns without their table in front, which lang-sql does not offer.
  readonly columns = async (context: CompletionContext): Promise<CompletionResult | null> => {
    const word = context.matchBefore(/"?[\w$]*/);
    if (!word || (word.from === word.to && !context.explicit)) return null;
    if (context.state.sliceDoc(word.from - 1, word.from) === ".") return null;
    const text = context.state.doc.toString();
    await this.readAhead(text).catch(() => false);
    const options: Completion[] = [];
    for (const table of this.named(text)) {
      for (const column of table.columns ?? []) options.push({ label: column.name, apply: quoted(column.name), type: "property", detail: `${column.type}, ${qualified(table)}`, boost: 1 });
    }
    return options.length === 0 ? null : { from: word.from, options, validFor: /^"?[\w$]*$/ };
  };
}
