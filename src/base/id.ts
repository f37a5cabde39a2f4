import type { Clock } from './clock.ts';
import type { Random } from './random.ts';

/** Gives new ids; handed in, so that tests and the seeded history repeat. */
export interface Ids {
  /** A UUIDv7 in canonical lower-case text. */
  next(): string;
}

/** UUIDv7 (RFC 9562 §5.7) of `at` (UTC ms) and ten random bytes. */
export function uuidv7(at: number, random: Uint8Array): string {
  const time = at.toString(16).padStart(12, '0');
  const octet = (n: number) => hex[random[n]!]!;
  const version = hex[(random[0]! & 0x0f) | 0x70]! + octet(1);
  const variant = hex[(random[2]! & 0x3f) | 0x80]! + octet(3);
  const rest = octet(4) + octet(5) + octet(6) + octet(7) + octet(8) + octet(9);
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}-${variant}-${rest}`;
}

/** `00` to `ff`. */
const hex = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, '0'));

/** Ids from real time and a source of chance; rising within this process, so that equal milliseconds keep their order. */
export class UuidIds implements Ids {
  readonly #clock: Clock;
  readonly #random: Random;
  #last = 0;
  #sequence = 0;
  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }
  next(): string {
    const at = Math.max(this.#clock.real(), this.#last);
    this.#sequence = at === this.#last ? this.#sequence + 1 : 0;
    if (this.#sequence > 0xfff) {
      this.#last = at + 1;
      this.#sequence = 0;
    } else this.#last = at;
    const random = this.#random.bytes(10);
    random[0] = this.#sequence >> 8;
    random[1] = this.#sequence & 0xff;
    return uuidv7(this.#last, random);
  }
}

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Is this text a UUID in canonical lower-case form? */
export function isUuid(text: string): boolean {
  return uuidForm.test(text);
}
