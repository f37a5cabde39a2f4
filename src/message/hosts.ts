import type { Clock, Log } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import { hostOf } from './pace.ts';
import { keepHosts, knownHosts } from './table-host.ts';

/** Names of the hosts that take mail for a domain (MX), as a name server has them. */
export type MxLookUp = (domain: string) => Promise<string[]>;

/** Hosts that take mail for the domains of others, by the names of their machines. */
const machines: readonly [string, RegExp][] = [
  ['gmail', /(?:^|\.)(?:google|googlemail)\.com$/],
  ['microsoft', /(?:^|\.)(?:outlook|hotmail)\.com$|\.mx\.microsoft$/],
  ['yahoo', /\.yahoodns\.net$/],
  ['apple', /(?:^|\.)icloud\.com$/],
  ['gmx', /(?:^|\.)(?:gmx\.net|web\.de|mail\.com)$/],
];

/** The mailbox host behind a domain, by its MX; null: one of its own, or one that nobody groups. Pure. */
export function hostByMx(names: readonly string[]): string | null {
  for (const name of names) {
    const plain = name.toLowerCase().replace(/\.$/, '');
    const found = machines.find(([, is]) => is.test(plain));
    if (found) return found[0];
  }
  return null;
}

/** Domains that no name server knows by rule (RFC 2606, RFC 6761). */
const reserved = /(?:^|\.)(?:example|test|invalid|localhost|local|internal)$|(?:^|\.)example\.(?:com|net|org)$/;

const dayMs = 86_400_000;
/** A domain moves seldom; one whose name server had no answer is asked again soon. */
const keptMs = 7 * dayMs;
const failedMs = 600_000;
/** Asked at once, and remembered at most. */
const atOnce = 20;
const most = 50_000;

/**
 * Which mailbox host a mail goes to: a company whose mail is kept by Google counts as Google, as Google itself counts it.
 * Asked beside the sending and never waited for by it: until a domain is known it stands for itself.
 */
export class MailHosts {
  readonly #parts: { store: Store; clock: Clock; log: Log; lookUp: MxLookUp | undefined };
  readonly #known = new Map<string, { host: string; until: number }>();
  #learning: Promise<void> | null = null;

  constructor(parts: { store: Store; clock: Clock; log: Log; lookUp?: MxLookUp | undefined }) {
    this.#parts = { ...parts, lookUp: parts.lookUp };
  }

  /** The host of an address or a domain, as far as it is known. */
  of(address: string): string {
    const host = hostOf(address);
    return this.#known.get(host)?.host ?? host;
  }

  /** Learns of the domains of these addresses what is not known yet; one call at a time, the others come to nothing. */
  learn(addresses: readonly string[]): Promise<void> {
    const { lookUp, clock } = this.#parts;
    if (!lookUp || this.#learning) return this.#learning ?? Promise.resolve();
    const now = clock.real();
    const asked = [...new Set(addresses.map(hostOf))].filter(
      (host) => host.includes('.') && !reserved.test(host) && (this.#known.get(host)?.until ?? 0) <= now,
    );
    if (asked.length === 0) return Promise.resolve();
    this.#learning = this.#learn(asked, lookUp)
      .catch((error: unknown) => this.#parts.log.warn('mail.hosts-not-learned', { error }))
      .finally(() => (this.#learning = null));
    return this.#learning;
  }

  async #learn(domains: string[], lookUp: MxLookUp): Promise<void> {
    const { store, clock } = this.#parts;
    if (this.#known.size > most) this.#known.clear();
    const now = clock.real();
    for (const { domain, host } of await knownHosts(store, domains, now - keptMs)) {
      this.#known.set(domain, { host, until: now + keptMs });
    }
    const unknown = domains.filter((domain) => (this.#known.get(domain)?.until ?? 0) <= now);
    for (let from = 0; from < unknown.length; from += atOnce) {
      const found = await Promise.all(
        unknown.slice(from, from + atOnce).map(async (domain) => {
          const names = await lookUp(domain).catch(() => null);
          const host = names === null ? domain : (hostByMx(names) ?? domain);
          this.#known.set(domain, { host, until: now + (names === null ? failedMs : keptMs) });
          return names === null ? [] : [{ domain, host }];
        }),
      );
      await keepHosts(store, found.flat(), now);
    }
  }
}
