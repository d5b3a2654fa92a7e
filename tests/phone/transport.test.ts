/** The one door to the network: what is believed, what is told to whom, and how much it costs. */

import { AnswerBroken, ForeignAddress, NoAnswer, NotOurServer } from "@/errors";
import { Transport } from "@/transport";
import { golden } from "./golden";

const ORIGIN = "https://samar.test";
const TOKEN = "token-of-sari";
const bytes = (text: string) => new TextEncoder().encode(text);
const textOf = (content: Uint8Array) => new TextDecoder().decode(content);
const OURS = { "Sync-Protocol": "1" };

interface Heard {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly init: RequestInit;
}

/** A network on which every request is written down and answered by `answers`, the last of them again and again. */
function network(...answers: ((request: Heard) => Response | Promise<Response>)[]) {
  const heard: Heard[] = [];
  const fetch = async (url: RequestInfo | URL, init: RequestInit = {}) => {
    const request = new Request(url, { ...init, signal: null });
    const body = new Uint8Array(await request.arrayBuffer());
    heard.push({ method: request.method, url: request.url, headers: request.headers, body, init });
    return answers[Math.min(heard.length, answers.length) - 1]!(heard.at(-1)!);
  };
  return { heard, transport: new Transport(ORIGIN, { token: TOKEN, fetch }), fetch };
}

const ok =
  (text = "{}", headers = {}, status = 200) =>
  () =>
    new Response(text, { status, headers: { ...OURS, ...headers } });

test("k11 an answer without our header is not believed, whatever its status", async () => {
  for (const status of [200, 204, 401, 503]) {
    const { transport } = network(() => new Response(status === 204 ? null : "<html>Wi-Fi gratis</html>", { status }));
    await expect(transport.sync(bytes("{}"))).rejects.toMatchObject({ code: "not-our-server", facts: { status } });
  }
  const { transport } = network(ok("{}", { "Sync-Protocol": "2" }));
  await expect(transport.checklist("sha256:x")).rejects.toThrow(NotOurServer);
});

test.each([
  "http://127.0.0.2:1/x",
  "//evil.example/x",
  "/\\evil.example/x",
  ".evil.example/x",
  "@evil.example/x",
  ":8000/x",
  "http://samar.test/x",
  "https://samar.test:8443/x",
  "https://sari@samar.test/x",
  "https://:pass@samar.test/x",
  "https://",
  "javascript://samar.test/%0aalert(1)",
])("k11 the token goes to no other address: %s", async (url) => {
  const { heard, transport } = network(ok());
  await expect(transport.piece(url, 0, bytes("x"))).rejects.toThrow(ForeignAddress);
  await expect(transport.where(url)).rejects.toThrow(ForeignAddress);
  expect([heard, transport.traffic]).toEqual([[], { requests: 0, up: 0, down: 0 }]);
});

test("k11 addresses of this server are told the token, and a name and password only themselves", async () => {
  const { heard, transport } = network(ok());
  await transport.where("/api/v1/uploads/u.0");
  await transport.where("https://samar.test/api/v1/uploads/u.0");
  await transport.where("https://samar.test:443/api/v1/uploads/u.0");
  await transport.signIn("sari", "kata sandi", { id: "d", name: "Catatan", platform: "web" });
  expect(heard.map(({ url, headers }) => [url, headers.get("Authorization")])).toEqual([
    ...Array(3).fill(["https://samar.test/api/v1/uploads/u.0", `Bearer ${TOKEN}`]),
    ["https://samar.test/api/v1/login", null],
  ]);
  expect(JSON.parse(textOf(heard[3]!.body))).toEqual({
    username: "sari",
    password: "kata sandi",
    device: { id: "d", name: "Catatan", platform: "web" },
  });
});

test("no request carries cookies, is answered from a cache, or is led elsewhere", async () => {
  const { heard, transport } = network(ok());
  await transport.sync(bytes("{}"));
  await transport.photoThere("p");
  for (const { init } of heard) {
    expect(init).toMatchObject({ credentials: "omit", cache: "no-store", redirect: "manual", referrerPolicy: "no-referrer" });
  }
});

test("every question goes to its address", async () => {
  const { heard, transport } = network(ok());
  await transport.checklist("sha256:ab-_");
  await transport.submission("s", "sha256:x");
  await transport.draft("v", "d/../e");
  await transport.photoThere("p");
  await transport.signOut();
  expect(heard.map(({ method, url }) => `${method} ${url.slice(ORIGIN.length)}`)).toEqual([
    "GET /api/v1/checklists/sha256:ab-_",
    "GET /api/v1/submissions/s?digest=sha256:x",
    "GET /api/v1/drafts/v/d%2F..%2Fe",
    "HEAD /api/v1/photos/p",
    "POST /api/v1/logout",
  ]);
});

test("pieces go out as the golden messages say, and their answers are read", async () => {
  const { photo, steps } = golden("sync_uploads");
  const content = Uint8Array.from(atob(photo.content), (letter) => letter.charCodeAt(0));
  for (const { request, answer } of steps) {
    const body = answer.code ? JSON.stringify({ code: answer.code }) : null;
    const { heard, transport } = network(() => new Response(body, answer));
    const reply =
      request.method === "PATCH"
        ? await transport.piece(request.url, request.from, content.slice(request.from, request.to))
        : await transport.where(request.url);
    const [{ method, url, headers, body: sent }] = heard as [Heard];
    const { authorization, ...told } = Object.fromEntries(headers);
    expect([method, url, told, authorization]).toEqual([
      request.method,
      ORIGIN + request.url,
      request.headers,
      `Bearer ${TOKEN}`,
    ]);
    expect(sent).toEqual(request.method === "PATCH" ? content.slice(request.from, request.to) : new Uint8Array());
    expect([reply.status, reply.offset(), reply.photoState(), reply.epoch(), reply.code()]).toEqual([
      answer.status,
      Number(answer.headers["upload-offset"]),
      answer.headers["photo-state"] ?? null,
      null,
      answer.code ?? "",
    ]);
  }
});

test("a careful piece goes with its checksum", async () => {
  const { heard, transport } = network(ok("", { "Sync-Epoch": "e2", "Upload-Offset": "x" }));
  const reply = await transport.piece("/u", 7, bytes("abc"), "c3Vt");
  expect(heard[0]!.headers.get("Upload-Checksum")).toBe("sha256 c3Vt");
  expect([reply.epoch(), reply.offset()]).toEqual(["e2", null]);
});

// Compression

async function unpacked({ headers, body }: Heard): Promise<string> {
  if (headers.get("Content-Encoding") !== "gzip") return textOf(body);
  return new Response(new Blob([body]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

test("a large request goes out packed and a small one as it is", async () => {
  const { heard, transport } = network(ok());
  const large = JSON.stringify({ note: "Kursi ".repeat(1000) });
  await transport.sync(bytes(large));
  await transport.sync(bytes("{}"));
  expect(heard.map(({ headers }) => headers.get("Content-Encoding"))).toEqual(["gzip", null]);
  expect(await Promise.all(heard.map(unpacked))).toEqual([large, "{}"]);
  expect(heard[0]!.body.length).toBeLessThan(large.length / 10);
});

test("a server that cannot unpack is spoken to plainly from then on", async () => {
  const { heard, transport } = network(ok('{"code": "unknown-encoding"}', {}, 415), ok());
  const large = JSON.stringify({ note: "Kursi ".repeat(1000) });
  expect((await transport.sync(bytes(large))).status).toBe(415);
  await transport.sync(bytes(large));
  expect(heard.map(({ headers }) => headers.get("Content-Encoding"))).toEqual(["gzip", null]);
  expect(textOf(heard[1]!.body)).toBe(large);
});

// Lines that break

/** Answers nothing until the request is given up. */
function silent({ init }: Heard): Promise<Response> {
  const signal = init.signal!;
  return new Promise((_, fail) => {
    if (signal.aborted) fail(signal.reason);
    signal.addEventListener("abort", () => fail(signal.reason));
  });
}

/** The head of an answer, some of its body, and then nothing. */
function halfSaid({ init }: Heard): Response {
  const body = new ReadableStream({
    start(line) {
      line.enqueue(bytes('{"proto'));
      init.signal!.addEventListener("abort", () => line.error(init.signal!.reason));
    },
  });
  return new Response(body, { headers: OURS });
}

test("no connection is no answer, and trying again may help", async () => {
  const { transport } = network(() => Promise.reject(new TypeError("Failed to fetch")));
  const problem = await transport.sync(bytes("{}")).catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(NoAnswer);
  expect(problem).toMatchObject({ facts: { why: "no connection" }, waitingHelps: true });
});

describe("a line on which nothing moves", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  /** Let time pass, with whatever is to happen meanwhile. */
  const pass = async (seconds: number) => {
    for (let tenth = 0; tenth < seconds * 10; tenth += 1) await vi.advanceTimersByTimeAsync(100);
  };

  test.each([
    ["before the answer", silent],
    ["within the answer", halfSaid],
  ])("is given up after a while: %s", async (_, answer) => {
    const { transport } = network(answer);
    const seen = vi.fn();
    const asked = transport.sync(bytes("{}")).catch(seen);
    await pass(89);
    expect(seen).not.toHaveBeenCalled();
    await pass(2);
    await asked;
    expect(seen.mock.calls).toMatchObject([[{ code: "no-answer", facts: { why: "timeout" } }]]);
  });

  test("is given more time for a large piece, since nobody tells how much of it went out", async () => {
    const { transport } = network(silent);
    const seen = vi.fn();
    const asked = transport.piece("/u", 0, new Uint8Array(200_000)).catch(seen);
    await pass(189);
    expect(seen).not.toHaveBeenCalled();
    await pass(2);
    await asked;
    expect(seen).toHaveBeenCalledOnce();
  });

  test("is no line on which something moves, however slowly", async () => {
    const words = ["{", '"a"', ":", "1", "}"];
    const slowly = ({ init }: Heard) =>
      new ReadableStream({
        start: (line) => init.signal!.addEventListener("abort", () => line.error(init.signal!.reason)),
        async pull(line) {
          await new Promise((done) => setTimeout(done, 60_000));
          if (init.signal!.aborted) return;
          const word = words.shift();
          if (word === undefined) line.close();
          else line.enqueue(bytes(word));
        },
      });
    const { transport } = network((request) => new Response(slowly(request), { headers: OURS }));
    const asked = transport.checklist("x");
    await pass(361);
    expect(textOf((await asked).content)).toBe('{"a":1}');
  });
});

test("a line that breaks within the answer is no answer", async () => {
  const { transport } = network(() => {
    const body = new ReadableStream({
      start: (line) => line.enqueue(bytes("{")),
      pull: (line) => line.error(new TypeError("network error")),
    });
    return new Response(body, { headers: OURS });
  });
  await expect(transport.sync(bytes("{}"))).rejects.toMatchObject({ code: "no-answer", facts: { why: "connection cut" } });
});

test("a transport that is closed lets go of what is under way, and asks nothing more", async () => {
  const { transport } = network(silent);
  const asked = transport.sync(bytes("{}"));
  transport.close();
  for (const each of [asked, transport.sync(bytes("{}"))])
    await expect(each).rejects.toMatchObject({ code: "no-answer", facts: { why: "connection cut" } });
});

test("an answer without end is not read to its end", async () => {
  let sent = 0;
  const { transport } = network(() => {
    const pull = (line: ReadableStreamDefaultController) => {
      sent += 1;
      line.enqueue(new Uint8Array(1024 * 1024));
    };
    return new Response(new ReadableStream({ pull }), { headers: OURS });
  });
  await expect(transport.sync(bytes("{}"))).rejects.toThrow(AnswerBroken);
  expect(sent).toBeLessThan(20);
});

// What it costs

test("every byte that goes over the line is counted, heads included, and of a broken request all of it", async () => {
  const { transport } = network(ok("{}"), ok("x".repeat(1000)), () => Promise.reject(new TypeError("cut")));
  await transport.sync(bytes("{}"));
  const first = transport.traffic;
  await transport.sync(bytes("x".repeat(1000)));
  const second = transport.traffic;
  expect([second.requests, second.up - first.up, second.down - first.down]).toEqual([2, first.up + 998, first.down + 998]);
  expect(first.up).toBeGreaterThan(TOKEN.length + ORIGIN.length);
  await expect(transport.sync(bytes("{}"))).rejects.toThrow(NoAnswer);
  expect(transport.traffic).toEqual({ requests: 3, up: second.up + first.up, down: second.down });
});

test("a packed answer costs what came over the line, as far as that is told", async () => {
  const cost = async (headers: Record<string, string>) => {
    const { transport } = network(ok("x".repeat(1000), headers));
    await transport.checklist("x");
    return transport.traffic.down;
  };
  const head = (await cost({ "Content-Encoding": "gzip", "Content-Length": "120" })) - 120;
  expect(await cost({ "Content-Encoding": "gzip" })).toBe(head - "Content-Length: 120\r\n".length + 1000);
});

test("when to come back is seen from the server's own clock", async () => {
  const headers = { "Retry-After": "Wed, 04 Mar 2020 02:01:30 GMT", Date: "Wed, 04 Mar 2020 02:00:00 GMT" };
  const { transport } = network(ok("{}", headers, 503), ok("{}", { "Retry-After": "7" }, 429), ok("{}", {}, 429));
  expect((await transport.sync(bytes("{}"))).retryAfter).toBe(90);
  expect((await transport.sync(bytes("{}"))).retryAfter).toBe(7);
  expect((await transport.sync(bytes("{}"))).retryAfter).toBe(null);
});
