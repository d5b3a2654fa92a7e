/**
 * The one door to the network. What comes back is either a believed answer or a problem in words.
 *
 * An answer is believed only with the header `Sync-Protocol: 1` (a login page of a hotel network answers 200 too). Nothing
 * is retried and nobody waits here: that is the engine's affair.
 */

import {
  AnswerBroken,
  Barred,
  ForeignAddress,
  NoAnswer,
  NotOurServer,
  Problem,
  Refused,
  ServerBusy,
  ServerFull,
  ServerTrouble,
  SignInAgain,
  UpdateNeeded,
} from "@/errors";
import { Patience } from "@/patience";
import { retryAfterSeconds } from "@/rules/steps";
import { readRefusal } from "@/wire/heard";
import { API, PROTOCOL, SPOKEN_HEADER } from "@/wire/names";
import { body } from "@/wire/said";

const SILENCE_SECONDS_MAX = 90;
/** A browser does not tell how much of a request went out, so a large one is given time for the slowest line. */
const SLOWEST_BYTES_A_SECOND = 2000;
const GZIP_ABOVE_BYTES = 1024;
const ANSWER_BYTES_MAX = 16 * 1024 * 1024;
/** What a browser says in each request besides what we tell it to. */
const BROWSER_HEAD_BYTES = 400;

/** A believed answer of any status. */
export class Reply {
  constructor(
    readonly status: number,
    readonly headers: Headers,
    readonly content: Uint8Array,
    /** Seconds, when the server asked for time. */
    readonly retryAfter: number | null = null,
  ) {}

  /** Upload-Offset in bytes; null when absent or not a number. */
  offset(): number | null {
    const told = this.headers.get("Upload-Offset") ?? "";
    return /^\d{1,15}$/.test(told) ? Number(told) : null;
  }

  /** The stable code of a problem; "" when there is none. */
  code(): string {
    return this.status < 400 ? "" : (readRefusal(this.content).code ?? "");
  }

  /** Photo-State, told with the last piece: stored or bad. */
  photoState(): string | null {
    return this.headers.get("Photo-State");
  }

  /** Sync-Epoch of an upload's answer: in which history of the server it is true. null when it is not told. */
  epoch(): string | null {
    return this.headers.get("Sync-Epoch");
  }
}

/** What went over the line: requests, and bytes each way with their heads, as near as a browser lets us know. */
export interface Traffic {
  readonly requests: number;
  readonly up: number;
  readonly down: number;
}

/** What a phone says of itself when it signs in. */
export interface DeviceTold {
  readonly id: string;
  readonly name: string;
  readonly platform: string;
}

interface Saying {
  readonly content?: Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether it is said as who we are; signing in is not. */
  readonly known?: boolean;
}

/**
 * One server, spoken to by one device. The token is told to `origin` and to nobody else.
 *
 * Every method raises NoAnswer (no connection, cut, too long silent), NotOurServer (an answer without `Sync-Protocol: 1`),
 * AnswerBroken (more than 16 MiB) and ForeignAddress. Protocol: 6.9.
 */
export class Transport {
  token: string | null;
  private readonly origin: string;
  private readonly fetch: typeof fetch;
  private readonly closing = new AbortController();
  private counted: Traffic = { requests: 0, up: 0, down: 0 };
  private plain = typeof CompressionStream === "undefined";

  /** `origin`: such as https://samar.example.org. `fetch`: the world's edge, for tests. */
  constructor(origin: string, given: { readonly token?: string | null; readonly fetch?: typeof fetch } = {}) {
    this.origin = new URL(origin).origin;
    this.token = given.token ?? null;
    this.fetch = given.fetch ?? ((...asked) => fetch(...asked));
  }

  get traffic(): Traffic {
    return this.counted;
  }

  /** Let go of what is under way: it ends as NoAnswer. The transport cannot be used afterwards. */
  close(): void {
    this.closing.abort();
  }

  /** POST /sync. */
  sync(content: Uint8Array<ArrayBuffer>): Promise<Reply> {
    return this.post("/sync", content);
  }

  /** POST /login, without a token. */
  signIn(username: string, password: string, device: DeviceTold): Promise<Reply> {
    return this.post("/login", body({ username, password, device: { ...device } }), false);
  }

  /** POST /logout: the token dies on the server. */
  signOut(): Promise<Reply> {
    return this.send("POST", `${API}/logout`);
  }

  /** GET /checklists/{digest}: the body is the exact published text. */
  checklist(digest: string): Promise<Reply> {
    return this.send("GET", `${API}/checklists/${quoted(digest)}`);
  }

  /** GET /submissions/{id}?digest=: an earlier submission with its exact text. */
  submission(id: string, digest: string): Promise<Reply> {
    return this.send("GET", `${API}/submissions/${quoted(id)}?digest=${quoted(digest)}`);
  }

  /** GET /drafts/{visit}/{device}: a draft of one of her devices, as the server last had it. */
  draft(visit: string, device: string): Promise<Reply> {
    return this.send("GET", `${API}/drafts/${quoted(visit)}/${quoted(device)}`);
  }

  /** HEAD /photos/{id}: 200 when its bytes are with the server. */
  photoThere(photo: string): Promise<Reply> {
    return this.send("HEAD", `${API}/photos/${quoted(photo)}`);
  }

  /** PATCH a piece of a photo at `offset` bytes; `checksum` is plain base64 of its SHA-256. */
  piece(url: string, offset: number, content: Uint8Array<ArrayBuffer>, checksum: string | null = null): Promise<Reply> {
    const headers = {
      "Tus-Resumable": "1.0.0",
      "Upload-Offset": String(offset),
      "Content-Type": "application/offset+octet-stream",
      ...(checksum ? { "Upload-Checksum": `sha256 ${checksum}` } : {}),
    };
    return this.send("PATCH", url, { content, headers });
  }

  /** HEAD an upload: how many bytes are there. Only after an error without an answer. */
  where(url: string): Promise<Reply> {
    return this.send("HEAD", url, { headers: { "Tus-Resumable": "1.0.0" } });
  }

  private async post(path: string, content: Uint8Array<ArrayBuffer>, known = true): Promise<Reply> {
    const pack = content.length > GZIP_ABOVE_BYTES && !this.plain;
    const headers = { "Content-Type": "application/json", ...(pack ? { "Content-Encoding": "gzip" } : {}) };
    const reply = await this.send("POST", API + path, { content: pack ? await packed(content) : content, headers, known });
    this.plain ||= reply.status === 415;
    return reply;
  }

  private async send(method: string, path: string, { content, headers = {}, known = true }: Saying = {}): Promise<Reply> {
    const url = this.inside(path);
    const said = known && this.token ? { ...headers, Authorization: `Bearer ${this.token}` } : headers;
    const size = content?.length ?? 0;
    this.count({ requests: 1, up: method.length + url.length + headSize(Object.entries(said)) + BROWSER_HEAD_BYTES + size });
    const patience = new Patience(this.closing.signal, SILENCE_SECONDS_MAX);
    try {
      patience.allow(size / SLOWEST_BYTES_A_SECOND);
      const answer = await this.fetch(url, {
        method,
        headers: said,
        body: content ?? null,
        signal: patience.signal,
        credentials: "omit",
        cache: "no-store",
        redirect: "manual", // else our token, or our believing, might go where we did not look
        referrerPolicy: "no-referrer",
      });
      return await this.heard(answer, patience);
    } catch (error) {
      if (error instanceof Problem) throw error;
      throw new NoAnswer({ why: patience.ended ?? "no connection" });
    } finally {
      patience.end();
    }
  }

  private async heard(answer: Response, patience: Patience): Promise<Reply> {
    this.count({ down: headSize(answer.headers) });
    if (answer.headers.get(SPOKEN_HEADER) !== String(PROTOCOL)) {
      void answer.body?.cancel().catch(() => undefined);
      throw new NotOurServer({ status: answer.status });
    }
    const content = await this.contentOf(answer, patience);
    return new Reply(answer.status, answer.headers, content, retryAfter(answer.headers));
  }

  private async contentOf(answer: Response, patience: Patience): Promise<Uint8Array> {
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    const reader = answer.body?.getReader();
    let size = 0;
    try {
      for (let next = await reader?.read(); next?.value; next = await reader?.read()) {
        patience.allow(0);
        pieces.push(next.value);
        size += next.value.length;
        if (size > ANSWER_BYTES_MAX) throw new AnswerBroken({ why: "too long" });
      }
    } catch (error) {
      void reader?.cancel().catch(() => undefined);
      if (error instanceof Problem) throw error;
      throw new NoAnswer({ why: patience.ended ?? "connection cut" });
    } finally {
      // The browser unpacks; how much came over the line is what the server announced, if it did.
      const packedSize = answer.headers.has("Content-Encoding") ? Number(answer.headers.get("Content-Length")) || size : size;
      this.count({ down: Math.min(size, packedSize) });
    }
    return new Uint8Array(await new Blob(pieces).arrayBuffer());
  }

  private count({ requests = 0, up = 0, down = 0 }: Partial<Traffic>): void {
    const { counted } = this;
    this.counted = { requests: counted.requests + requests, up: counted.up + up, down: counted.down + down };
  }

  /** An address of this server; anything else would be told our token (K11). */
  private inside(path: string): string {
    try {
      const url = new URL(path.startsWith("/") || path.includes("://") ? path : `${this.origin}${path}`, this.origin);
      if (url.origin === this.origin && !url.username && !url.password) return url.href;
    } catch {
      // no address at all
    }
    throw new ForeignAddress({ address: path.slice(0, 120) });
  }
}

/** A believed answer that is no success, as a problem. */
export function problemOf(reply: Reply): Problem {
  const { status, retryAfter } = reply;
  const told = readRefusal(reply.content);
  const title = told.title || String(status);
  const facts = { status, title, title_id: told.title_id ?? title, code: told.code ?? "" };
  if (status === 507) return new ServerFull(facts);
  if (retryAfter !== null && [429, 503].includes(status)) return new ServerBusy({ seconds: Math.round(retryAfter), ...facts });
  if (status >= 500 || [408, 423, 425, 429].includes(status)) return new ServerTrouble(facts);
  if (status === 401) return new SignInAgain(facts);
  if (status === 403) return new Barred(facts);
  return [412, 426].includes(status) ? new UpdateNeeded(facts) : new Refused(facts);
}

async function packed(content: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([content]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function quoted(name: string): string {
  return encodeURIComponent(name).replaceAll("%3A", ":");
}

function headSize(headers: Iterable<readonly [string, string]>): number {
  return [...headers].reduce((size, [name, value]) => size + name.length + value.length + 4, "HTTP/1.1 200 OK\r\n\r\n".length);
}

function retryAfter(headers: Headers): number | null {
  // A date is seen from the server's own clock; ours may be wrong by days.
  const there = Date.parse(headers.get("Date") ?? "");
  return retryAfterSeconds(headers.get("Retry-After"), Number.isNaN(there) ? new Date() : new Date(there));
}
