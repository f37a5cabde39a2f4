import type { Clock, Log } from './base/index.ts';
import type { Runner } from './journey/index.ts';
import type { AuditPlace, Measure, WrongSum } from './measure/index.ts';
import type { Messages } from './message/index.ts';
import type { Duty } from './pulse.ts';

/** Something that must never be, and was found: `which` is the invariant (docs/reliability.md). */
export interface Broken {
  which: string;
  what: string;
  /** The run or the message. */
  id: string;
}

/** Where the next look begins; null: at the beginning. */
interface Cursors {
  runs: string | null;
  messages: string | null;
  sums: AuditPlace | null;
}

interface AuditSlots {
  runner: Runner;
  messages: Messages;
  measure: Measure;
}

const wrongSums: Record<WrongSum['sums'], string> = {
  hours: 'What the report adds up in this hour is not what its people came to',
  days: 'A day of the report is not the sum of its hours',
  shown: 'What the report says that mails of this day showed is not what they showed',
  months: 'A month of what was shown is not the sum of its days',
  mails: 'Mails of this day are not added up as the ledger has them',
};

/** How often a page is looked at, real time, and how many runs and messages it has. */
const restMs = 60_000;
const pageSize = 1000;

/**
 * Looks all the time, a page a minute, whether what must always be true of runs and mails is true. It mends nothing: it
 * says so in the log (`invariant.broken`) and in `GET /healthz`, because somebody has to know.
 */
export class Auditing {
  readonly #parts: { clock: Clock; log: Log };
  readonly #slots: AuditSlots;
  #runs: string | null = null;
  #messages: string | null = null;
  #sums: AuditPlace | null = null;
  #next = 0;
  /** What this process has found since it began, by run or message and invariant. */
  readonly found = new Map<string, Broken>();
  readonly duty: Duty = { name: 'looking for what must never be', work: () => this.#work() };

  constructor(parts: { clock: Clock; log: Log }, slots: AuditSlots) {
    this.#parts = parts;
    this.#slots = slots;
  }

  async #work(): Promise<number> {
    const now = this.#parts.clock.real();
    if (now < this.#next) return 0;
    this.#next = now + restMs;
    const from = { runs: this.#runs, messages: this.#messages, sums: this.#sums };
    const first = await this.look(from, pageSize);
    this.#runs = first.cursors.runs;
    this.#messages = first.cursors.messages;
    this.#sums = first.cursors.sums;
    if (first.broken.length === 0) return 0;
    // What another process was just doing looks right at the second look.
    const again = new Set((await this.look(from, pageSize)).broken.map(keyOf));
    for (const one of first.broken) if (again.has(keyOf(one))) this.#tell(one);
    return 0;
  }

  #tell(broken: Broken): void {
    if (this.found.has(keyOf(broken))) return;
    this.found.set(keyOf(broken), broken);
    this.#parts.log.error('invariant.broken', { ...broken });
  }

  /** One page of runs, one of messages, and one piece of the sums that reports are made of. */
  async look(from: Cursors, limit: number): Promise<{ broken: Broken[]; cursors: Cursors }> {
    const { runner, messages, measure } = this.#slots;
    const runs = await runner.audit({ after: from.runs, limit });
    const unheard = await messages.unheard(runs.sending);
    const mails = await messages.audit({ after: from.messages, limit });
    const sums = await measure.auditNext(from.sums);
    const broken = [
      ...runs.broken.map(({ which, what, runId }) => ({ which, what, id: runId })),
      ...unheard.map(({ runId }) => ({ which: 'mover', what: 'It waits for a mail that nobody knows of', id: runId })),
      ...mails.broken.map(({ which, what, messageId }) => ({ which, what, id: messageId })),
      ...sums.broken.map(({ sums: which, journey, hour }) => ({
        which: 'sums',
        what: `${wrongSums[which]}; POST /v1/reports/rebuild mends it`,
        id: `${journey} ${new Date(hour).toISOString()}`,
      })),
    ];
    return { broken, cursors: { runs: runs.cursor, messages: mails.cursor, sums: sums.next } };
  }
}

const keyOf = ({ which, id, what }: Broken) => `${which}/${id}/${what}`;

export function openAuditing(parts: { clock: Clock; log: Log }, slots: AuditSlots): Auditing {
  return new Auditing(parts, slots);
}
