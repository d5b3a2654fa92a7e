/** One photo on its way: what arrived stays there, and never is a byte of another photo sent. */

import {
  AnswerBroken,
  Barred,
  ForeignAddress,
  NoAnswer,
  NotOurServer,
  Refused,
  ServerBusy,
  ServerFull,
  SignInAgain,
} from "@/errors";
import { FIRST_PIECE } from "@/rules/pieces";
import { Transport } from "@/transport";
import { type Gate, type Parcel, Uploader } from "@/upload";
import { readAnswer } from "@/wire/heard";
import { base64, sha256Bytes, uuid7 } from "@/wire/names";
import { NOTHING_OUTGOING, body, request } from "@/wire/said";
import { randomFrom } from "./chance";
import { NOTHING, ORIGIN, ScriptedServer, TOKEN, before, cutAnswer, cutRequest, portal, status, times } from "./scripted_server";

const KIB = 1024;
const SIZE = 300 * KIB;
const OPEN: Gate = { room: (wanted) => wanted, passed: () => undefined };

let server: ScriptedServer;
let transport: Transport;
let seconds: number;
let secondsAPiece: number;
let uploader: Uploader;
let content: Uint8Array<ArrayBuffer>;
let photo: { readonly id: string; readonly sha256: string };
let parcel: Parcel;

/** A photo of 300 KiB that was offered, so that the server named an address. */
beforeEach(async () => {
  server = new ScriptedServer();
  transport = new Transport(ORIGIN, { token: TOKEN, fetch: server.fetch });
  [seconds, secondsAPiece] = [0, 0.1];
  uploader = new Uploader(transport, () => (seconds += secondsAPiece / 2));
  content = Uint8Array.from(
    { length: SIZE },
    (
      (random) => () =>
        random() * 256
    )(randomFrom(3)),
  );
  photo = { id: uuid7(), sha256: await sha256Bytes(content) };
  parcel = { content, url: await addressNow(), epoch: server.epoch };
});

async function addressNow(): Promise<string> {
  const photos = [{ ...photo, visit: "v", size: SIZE, type: "image/jpeg" }];
  const said = await request({ ...NOTHING_OUTGOING, photos }, { device: "d", cursor: null, pending: null, sentAt: new Date() });
  return readAnswer((await transport.sync(body(said))).content).uploads[0]!.url!;
}

const send = (more: Partial<Parcel> = {}, { offset = 0, gate = OPEN } = {}) =>
  uploader.send({ ...parcel, ...more }, { offset, gate });
const pieces = () => server.requests("PATCH").map(({ headers, body: sent }) => [Number(headers["upload-offset"]), sent.length]);
const asked = () => server.requests("HEAD").length;
const isStored = () => server.photo(photo.id).state === "stored";

test("a fast line takes a fresh photo in one piece", async () => {
  const turn = await send();
  expect(turn).toMatchObject({ end: "stored", offset: SIZE, sent: SIZE, problem: null });
  expect([isStored(), pieces(), asked()]).toEqual([true, [[0, SIZE]], 0]);
});

test("pieces shrink on a slow line, and the next photo knows", async () => {
  secondsAPiece = 40;
  expect((await send()).end).toBe("stored");
  expect(pieces()[0]).toEqual([0, SIZE]);
  uploader.piece = { ...FIRST_PIECE, rate: 1000 };
  server.photo(photo.id).state = "need";
  server.photo(photo.id).bytes = new Uint8Array();
  await send();
  expect(
    new Set(
      pieces()
        .slice(1, -1)
        .map(([, size]) => size),
    ),
  ).toEqual(new Set([16 * KIB]));
  expect(uploader.piece.rate).toBeLessThan(1000);
});

test("the gate is asked before each piece and told after it, and may be slow", async () => {
  const told: string[] = [];
  const later = async <T>(value: T) => value;
  const gate = {
    room: (wanted: number) => later((told.push(`may ${wanted}?`), 100 * KIB)),
    passed: (offset: number) => later(told.push(`${offset} kept`)),
  };
  expect((await send({}, { gate })).end).toBe("stored");
  expect(told).toEqual(["may 307200?", "102400 kept", "may 204800?", "204800 kept", "may 102400?", "307200 kept"]);
});

test("k13 a closed gate holds the photo where it is", async () => {
  let room = 50_000;
  const gate = { ...OPEN, room: () => room, passed: () => (room = 0) };
  expect(await send({}, { gate })).toMatchObject({ end: "held", offset: 50_000, sent: 50_000, problem: null });
  expect(pieces()).toEqual([[0, 50_000]]);
});

test("after a cut nothing is known, so the turn ends and the pieces get smaller", async () => {
  server.next("PATCH", cutRequest(20_000));
  const turn = await send();
  expect([turn.end, turn.offset, turn.sent, turn.problem]).toEqual(["cut", 0, SIZE, expect.any(NoAnswer)]);
  const rest = await send({ unsure: true }, { offset: turn.offset });
  expect([rest.end, asked(), isStored()]).toEqual(["stored", 1, true]);
  expect(pieces()[0], "from the last byte that arrived").toEqual([20_000, 16 * KIB]);
  expect(rest.sent).toBe(SIZE - 20_000);
});

test("after a lost answer nothing is sent twice", async () => {
  server.next("PATCH", cutAnswer(NOTHING));
  expect((await send()).end).toBe("cut");
  // The server has it all, and says in its HEAD only how much that is: /sync will say that it is stored.
  expect(await send({ unsure: true })).toMatchObject({ end: "renew", offset: SIZE, sent: 0 });
  expect([asked(), pieces()]).toEqual([1, [[0, SIZE]]]);
});

test("a server that says in its HEAD what became of the photo is believed", async () => {
  for (const end of ["stored", "bad"] as const) {
    server.next("HEAD", status(200, "", { headers: { "Photo-State": end } }));
    expect(await send({ unsure: true })).toMatchObject({ end, sent: 0 });
  }
  server.next("HEAD", status(200));
  expect(await send({ unsure: true }), "without an offset it said nothing").toMatchObject({ end: "renew", sent: 0 });
});

test("asking where the server stands may fail as sending may", async () => {
  server.next("HEAD", portal, status(401, "token-expired"), status(404), status(503, "", { headers: { "Retry-After": "40" } }));
  const turns = [];
  for (let n = 0; n < 4; n += 1) turns.push(await send({ unsure: true }));
  expect(turns.map(({ end, problem, retryAfter }) => [end, problem, retryAfter])).toEqual([
    ["cut", expect.any(NotOurServer), null],
    ["stop", expect.any(SignInAgain), null],
    ["renew", expect.any(Refused), null],
    ["wait", expect.any(ServerBusy), 40],
  ]);
  expect(pieces()).toEqual([]);
});

test("somebody was faster, so the phone goes on from there", async () => {
  server.next(
    "PATCH",
    before(() => server.piece(`${photo.id}.0`, 0, content.slice(0, 50_000))),
  );
  expect(await send()).toMatchObject({ end: "stored", sent: SIZE + SIZE - 50_000, moves: 0 });
  expect(pieces().map(([offset]) => offset)).toEqual([0, 50_000]);
});

test("a server that moves the offset about for ever is left alone", async () => {
  server.next(
    "PATCH",
    ...Array.from({ length: 99 }, (_, n) => status(409, "offset-mismatch", { headers: { "Upload-Offset": String(n % 2) } })),
  );
  expect((await send()).end).toBe("renew");
  expect(pieces().length).toBe(7);
  server.script.set("PATCH", [status(409, "offset-mismatch")]);
  expect((await send()).end, "elsewhere, but where?").toBe("renew");
});

test.each([400, 403, 404, 410])("an address that is gone is renewed by the next exchange: %i", async (gone) => {
  server.next("PATCH", status(gone, "gone"));
  const turn = await send();
  expect([turn.end, turn.offset, turn.problem]).toEqual(["renew", 0, gone === 403 ? expect.any(Barred) : expect.any(Refused)]);
});

test("a photo that arrived damaged is sent again with checksums", async () => {
  expect((await send({ careful: true })).end).toBe("stored");
  const digest = await crypto.subtle.digest("SHA-256", content);
  expect(server.requests("PATCH")[0]!.headers["upload-checksum"]).toBe(`sha256 ${base64(new Uint8Array(digest))}`);
});

test("a piece that arrived damaged is sent again, and then in small", async () => {
  server.next("PATCH", ...times(3, status(460, "checksum-mismatch")));
  expect((await send()).end).toBe("stored");
  expect(
    pieces()
      .slice(0, 4)
      .map(([, size]) => size),
  ).toEqual([SIZE, SIZE, SIZE, 16 * KIB]);
});

test("a line on which every piece arrives damaged is given time", async () => {
  server.next("PATCH", ...times(99, status(460, "checksum-mismatch")));
  const turn = await send();
  expect([turn.end, turn.offset, pieces().length]).toEqual(["wait", 0, 9]);
});

test("a server that takes only small pieces gets them", async () => {
  server.next("PATCH", status(413, "too-large"));
  expect((await send()).end).toBe("stored");
  expect(pieces()).toEqual([
    [0, SIZE],
    [0, SIZE / 2],
    [SIZE / 2, SIZE / 2],
  ]);
});

test("a server that asks for time, or is full, is given it", async () => {
  server.next("PATCH", status(507, "store-full", { headers: { "Retry-After": "40" } }), status(500), status(400, "body-cut"));
  const full = await send();
  expect([full.end, full.problem, full.retryAfter, full.offset]).toEqual(["wait", expect.any(ServerFull), 40, 0]);
  expect((await send()).end).toBe("wait");
  expect(uploader.piece.cuts, "trouble of the server's own says nothing about the line").toBe(0);
  expect((await send()).end).toBe("wait");
  expect(uploader.piece.cuts, "a line cut on the way to it does").toBe(1);
});

test("a portal that comes up in the middle changes nothing", async () => {
  uploader.piece = { ...FIRST_PIECE, ceiling: 100 * KIB };
  server.next(
    "PATCH",
    before(() => undefined),
    portal,
  );
  const turn = await send();
  expect([turn.end, turn.offset, turn.problem]).toEqual(["cut", 100 * KIB, expect.any(NotOurServer)]);
  expect(await send({ unsure: true }, { offset: turn.offset })).toMatchObject({ end: "stored" });
});

test("k11 an address that is not the server's stops the photo, and nothing is sent", async () => {
  const turn = await send({ url: "https://evil.example/x" });
  expect([turn.end, turn.problem, pieces()]).toEqual(["stop", expect.any(ForeignAddress), []]);
});

test("an offset that cannot be is not believed", async () => {
  for (const offset of ["0", String(SIZE + 1), "-1", "12x", ""]) {
    server.next("PATCH", status(204, "", { headers: { "Upload-Offset": offset } }));
    const turn = await send();
    expect([turn.end, turn.offset, turn.problem]).toEqual(["wait", 0, expect.any(AnswerBroken)]);
  }
});

test("k7 a piece of another epoch counts for nothing until the list says so", async () => {
  server.next(
    "PATCH",
    before(() => (server.epoch = "epoch2")),
  );
  expect(await send()).toMatchObject({ end: "renew", offset: 0 });
});

test("what the server cannot use is told as bad", async () => {
  server.next("PATCH", status(204, "", { headers: { "Upload-Offset": String(SIZE), "Photo-State": "bad" } }));
  expect(await send()).toMatchObject({ end: "bad", offset: SIZE });
});

test("what is no problem of ours is not swallowed", async () => {
  const broken = { ...OPEN, passed: () => Promise.reject(new RangeError("ours")) };
  await expect(send({}, { gate: broken })).rejects.toThrow(RangeError);
});
