// The results of what was run last: one of each statement that gives rows, as they come in.

import { Column, Row } from "./protocol";

const KEPT = 50;  // of a script of many statements the newest

export interface ResultSet {
  number: number;  // among those of the run, from 0
  columns: Column[];
  rows: Row[];
}

export class ResultSets {
  private sets: ResultSet[] = [];
  private chosen = -1;

  clear(): void {
    this.sets = [];
    this.chosen = -1;
  }

  // The newest is shown until another is chosen.
  begin(number: number, columns: Column[]): void {
    this.sets = [...this.sets, { number, columns, rows: [] }].slice(-KEPT);
  }

  find(number: number): ResultSet | null {
    return this.sets.find((set) => set.number === number) ?? null;
  }

  choose(number: number): void {
    this.chosen = number;
  }

  get shown(): ResultSet | null {
    return this.find(this.chosen) ?? this.sets.at(-1) ?? null;
  }

  get all(): readonly ResultSet[] {
    return this.sets;
  }

  // Of all results.
  get rows(): number {
    return this.sets.reduce((sum, set) => sum + set.rows.length, 0);
  }
}
