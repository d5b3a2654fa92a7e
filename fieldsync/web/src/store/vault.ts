/**
 * The PIN and what it opens. The ring holds two slots of one size, in random order: keys under a PIN, or random bytes.
 * So nobody can tell from it whether there is a second PIN, which opens the notes alone.
 */

import { Database } from "./db";
import { isTooAlike, isTooWeak, plain } from "./pins";
import { PinTooAlike, PinTooWeak, StoreBroken, StoreTaken, WrongPin } from "./problems";
import { keyOf, seal, unseal } from "./sealing";

/** PBKDF2-HMAC-SHA-256; what OWASP advises since 2023. Rings remember theirs. */
const ROUNDS = 600_000;
const SALT_BYTES = 16;
const KEY_BYTES = 32;
/** What a slot holds: one byte of what it opens, the notes key, the inner key (random bytes where there is none). */
const SECRET_BYTES = 1 + 2 * KEY_BYTES;
const SLOT_BYTES = 12 + SECRET_BYTES + 16;
const EVERYTHING = 1;
const NOTES = 2;
const RING = "cincin";
const FREE_TRIES = 3;
const WAIT_SECONDS_MAX = 15 * 60;

type Slots = readonly [ArrayBuffer, ArrayBuffer];
interface Ring {
  readonly form: 1;
  readonly rounds: number;
  readonly salt: ArrayBuffer;
  readonly slots: Slots;
  /** Wrong PINs since the last right one. */
  readonly wrong: number;
}

/** `inner` is null under the second PIN. */
export interface Keys {
  readonly notes: CryptoKey;
  readonly inner: CryptoKey | null;
}

interface Opened {
  readonly place: 0 | 1;
  readonly secret: Uint8Array<ArrayBuffer>;
}

/** `now`: seconds by a clock that nobody can set. */
export interface Edges {
  readonly now?: () => number;
  readonly rounds?: number;
}

export class Vault {
  #notBefore = 0;

  private constructor(
    readonly db: Database,
    private ring: Ring | null,
    private readonly now: () => number,
    private readonly rounds: number,
  ) {
    if (ring) this.#delay(ring.wrong);
  }

  /** Raises NewerStore, StoreBroken. */
  static async open({ now = () => performance.now() / 1000, rounds = ROUNDS }: Edges = {}): Promise<Vault> {
    const db = await Database.open();
    const ring = (await db.read(["kunci"], (tx) => tx.objectStore("kunci").get(RING))) as Ring | undefined;
    return new Vault(db, ring ?? null, now, rounds);
  }

  /** No PIN was chosen yet. */
  get isNew(): boolean {
    return this.ring === null;
  }

  /** Until the next PIN may be tried; 0: now. */
  get waitSeconds(): number {
    return Math.max(0, Math.ceil(this.#notBefore - this.now()));
  }

  /** The first PIN. Raises PinTooWeak, StoreFull. */
  async create(pin: string): Promise<Keys> {
    if (isTooWeak(pin)) throw new PinTooWeak();
    if (this.ring) throw new Error("there is a PIN already");
    const salt = random(SALT_BYTES);
    const secret = random(SECRET_BYTES);
    secret[0] = EVERYTHING;
    const slot = await seal(await keyFrom(pin, salt, this.rounds), RING, secret);
    const empty = random(SLOT_BYTES).buffer;
    const slots: Slots = random(1)[0]! % 2 ? [slot, empty] : [empty, slot];
    const ring: Ring = { form: 1, rounds: this.rounds, salt: salt.buffer, slots, wrong: 0 };
    await this.#write((found) => {
      if (found) throw new StoreTaken(); // another tab was faster
      return ring;
    });
    await this.db.hold();
    return keysIn(secret);
  }

  /** Raises WrongPin with the seconds until the next try; during those no PIN is tried at all. */
  async unlock(pin: string): Promise<Keys> {
    const { secret } = await this.#opened(pin);
    const keys = await keysIn(secret);
    await this.db.hold();
    return keys;
  }

  /** `everything`: only the PIN that opens everything will do as the old one. Raises WrongPin, PinTooWeak, PinTooAlike. */
  async changePin(given: { old: string; fresh: string; everything?: boolean }): Promise<void> {
    if (isTooWeak(given.fresh)) throw new PinTooWeak();
    const { place, secret } = await this.#opened(given.old, given.everything);
    const key = await this.#keyFrom(given.fresh);
    if (await unseal(key, RING, this.#known.slots[1 - place])) throw new PinTooAlike();
    await this.#put(place, await seal(key, RING, secret));
  }

  /** The PIN that opens the notes alone; null: there is none any more. Raises WrongPin, PinTooWeak, PinTooAlike. */
  async setOtherPin(real: string, other: string | null): Promise<void> {
    if (other !== null && isTooWeak(other)) throw new PinTooWeak();
    if (other !== null && isTooAlike(real, other)) throw new PinTooAlike();
    const { place, secret } = await this.#opened(real, true);
    await this.#put(place === 0 ? 1 : 0, other === null ? random(SLOT_BYTES).buffer : await this.#notesUnder(other, secret));
  }

  /** Let go of the database. */
  seal(): void {
    this.db.close();
  }

  get #known(): Ring {
    if (!this.ring) throw new Error("no PIN was chosen yet");
    return this.ring;
  }

  /** The try is counted before it is made, so that ending the page in between wins nothing. */
  async #opened(pin: string, everything = false): Promise<Opened> {
    if (this.waitSeconds > 0) throw new WrongPin({ wait_seconds: this.waitSeconds });
    await this.#keep((ring) => ({ ...ring, wrong: ring.wrong + 1 }));
    const key = await this.#keyFrom(pin);
    const secrets = await Promise.all(this.#known.slots.map((slot) => unseal(key, RING, slot)));
    const place = secrets[0] ? 0 : 1;
    const secret = secrets[place] && new Uint8Array(secrets[place]);
    if (!secret || (everything && secret[0] !== EVERYTHING)) {
      this.#delay(this.#known.wrong);
      throw new WrongPin({ wait_seconds: this.waitSeconds });
    }
    await this.#keep((ring) => ({ ...ring, wrong: 0 }));
    return { place, secret };
  }

  async #notesUnder(pin: string, secret: Uint8Array): Promise<ArrayBuffer> {
    const notes = random(SECRET_BYTES);
    notes.set(secret.subarray(0, 1 + KEY_BYTES));
    notes[0] = NOTES;
    return seal(await this.#keyFrom(pin), RING, notes);
  }

  #put(place: 0 | 1, slot: ArrayBuffer): Promise<void> {
    return this.#keep((ring) => ({ ...ring, slots: place === 0 ? [slot, ring.slots[1]] : [ring.slots[0], slot] }));
  }

  #keep(change: (ring: Ring) => Ring): Promise<void> {
    return this.#write((found) => {
      if (!found) throw new StoreBroken({ why: "emptied" });
      return change(found);
    });
  }

  /** Read and written in one transaction: another tab may have counted a try meanwhile. */
  async #write(change: (found: Ring | null) => Ring): Promise<void> {
    this.ring = await this.db.write(["kunci"], async (tx) => {
      const store = tx.objectStore("kunci");
      const ring = change(((await store.get(RING)) as Ring | undefined) ?? null);
      await store.put(ring, RING);
      return ring;
    });
  }

  #keyFrom(pin: string): Promise<CryptoKey> {
    return keyFrom(pin, new Uint8Array(this.#known.salt), this.#known.rounds);
  }

  #delay(wrong: number): void {
    if (wrong <= FREE_TRIES) return;
    this.#notBefore = this.now() + Math.min(WAIT_SECONDS_MAX, 2 ** (wrong - FREE_TRIES));
  }
}

async function keyFrom(pin: string, salt: Uint8Array<ArrayBuffer>, rounds: number): Promise<CryptoKey> {
  const known = await crypto.subtle.importKey("raw", new TextEncoder().encode(plain(pin)), "PBKDF2", false, ["deriveKey"]);
  const slow = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
  return crypto.subtle.deriveKey(slow, known, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

async function keysIn(secret: Uint8Array<ArrayBuffer>): Promise<Keys> {
  const notes = await keyOf(secret.slice(1, 1 + KEY_BYTES));
  return { notes, inner: secret[0] === EVERYTHING ? await keyOf(secret.slice(1 + KEY_BYTES)) : null };
}

function random(bytes: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(bytes));
}
