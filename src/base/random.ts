import { randomBytes } from 'node:crypto';
import { sha256 } from './hash.ts';

/** Chance, handed in. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** `count` random bytes. */
  bytes(count: number): Uint8Array;
}

/** How many bytes are asked of the system at once: asking costs far more than what is asked for. */
const poolSize = 4096;

/** From the system's CSPRNG. */
export class SystemRandom implements Random {
  #pool = Buffer.alloc(0);
  #at = 0;

  next(): number {
    return this.#take(6).readUIntBE(0, 6) / 2 ** 48;
  }

  bytes(count: number): Uint8Array {
    return count > poolSize / 8 ? randomBytes(count) : this.#take(count);
  }

  /** Bytes that were given are given to nobody else, and are not kept here. */
  #take(count: number): Buffer {
    if (this.#at + count > this.#pool.length) {
      this.#pool = randomBytes(poolSize);
      this.#at = 0;
    }
    const taken = Buffer.from(this.#pool.subarray(this.#at, this.#at + count));
    this.#pool.fill(0, this.#at, (this.#at += count));
    return taken;
  }
}

/** Repeatable: the same seed gives the same sequence. Source: mulberry32, public domain (T. Ettinger). Not for secrets. */
export class SeededRandom implements Random {
  #state: number;
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => Math.floor(this.next() * 256));
  }
}

/** The list in an order that hangs on the seed alone. */
export function shuffled<T>(list: readonly T[], seed: string): T[] {
  const random = new SeededRandom(Number.parseInt(sha256(seed).slice(0, 8), 16));
  const made = [...list];
  for (let i = made.length - 1; i > 0; i--) {
    const j = Math.floor(random.next() * (i + 1));
    [made[i], made[j]] = [made[j]!, made[i]!];
  }
  return made;
}
