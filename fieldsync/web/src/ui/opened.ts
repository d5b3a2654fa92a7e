/** What the PIN opens: the engine on its book, the sync that goes on beside it, and the screens' view of both. */

import { type Engine, isSignedIn, openEngine, signIn } from "@/engine/entry";
import { keepSynced } from "@/engine/keeping";
import { NoAnswer, Refused } from "@/errors";
import type { Problem } from "@/problem";
import { tell } from "@/store/canary";
import type { Book } from "@/store/types";
import { countUnsent } from "@/store/unsent";
import { nav } from "@/ui/nav.svelte";
import { session } from "@/ui/session.svelte";
import { language } from "@/words/language.svelte";

export { isSignedIn };

export interface Opened {
  /** End it: a sync under way too. Nothing is lost. */
  stop(): void;
}

/** Raises NotSignedIn. */
export function open(book: Book): Opened {
  return running(openEngine(book), book);
}

/** Sign in for the first time, and open. Raises Refused, OtherUser, NoAnswer, NotOurServer. */
export async function enter(given: { book: Book; username: string; password: string; deviceName: string }): Promise<Opened> {
  return running(await signIn(given), given.book);
}

/** What a wrong password is answered, where nobody may sign in. */
export function refusal(): Problem {
  if (!navigator.onLine) return new NoAnswer({ why: "no connection" });
  return new Refused({ title: "This name and password do not belong together.", title_id: "Nama pengguna dan kata sandi tidak cocok." });
}

function running(engine: Engine, book: Book): Opened {
  nav.forget();
  let asked = false; // by a person, who then wants to know why it did not work
  const keeping = keepSynced(engine, {
    began: () => session.began(),
    heard: (event) => session.heard(event),
    ended: (report) => session.ended(report),
    failed: (problem: Problem) => asked && session.say(problem.words(language())),
  });
  const syncNow = () => {
    asked = true;
    void keeping.now().finally(() => (asked = false));
  };
  session.open(engine, syncNow);
  let counted = countUnsent(book);
  void tell(counted);
  const deaf = book.subscribe(() => {
    session.changed();
    keeping.changed();
    const count = countUnsent(book);
    if (counted !== count) void tell((counted = count));
  });
  return {
    stop() {
      deaf();
      keeping.stop();
      engine.close();
      session.close();
      nav.forget();
    },
  };
}
