/**
 * A scripted server: a `fetch` that speaks just enough of the protocol, and is told beforehand when to misbehave.
 *
 * It is not the real server and no model of it; real_server.test.ts tries the real one. Here the phone is tried against
 * answers that a real server gives rarely, or never. Twin of tests/fieldsync/scripted.py.
 */

import { sha256Bytes, sha256Text, uuid7 } from "@/wire/names";

export const NOTHING = -1;
export const TOKEN = "token-of-sari";
export const USER = "0195f0a0-0000-7000-8000-00000000aaaa";
export const ORIGIN = "https://samar.test";
const PAGE = 2;

/* eslint-disable @typescript-eslint/no-explicit-any -- JSON of both sides, as the tests look at it */
type Said = Record<string, any>;

export interface Heard {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** A request of /sync with all its members, those too that were left out; null for any other. */
  readonly said: Said | null;
}

export type Act =
  /** Answer this and do nothing. */
  | { readonly act: "status"; status: number; code: string; headers: Record<string, string>; title: string; spoken: boolean }
  /** A login page of the network, which answers 200 to everything. */
  | { readonly act: "portal" }
  /** Do everything, and lose the line after so many bytes of the answer's body, or before all of it (NOTHING). */
  | { readonly act: "cut answer"; after: number }
  /** Hear only so many bytes of the body, and lose the line; bytes of a photo are kept. */
  | { readonly act: "cut request"; after: number }
  /** Do everything, and change the answer. */
  | { readonly act: "twist"; change: (answer: Said) => void }
  /** Do something else first, as another phone or a coordinator would; then answer as usual. */
  | { readonly act: "before"; do: () => unknown };

interface StatusToo {
  readonly headers?: Record<string, string>;
  readonly title?: string;
  readonly spoken?: boolean;
}

export function status(status: number, code = "trouble", more: StatusToo = {}): Act {
  return { act: "status", status, code, headers: {}, title: "Trouble", spoken: true, ...more };
}
export const portal: Act = { act: "portal" };
export const cutAnswer = (after = 20): Act => ({ act: "cut answer", after });
export const cutRequest = (after: number): Act => ({ act: "cut request", after });
export const twist = (change: (answer: Said) => void): Act => ({ act: "twist", change });
export const before = (act: () => unknown): Act => ({ act: "before", do: act });
export const times = (count: number, act: Act): Act[] => Array.from({ length: count }, () => act);

interface Photo {
  readonly id: string;
  readonly sha256: string;
  readonly size: number;
  bytes: Uint8Array;
  gen: number;
  state: "need" | "stored" | "bad";
  open: boolean;
}

interface Reply {
  readonly status: number;
  readonly content: Uint8Array;
  readonly headers: Record<string, string>;
}

/** What it knows may be looked at and changed by the test at any time. */
export class ScriptedServer {
  epoch = "epoch1";
  seq = 10;
  items = new Map<string, { kind: string; id: string; seq: number; raw: Said }>();
  papers = new Map<string, string>();
  /** By `id digest`, as they came. */
  submissions = new Map<string, Said>();
  drafts = new Map<string, { rev: number; doc: string | null }>();
  /** Texts of other devices' drafts, by `visit/device`. */
  draftsOfOthers = new Map<string, string>();
  /** Photos that may be on their way at once. */
  uploadsMax: number | null = null;
  photos = new Map<string, Photo>();
  durable = new Set<string>();
  passwords: Record<string, string> = { sari: "kata-sandi" };
  user = USER;
  heard: Heard[] = [];
  /** Whole requests that are answered `refusal`. */
  refuses: (said: Said) => boolean = () => false;
  refusal = 400;
  script = new Map<string, Act[]>();

  /** What happens to the next requests: `what` is "sync", "PATCH", "HEAD", "login", "checklists", … */
  next(what: string, ...acts: Act[]): void {
    this.script.set(what, [...(this.script.get(what) ?? []), ...acts]);
  }

  requests(what: string): Heard[] {
    return this.heard.filter((heard) => what === heard.method || what === placeOf(heard.path));
  }

  async publish(text: string): Promise<string> {
    const digest = await sha256Text(text);
    this.papers.set(digest, text);
    return digest;
  }

  /** Order a visit, or change it. */
  put(visit: string, members: Said): void {
    this.seq += 1;
    const raw = { ...this.items.get(`visit ${visit}`)?.raw, ...members, removed: null };
    this.items.set(`visit ${visit}`, { kind: "visit", id: visit, seq: this.seq, raw });
  }

  takeAway(visit: string, reason = "reassigned"): void {
    this.seq += 1;
    this.items.set(`visit ${visit}`, { kind: "visit", id: visit, seq: this.seq, raw: { removed: reason } });
  }

  /** The visits told, in their order. */
  told(): string[] {
    return [...this.submissions.values()].map((item) => item["visit"]);
  }

  photo(id: string): Photo {
    return this.photos.get(id)!;
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const request = new Request(input instanceof Request ? input : new URL(String(input), ORIGIN), init);
    const path = request.url.slice(ORIGIN.length);
    const act = this.nextAct(request.method, placeOf(path));
    const sent = new Uint8Array(await request.arrayBuffer());
    const headers = Object.fromEntries(request.headers);
    if (act?.act === "before") await act.do();
    if (act?.act === "cut request") {
      const part = sent.slice(0, act.after);
      if (request.method === "PATCH") await this.piece(lastOf(path), Number(headers["upload-offset"]), part);
      throw new TypeError("fetch failed");
    }
    const body = headers["content-encoding"] === "gzip" ? await unpacked(sent) : sent;
    const said = placeOf(path) === "sync" ? { ...UNSAID, ...JSON.parse(textOf(body)) } : null;
    this.heard.push({ method: request.method, path, headers, body, said });
    if (act?.act === "status") return answered({ ...problem(act.status, act.code, act.title), headers: act.headers }, act.spoken);
    if (act?.act === "portal") return answered({ ...json({}), content: bytesOf("<html>Wi-Fi gratis</html>") }, false);
    const reply = await this.reply(request.method, path, headers, body, said);
    if (act?.act === "cut answer") return cut(reply, act.after);
    return answered(act?.act === "twist" ? twisted(reply, act.change) : reply);
  };

  private nextAct(method: string, place: string): Act | undefined {
    const acts = this.script.get(method)?.length ? this.script.get(method) : this.script.get(place);
    return acts?.shift();
  }

  private async reply(
    method: string,
    path: string,
    headers: Record<string, string>,
    body: Uint8Array,
    said: Said | null,
  ): Promise<Reply> {
    const place = placeOf(path);
    if (place === "login") return this.login(JSON.parse(textOf(body)));
    if (headers["authorization"] !== `Bearer ${TOKEN}`) return problem(401, "token-unknown");
    if (said) return this.refuses(said) ? problem(this.refusal, "malformed") : json(await this.sync(said));
    if (place === "checklists") return this.paper(decodeURIComponent(lastOf(path)));
    if (place === "submissions") return this.submission(lastOf(path));
    if (place === "drafts") return this.draft(path.split("/").slice(-2).join("/"));
    if (place === "photos") return this.photos.get(lastOf(path))?.state === "stored" ? json({}) : problem(404, "not-found");
    if (method === "HEAD") {
      const photo = this.photo(lastOf(path).split(".")[0]!);
      return { status: 200, content: new Uint8Array(), headers: { "Upload-Offset": String(photo.bytes.length) } };
    }
    return this.piece(lastOf(path), Number(headers["upload-offset"]), body);
  }

  private async sync(said: Said): Promise<Said> {
    const results = [];
    for (const item of said["items"]) results.push(await this.item(item));
    const uploads = said["photos"].map((photo: Said) => this.offer(photo));
    const durable = said["kept"].filter((name: string) => this.durable.has(name));
    return { ...this.page(said["cursor"]), results, uploads, durable };
  }

  private page(cursor: string | null): Said {
    const [epoch, after] = cursor ? cursor.split(".") : ["", "0"];
    const reset = epoch !== this.epoch || Number(after) > this.seq;
    const rows = [...this.items.values()]
      .filter((row) => row.seq > (reset ? 0 : Number(after)) && !(reset && row.raw["removed"]))
      .sort((a, b) => a.seq - b.seq);
    const page = rows.slice(0, PAGE);
    const more = rows.length > PAGE;
    const live = [...this.items.values()].filter((row) => !row.raw["removed"]).map((row) => row.seq);
    return {
      protocol: 1,
      server_time: "2026-03-04T02:20:13.101Z",
      for: cursor,
      reset,
      changes: page.map(({ seq, kind, id, raw }) => ({ seq, kind, id, ...raw })),
      cursor: `${this.epoch}.${more ? page.at(-1)!.seq : this.seq}`,
      more,
      check: more ? null : [live.length, live.reduce((sum, seq) => sum + seq, 0)],
      notices: [],
    };
  }

  private async item(item: Said): Promise<Said> {
    if (item["kind"] === "draft") {
      const kept = this.drafts.get(item["visit"]);
      if (item["rev"] > (kept?.rev ?? 0)) this.drafts.set(item["visit"], { rev: item["rev"], doc: item["doc"] });
      return { draft: item["visit"], rev: Math.max(kept?.rev ?? 0, item["rev"]) };
    }
    const told = { id: item["id"], digest: item["digest"] };
    const right = (await sha256Text(item["doc"])) === item["digest"];
    if (!right && !item["damaged"]) return { ...told, status: "retry", reason: "digest" };
    const name = `${item["id"]} ${item["digest"]}`;
    if (this.submissions.has(name)) return { ...told, status: "duplicate", slot: "current" };
    this.submissions.set(name, item);
    const visit = this.items.get(`visit ${item["visit"]}`)?.raw ?? { removed: "unknown" };
    const slot = item["damaged"] ? "quarantined" : visit["removed"] ? "late" : "current";
    if (slot === "current") this.put(item["visit"], { state: "submitted" });
    return { ...told, status: "stored", slot };
  }

  private offer(offer: Said): Said {
    const id = offer["id"] as string;
    if (!this.photos.has(id)) {
      this.photos.set(id, {
        id,
        sha256: offer["sha256"],
        size: offer["size"],
        bytes: new Uint8Array(),
        gen: 0,
        state: "need",
        open: false,
      });
    }
    const photo = this.photo(id);
    if (photo.state === "bad") return { photo: id, state: "bad", reason: "wrong-hash" };
    if (photo.state === "stored") return { photo: id, state: "stored" };
    const under = [...this.photos.values()].filter((one) => one.state === "need" && one.open).length;
    if (this.uploadsMax !== null && !photo.open && under >= this.uploadsMax) {
      return { photo: id, state: "wait", reason: "quota" };
    }
    photo.open = true;
    return { photo: id, state: "need", offset: photo.bytes.length, url: `/api/v1/uploads/${id}.${photo.gen}` };
  }

  async piece(name: string, offset: number, content: Uint8Array): Promise<Reply> {
    const [id, gen] = name.split(".") as [string, string];
    const photo = this.photos.get(id);
    if (!photo || Number(gen) !== photo.gen || photo.state !== "need") return problem(410, "upload-gone");
    if (offset !== photo.bytes.length) {
      return { ...problem(409, "offset-mismatch"), headers: { "Upload-Offset": String(photo.bytes.length) } };
    }
    photo.bytes = joined(photo.bytes, content);
    const headers = { "Upload-Offset": String(photo.bytes.length), "Sync-Epoch": this.epoch };
    if (photo.bytes.length < photo.size) return { status: 204, content: new Uint8Array(), headers };
    if ((await sha256Bytes(photo.bytes)) === photo.sha256) {
      photo.state = "stored";
      return { status: 204, content: new Uint8Array(), headers: { ...headers, "Photo-State": "stored" } };
    }
    photo.state = photo.gen === 2 ? "bad" : "need";
    photo.bytes = new Uint8Array();
    photo.gen += 1;
    return problem(410, "upload-gone");
  }

  private login(said: Said): Reply {
    if (this.passwords[said["username"]] !== said["password"]) return problem(401, "wrong-password", "Wrong name or password");
    const user = { id: this.user, username: said["username"], name: "Sari" };
    return json({ token: TOKEN, user, device: said["device"] });
  }

  private paper(digest: string): Reply {
    const text = this.papers.get(digest);
    return text ? { status: 200, content: bytesOf(text), headers: {} } : problem(404, "not-found");
  }

  private submission(id: string): Reply {
    const found = [...this.submissions.values()].find((item) => item["id"] === id);
    return found ? json({ id, digest: found["digest"], text: found["doc"] }) : problem(404, "not-found");
  }

  private async draft(name: string): Promise<Reply> {
    const found = this.draftsOfOthers.get(name);
    return found ? json({ rev: 7, digest: await sha256Text(found), doc: found }) : problem(404, "not-found");
  }
}

const UNSAID: Said = { cursor: null, items: [], photos: [], kept: [], pending: null };

function answered(reply: Reply, spoken = true): Response {
  const headers = new Headers(reply.headers);
  if (spoken) headers.set("Sync-Protocol", "1");
  return new Response(reply.status === 204 ? null : (reply.content as BodyInit), { status: reply.status, headers });
}

function cut(reply: Reply, after: number): Response {
  if (after === NOTHING || reply.status === 204) throw new TypeError("fetch failed");
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(reply.content.slice(0, after));
    },
    pull(controller) {
      controller.error(new TypeError("terminated"));
    },
  });
  return new Response(body, { status: reply.status, headers: { ...reply.headers, "Sync-Protocol": "1" } });
}

function twisted(reply: Reply, change: (answer: Said) => void): Reply {
  const answer = JSON.parse(textOf(reply.content));
  change(answer);
  return { ...reply, content: bytesOf(JSON.stringify(answer)) };
}

function json(said: Said): Reply {
  return { status: 200, content: bytesOf(JSON.stringify(said)), headers: { "Content-Type": "application/json" } };
}

function problem(status: number, code: string, title = "Trouble"): Reply {
  return { ...json({ type: "about:blank", title, status, code }), status };
}

async function unpacked(content: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([content as BlobPart]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (content: Uint8Array): string => new TextDecoder().decode(content);
const placeOf = (path: string): string => path.split("?")[0]!.replace("/api/v1/", "").split("/")[0]!;
const lastOf = (path: string): string => path.split("?")[0]!.split("/").at(-1)!;

// Things to visit

/** A small checklist with one item of every kind that matters to a phone. */
export function aChecklist(): string {
  const words = (text: string) => ({ id: text, en: text });
  const option = (code: string, score: string, critical = false) => ({ code, label: words(code), score, critical });
  const yesNo = [option("yes", "100"), option("no", "0")];
  const common = { weight: "20", basis: [], origin: "norm", mode: "OBS", critical: null, asked_if: null, na_when: null };
  const bands = [
    { up_to: "1", score: "100" },
    { up_to: null, score: "0" },
  ];
  const items = [
    { code: "A1", question: words("Papan?"), type: "YN", photo: "required", options: yesNo },
    {
      code: "A2",
      question: words("Calo?"),
      type: "SC",
      photo: "optional",
      critical: "option",
      options: [option("tidak", "100"), option("ada", "0", true)],
    },
    { code: "A3", question: words("Loket?"), type: "YN", photo: "forbidden", options: yesNo },
    { code: "A4", question: words("Berapa?"), type: "NUM", photo: "none", of: 7, asked_if: ["=", ["item", "A1"], true] },
    { code: "A5", question: words("Berapa lama?"), type: "MIN", photo: "none", bands },
  ].map((item) => ({ ...common, ...item }));
  const indicators = [{ code: "A", title: words("Sarana"), weight: "100", items }];
  return JSON.stringify({
    format: 1,
    code: "MINI",
    version: "1",
    technique: "covert_visit",
    title: words("Mini"),
    caveat: words("-"),
    variants: [{ code: "SAM", title: words("Samsat") }],
    waiting_minutes: { SAM: 30 },
    valid_share: "60",
    dimensions: [{ code: "INP", title: words("Masukan"), weight: "100", indicators }],
  });
}

/** What an order says, without its id. */
export function aVisit(checklist: string, name = "Samsat Pelaihari"): Said {
  return {
    rev: 1,
    state: "assigned",
    attempt: 1,
    checklist,
    variant: "SAM",
    scenario: "inquiry",
    briefing: "Tanyakan syarat perpanjangan STNK.",
    window: { opens: "2026-03-02T00:00:00+08:00", closes: "2026-03-07T00:00:00+08:00" },
    unit: { id: uuid7(), code: "SAM-63.01", name, type: "SAM" },
    product: { id: uuid7(), code: "STNK", name_id: "STNK", name_en: "STNK", group: null },
    standard: { fee_rupiah: 160000, wait_minutes: 30 },
    photos_missing: 0,
    returned: null,
    previous: null,
  };
}
