/**
 * What this phone knows of its own syncs: the last runs, the day's account, how reliable the line was, the budget (twin of
 * fieldsync/store/ledger.py). Everything that changes something is durable when its promise resolves.
 */

import { type Account, type Budget, NO_LIMIT, spentOn } from "@/rules/budget";
import type { Json } from "@/wire/types";
import { by, fact, setFact } from "./records";
import type { Book } from "./types";

const RUNS_KEPT = 10;

/** Numbers, codes and moments of a run; never contents, names or places. */
export type RunRecord = Readonly<Record<string, Json>>;

export class Ledger {
  constructor(private readonly book: Book) {}

  /** Write a run down before its first request: one that was killed can be seen, too. Resolves to its number. */
  beginRun(record: RunRecord): Promise<number> {
    return this.book.change((writer) => {
      const numbers = [...writer.all("runs")].map((run) => run.n);
      const n = Math.max(0, ...numbers) + 1;
      writer.put("runs", String(n), { ...record, n });
      for (const old of numbers) if (old <= n - RUNS_KEPT) writer.remove("runs", String(old));
      return n;
    });
  }

  /** What became of a run, and what it learned of the line. */
  endRun(n: number, record: RunRecord, memory: Readonly<Record<string, number>>): Promise<void> {
    return this.book.change((writer) => {
      writer.put("runs", String(n), { ...record, n });
      setFact(writer, "line", memory);
    });
  }

  /** The last ten runs, the newest first. */
  runs(): RunRecord[] {
    return [...this.book.all("runs")].sort(by((run) => -run.n));
  }

  /** What the last run learned of the line; {} before the first. */
  line(): Readonly<Record<string, unknown>> {
    return fact<Record<string, unknown>>(this.book, "line") ?? {};
  }

  /** Bytes spent on a day of this phone's calendar. */
  spent(day: string): number {
    return fact<Account>(this.book, "spent")?.find(([name]) => name === day)?.[1] ?? 0;
  }

  /** So many bytes were spent on that day in all. */
  spend(day: string, size: number): Promise<void> {
    return this.book.change((writer) => {
      setFact(writer, "spent", spentOn(fact<Account>(writer, "spent") ?? [], day, size));
    });
  }

  /** What the person allows; everything, until she says otherwise. */
  budget(): Budget {
    return fact<Budget>(this.book, "budget") ?? NO_LIMIT;
  }

  setBudget(budget: Budget): Promise<void> {
    return this.book.change((writer) => setFact(writer, "budget", budget));
  }
}
