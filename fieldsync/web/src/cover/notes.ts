/** The pages of the notebook, decided in values. */

import type { NoteRow } from "@/store/types";

const FIRST_LINE_MAX = 60;

/** Those that hold what is looked for in title or text, the last changed first. */
export function found(notes: Iterable<NoteRow>, wanted: string): NoteRow[] {
  const word = wanted.trim().toLowerCase();
  return [...notes]
    .filter((note) => `${note.title}\n${note.text}`.toLowerCase().includes(word))
    .sort((a, b) => (a.changed_at < b.changed_at ? 1 : -1));
}

/** What stands for it in a list: its title, or the beginning of its text; "" when it is empty. */
export function heading(note: NoteRow): string {
  return (note.title.trim() || note.text.trim().split("\n", 1)[0]!).slice(0, FIRST_LINE_MAX);
}

/** The line below: what the heading did not say yet. */
export function beginning(note: NoteRow): string {
  const text = note.title.trim() ? note.text.trim() : note.text.trim().split("\n").slice(1).join(" ");
  return text.slice(0, FIRST_LINE_MAX);
}
