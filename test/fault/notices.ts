import type { Rooms } from '../../src/app.ts';
import { bounceWeights, type Said } from '../../src/message/index.ts';
import type { Store } from '../../src/store/index.ts';
import type { Arrived, Outside } from './outside.ts';
import type { Coming, Report } from './step.ts';

/** Something that a provider of mail wants to tell; until it is answered it tells it again. */
interface Notice {
  id: string;
  to: string;
  said: Said;
}

/** What the database knows of what was heard. */
export interface HeardSeen {
  message: string;
  kind: string;
  class: string | null;
  listed: boolean;
}

const words: Record<Report, Pick<Said, 'kind' | 'class'>> = {
  arrived: { kind: 'delivered' },
  waits: { kind: 'deferred' },
  'does not exist': { kind: 'bounced', class: 'hard' },
  'is full': { kind: 'bounced', class: 'soft' },
  'is refused': { kind: 'bounced', class: 'policy' },
  complained: { kind: 'complained' },
};

/** The provider that has our mails: it tells what became of them, once, twice, late or in another order (invariant I16). */
export class Notices {
  readonly #store: Store;
  readonly #outside: Outside;
  readonly #open: Notice[] = [];
  readonly #kept: Notice[] = [];
  /** What was answered with success, by message. */
  readonly #said = new Map<string, Said[]>();
  #made = 0;

  constructor(store: Store, outside: Outside) {
    this.#store = store;
    this.#outside = outside;
  }

  /** There is something to tell of this mail. */
  async make({ key, to }: Arrived, report: Report, coming: Coming): Promise<void> {
    const [row] = await this.#store.rows<{ id: string }>({
      name: 'fault-message',
      text: 'select id from message where key = $1',
      values: [key],
    });
    if (!row) return;
    const said: Said = { messageId: row.id, address: null, ...words[report] };
    const notice = () => ({ id: `n${this.#made++}`, to, said });
    const one = notice();
    if (coming === 'kept back') this.#kept.push(one);
    else this.#open.push(one, ...(coming === 'twice' ? [one, notice()] : []));
  }

  /** What was kept back comes now, the newest first. */
  release(): void {
    this.#open.push(...this.#kept.splice(0).reverse());
  }

  async tell({ messages }: Pick<Rooms, 'messages'>): Promise<void> {
    for (let next = this.#open[0]; next; next = this.#open[0]) {
      const { id, to, said } = next;
      await messages.hear({ source: 'provider', id, said: [said] });
      this.#open.shift();
      this.#said.set(said.messageId!, [...(this.#said.get(said.messageId!) ?? []), said]);
      if (said.kind === 'complained' || said.class === 'hard') this.#outside.never.add(to);
    }
  }

  /** What is not as all that was said has it, in whatever order it came; `isWhole`: nobody was forgotten meanwhile. */
  broken(seen: readonly HeardSeen[], isWhole: boolean): string[] {
    const found: string[] = [];
    for (const [message, said] of this.#said) {
      // That somebody unsubscribes is told by the recipient, not by the provider.
      const mine = seen.filter((one) => one.message === message && one.kind !== 'unsubscribed');
      if (mine.length === 0 && !isWhole) continue;
      const is = mine.map(textOf).sort().join(', ');
      const should = mergedOf(said).map(textOf).sort().join(', ');
      if (is !== should) found.push(`I16: of ${message} was said ${should}, and is kept ${is || 'nothing'}`);
      if (mine.some((one) => !one.listed && (one.kind === 'complained' || one.class === 'hard')))
        found.push(`I16: the address of ${message} may still be written to`);
    }
    return found;
  }
}

const textOf = (one: { kind: string; class?: string | null }) => (one.class ? `${one.kind} ${one.class}` : one.kind);

/** All that was said as one set: of bounces the surest. */
function mergedOf(said: readonly Said[]): Pick<Said, 'kind' | 'class'>[] {
  const surest = said
    .filter((one) => one.class !== undefined)
    .sort((a, b) => bounceWeights[b.class!] - bounceWeights[a.class!])[0];
  const others = new Set(said.filter((one) => one.kind !== 'bounced').map(({ kind }) => kind));
  return [...[...others].map((kind) => ({ kind })), ...(surest ? [surest] : [])];
}
