import { readFile, writeFile } from "node:fs/promises";
import { machine } from "../benchmarks-page.ts";
import type { Cell } from "../results.ts";

/** Where the measurements of all runs are kept, so that a run of some sizes keeps those of the others. */
export const RECORD = "bench/fleet/record.json";

/** Measurements of one machine by number of services, command and phase; each has its day. */
export interface Recorded {
  readonly machine: string;
  readonly cells: Record<string, Record<string, Record<string, DatedCell>>>;
}

type DatedCell = Cell & { readonly day: string };

/** The cells of a benchmark's runs. */
export class Cells {
  readonly #recorded: Recorded;

  /** @param recorded what earlier runs measured: it counts only on the same machine */
  constructor(recorded?: Recorded) {
    const here = machine();
    this.#recorded = recorded?.machine === here ? recorded : { machine: here, cells: {} };
  }

  /** Reads the record. */
  static async read(file: string = RECORD): Promise<Cells> {
    const text = await readFile(file, "utf8").catch(() => undefined);
    return new Cells(text === undefined ? undefined : (JSON.parse(text) as Recorded));
  }

  async write(file: string = RECORD): Promise<void> {
    await writeFile(file, `${JSON.stringify(this.#recorded, null, 2)}\n`);
  }

  get(peer: string, phase: string, size: number): Cell | undefined {
    return this.#recorded.cells[size]?.[peer]?.[phase];
  }

  /** Sets a cell. One that this run left out for lack of time keeps its earlier measurement. */
  set(peer: string, phase: string, size: number, cell: Cell, isLate: boolean, day: string = today()): void {
    const earlier = this.get(peer, phase, size);
    if (isLate && earlier && !("missing" in earlier)) return;
    const { cells } = this.#recorded;
    cells[size] ??= {};
    const own = cells[size];
    own[peer] ??= {};
    own[peer][phase] = { ...cell, day };
  }

  /** The sizes that have a measurement, in order. */
  get sizes(): number[] {
    return Object.keys(this.#recorded.cells).map(Number);
  }

  /** The commands, or the phases, among these that have a measurement. */
  measured(names: readonly string[]): string[] {
    const found = new Set<string>();
    for (const peers of Object.values(this.#recorded.cells))
      for (const [peer, phases] of Object.entries(peers))
        for (const [phase, cell] of Object.entries(phases))
          if (!("missing" in cell)) found.add(peer).add(phase);
    return names.filter((name) => found.has(name));
  }

  /** When and where it was measured. */
  get when(): string {
    const days = Object.values(this.#recorded.cells)
      .flatMap((peers) => Object.values(peers))
      .flatMap((phases) => Object.values(phases))
      .flatMap((cell) => ("missing" in cell ? [] : [cell.day]))
      .sort();
    const [first = today(), last = first] = [days[0], days.at(-1)];
    return `Measured on ${first === last ? first : `${first} to ${last}`}, on ${this.#recorded.machine}.`;
  }
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
