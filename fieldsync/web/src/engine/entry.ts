/** Signing in, and opening what was recorded before. */

import { OtherUser, Refused, SignInAgain } from "@/errors";
import { Sealed } from "@/errors-inside";
import type { Problem } from "@/problem";
import type { Budget } from "@/rules/budget";
import { type Identity, fact, identity, setFact } from "@/store/records";
import type { Book } from "@/store/types";
import { exportUnsent } from "@/store/unsent";
import { Transport, problemOf } from "@/transport";
import { type SignedIn, readLogin } from "@/wire/heard";
import { localText, uuid7 } from "@/wire/names";
import type { Visit } from "@/wire/types";
import { Continuer } from "./continuing";
import { type Edges, browserEdges } from "./edges";
import { startPractice } from "./practice";
import { runSync } from "./syncing";
import type { Phone, Report, SyncOptions } from "./types";
import { isRevoked, wipe } from "./wiping";

const FAILURES_MAX = 8;
const PLATFORM = "web";

/** A phone: records visits, and syncs them when there is a network. */
export class Engine extends Continuer implements Phone {
  /** A visit to learn with: made here, of everything that can be asked, and never sent. Begun anew once it was finished. */
  async startPractice(): Promise<Visit> {
    if (this.sealed()) throw new Sealed();
    return this.visit(await startPractice(this.book, this.edges.clock()));
  }

  /**
   * Send everything that waits and fetch everything new, until nothing is left to try (protocol 6.5 to 6.10). Ends early
   * after `failuresMax` failures in a row, each followed by a longer wait, and at once when a person is needed; nothing is
   * lost either way, and the report says why. Raises SignInAgain, Sealed.
   */
  async sync(options: SyncOptions = {}): Promise<Report> {
    if (this.sealed()) throw new Sealed();
    if (this.transport.token === null) throw new SignInAgain();
    const { book, outbox, ledger, transport, edges } = this;
    const { push = true, budget = this.budget(), failuresMax = FAILURES_MAX, signal, progress } = options;
    const report = await runSync({ book, outbox, ledger, transport, edges, push, budget, failuresMax, signal, progress });
    await outbox.remember("last_sync", { at: localText(edges.clock()), problem: report.problem?.code ?? null });
    if (report.problem) await this.#heed(report.problem);
    return report;
  }

  /** Let go of the line, a request under way too: whoever waits for its answer keeps the records open. Nothing is lost. */
  close(): void {
    this.transport.close();
  }

  /** What a sync may spend from now on. */
  setBudget(budget: Budget): Promise<void> {
    return this.ledger.setBudget(budget);
  }

  /** Needs no network. Raises Sealed. */
  async exportUnsent(): Promise<Blob> {
    if (this.sealed()) throw new Sealed();
    return exportUnsent(this.book, this.edges.clock());
  }

  /**
   * Same user, same records; after a revocation as a new device, from which everything kept is offered again. Raises
   * Refused, OtherUser, NoAnswer, NotOurServer.
   */
  async signInAgain(password: string): Promise<void> {
    const { device, user, username } = this.identity();
    const name = fact<string>(this.book, "device_name") ?? "";
    const asked = { id: this.sealed() ? uuid7() : device, name, platform: PLATFORM };
    const told = await login(this.transport, { username, password, device: asked }).catch(async (problem: Problem) => {
      await this.#heed(problem);
      throw problem;
    });
    if (told.user !== user) throw new OtherUser();
    await this.book.change((writer) => {
      setFact(writer, "sealed", null);
      setFact(writer, "identity", { ...told, device: asked.id });
    });
    this.transport.token = told.token;
  }

  /** Forget the token; everything recorded stays and can go on being recorded. The server hears of it if it can. */
  async signOut(): Promise<void> {
    if (this.transport.token !== null) void this.transport.signOut().catch(() => undefined);
    this.transport.token = null;
    await this.book.change((writer) => setFact(writer, "identity", { ...identity(writer), token: null }));
  }

  /** This phone, or its user, was taken out of service: then nothing stays readable here. */
  async #heed(problem: Problem): Promise<void> {
    const { code } = problem.facts;
    if (!isRevoked(code) || this.sealed()) return;
    this.transport.token = null;
    await wipe(this.book, String(code));
  }
}

interface FirstSignIn {
  readonly book: Book;
  readonly username: string;
  readonly password: string;
  /** As the coordinator sees it; it names no person. */
  readonly deviceName: string;
  readonly edges?: Edges;
}

/**
 * Sign in with a network; afterwards recording needs none. Records of the same user that are here already keep their
 * device. Raises Refused (wrong password), OtherUser, NoAnswer, NotOurServer.
 */
export async function signIn({ book, username, password, deviceName, edges = browserEdges() }: FirstSignIn): Promise<Engine> {
  const known = fact<Identity>(book, "identity");
  const transport = transportTo(edges, null);
  const device = { id: known?.device ?? uuid7(), name: deviceName, platform: PLATFORM };
  const told = await login(transport, { username, password, device });
  if (known && known.user !== told.user) throw new OtherUser();
  await book.change((writer) => {
    setFact(writer, "identity", { ...told, device: device.id } satisfies Identity);
    setFact(writer, "device_name", deviceName);
  });
  transport.token = told.token;
  return new Engine(book, edges, transport);
}

/** Open what was recorded before. Raises NotSignedIn. */
export function openEngine(book: Book, edges: Edges = browserEdges()): Engine {
  return new Engine(book, edges, transportTo(edges, identity(book).token));
}

export function isSignedIn(book: Book): boolean {
  return fact<Identity>(book, "identity") !== null;
}

function transportTo({ origin, fetch }: Edges, token: string | null): Transport {
  return new Transport(origin, { token, ...(fetch && { fetch }) });
}

interface Login {
  readonly username: string;
  readonly password: string;
  readonly device: { readonly id: string; readonly name: string; readonly platform: string };
}

async function login(transport: Transport, { username, password, device }: Login): Promise<SignedIn> {
  const reply = await transport.signIn(username, password, device);
  if (reply.status === 200) return readLogin(reply.content);
  const problem = problemOf(reply);
  throw problem.waitingHelps ? problem : new Refused(problem.facts);
}
