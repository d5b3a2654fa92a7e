/** Bringing a place of the checklist before the person's eyes, and giving it focus. */

const PART_OF: Readonly<Record<string, string>> = {
  "answer-missing": "value",
  "follow-up-missing": "value",
  "value-wrong": "value",
  "note-missing": "note",
  "photo-missing": "photo",
  "photo-elsewhere": "photo",
  "photo-forbidden": "photo",
  "reason-unknown": "photo",
};

/** An item, or what is missing there: focus goes to the first thing to press or type in that part of it. */
export function showItem(code: string, gap?: string): void {
  const article = document.getElementById(`item-${code}`);
  const part = gap && article?.querySelector<HTMLElement>(`[data-part="${PART_OF[gap] ?? "value"}"]`);
  const target = part ? (part.querySelector<HTMLElement>("textarea, input, button, select") ?? part) : article;
  show(article, target);
}

export function showPart(key: string): void {
  const section = document.getElementById(`group-${key}`);
  show(section, section);
}

const FRAMES = 6;

/** More than once: what was out of sight has its true height only when it is drawn, and then everything moves. */
function show(block: HTMLElement | null, target: HTMLElement | null): void {
  if (!block || !target) return;
  let left = FRAMES;
  const settle = () => {
    block.scrollIntoView({ block: "start" });
    if (--left) requestAnimationFrame(settle);
    else if (target !== block) target.scrollIntoView({ block: "nearest" });
  };
  settle();
  target.focus({ preventScroll: true });
}
