import { scrypt, type ScryptOptions } from 'node:crypto';
import { BeckonError, sameText, type Random } from '../base/index.ts';
import { errors } from './error.ts';

/** N as a power of two: OWASP's 2^17 with r 8 and p 1, which takes 128 MiB and about 0.4 s (trust.md §3.6). */
export const usualCost = 17;
const longest = 1024;
const shortest = 12;

/** Hashes passwords, two at a time: each takes as much memory as a small server has to spare. */
export class Passwords {
  readonly #random: Random;
  readonly #cost: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** @param cost N as a power of two; smaller in tests only */
  constructor(random: Random, cost = usualCost) {
    this.#random = random;
    this.#cost = cost;
  }

  /** @returns `scrypt$<cost>$<salt>$<hash>`, base64url */
  async hash(password: string): Promise<string> {
    const salt = Buffer.from(this.#random.bytes(16)).toString('base64url');
    return `scrypt$${this.#cost}$${salt}$${await this.#derive(password, salt, this.#cost)}`;
  }

  /** Is it this one's? Takes the same time when there is nobody (`kept` null). */
  async matches(password: string, kept: string | null): Promise<boolean> {
    const [, cost, salt = '', hash = ''] = /^scrypt\$(\d{1,2})\$([\w-]+)\$([\w-]+)$/.exec(kept ?? '') ?? [];
    const tried = Buffer.byteLength(password) > longest ? '' : password;
    const derived = await this.#derive(tried, salt === '' ? 'nobody' : salt, Number(cost ?? this.#cost));
    return hash !== '' && sameText(derived, hash);
  }

  async #derive(password: string, salt: string, cost: number): Promise<string> {
    if (this.#running >= 2) await new Promise<void>((go) => this.#waiting.push(go));
    else this.#running++;
    try {
      return await derive(password.normalize('NFKC'), salt, cost);
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}

function derive(password: string, salt: string, cost: number): Promise<string> {
  const how: ScryptOptions = { N: 2 ** cost, r: 8, p: 1, maxmem: 160 * 1024 * 1024 };
  return new Promise((done, fail) =>
    scrypt(password, salt, 32, how, (error, key) => (error ? fail(error) : done(key.toString('base64url')))),
  );
}

/**
 * Refuses what is guessed soon: too short, of few different characters, or the person's own name.
 *
 * @throws TEAM_PASSWORD_WEAK
 */
export function assertStrong(password: string, { email, name }: { email: string; name: string }): void {
  const letters = [...password];
  const refuse = (why: string) => {
    throw new BeckonError(errors.TEAM_PASSWORD_WEAK, `The password ${why}`, { where: 'password' });
  };
  if (letters.length < shortest) refuse(`has ${letters.length} characters; it needs ${shortest}`);
  if (Buffer.byteLength(password) > longest) refuse(`is longer than ${longest} bytes`);
  if (new Set(letters).size < 5) refuse('has fewer than five different characters');
  const known = [email, email.split('@')[0]!, name, 'password', 'passwort', 'lösenord', 'beckon'];
  const plain = password.toLowerCase().replace(/[\d\W_]+/g, '');
  for (const word of known.map((one) => one.toLowerCase().replace(/[\d\W_]+/g, ''))) {
    if (word.length >= 3 && plain.replaceAll(word, '').length < 4)
      refuse('is little more than a name or a well-known word');
  }
}
