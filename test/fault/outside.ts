import { FakeClock } from '../../src/base/index.ts';
import { CallTimeout, type CallAnswer, type CallRequest } from '../../src/journey/index.ts';
import type { SendResult, WireMail } from '../../src/message/index.ts';
import type { Store } from '../../src/store/index.ts';
import { answerOf } from '../crash/ground.ts';
import type { MortalStore } from './mortal.ts';
import type { Service, Wire } from './step.ts';

/** A mail that the next hop has. */
export interface Arrived {
  key: string;
  to: string;
  at: number;
  html: string;
}

/** What no process of ours is, and no crash takes away: time, the mail server, the service that is called. */
export class Outside {
  readonly clock: FakeClock;
  readonly mails: Arrived[] = [];
  readonly calls: string[] = [];
  wire: Wire = 'takes';
  service: Service = 'answers';
  /** What was wrong with what came out of the house, in words. */
  readonly wrong: string[] = [];
  /** Nobody may be mailed at these addresses; journeys that are held send nothing. As it was when the step began. */
  unwilling = new Set<string>();
  held: ReadonlySet<string> = new Set();
  /** Those who have unsubscribed by a link, and have not agreed again. */
  readonly off = new Set<string>();
  /** Those who have complained, or whose mailbox does not exist, as was answered; nothing takes that back. */
  readonly never = new Set<string>();
  readonly #store: Store;
  readonly #zones: ReadonlyMap<string, string>;

  constructor(store: Store, now: number, zones: ReadonlyMap<string, string>) {
    this.#store = store;
    this.clock = new FakeClock(now);
    this.#zones = zones;
  }

  agree(email: string): void {
    this.unwilling.delete(email);
    this.off.delete(email);
  }

  /** The transport of a process. */
  async send(process: MortalStore, mail: WireMail): Promise<SendResult> {
    if (process.dead) return new Promise(() => {});
    await this.#judge(mail);
    const takes = () =>
      void this.mails.push({ key: mail.key, to: mail.envelope.to, at: this.clock.now(), html: htmlOf(mail.raw) });
    switch (this.wire) {
      case 'takes':
        takes();
        return { kind: 'accepted', response: '250 ok' };
      case 'refuses':
        return { kind: 'answered', stage: 'mail', code: 550, response: '550 5.1.1 no such user' };
      case 'later':
        return { kind: 'answered', stage: 'mail', code: 451, response: '451 later' };
      case 'lost before':
        return { kind: 'lost', bodyEnded: false, why: 'cut' };
      case 'lost after':
        return { kind: 'lost', bodyEnded: true, why: 'cut' };
      case 'takes and loses':
        takes();
        return { kind: 'lost', bodyEnded: true, why: 'cut' };
      case 'takes and kills':
        takes();
        process.die();
        return new Promise(() => {});
    }
  }

  /** The service that actions call. */
  async call(process: MortalStore, request: CallRequest): Promise<CallAnswer> {
    if (process.dead) return new Promise(() => {});
    this.calls.push(request.headers['idempotency-key'] ?? '');
    const json = (status: number, text: string, headers = {}): CallAnswer => ({ status, headers, text });
    switch (this.service) {
      case 'answers':
        return json(200, JSON.stringify(answerOf(['coat-1', 'coat-2'], ['scarf'])));
      case 'fails':
        return json(500, '');
      case 'busy':
        return json(429, '', { 'retry-after': '120' });
      case 'silent':
        throw new CallTimeout('No answer in time');
      case 'slow':
        this.clock.advance(50_000);
        return json(200, JSON.stringify(answerOf(['coat-1'], ['scarf'])));
      case 'empty':
        return json(200, JSON.stringify(answerOf([], [])));
      case 'garbage':
        return json(200, '<html>');
      case 'kills':
        process.die();
        return new Promise(() => {});
    }
  }

  /** Every mail that begins to leave: announced before (I9, I10), to somebody who may be written to (I2), awake (I6), of a journey that goes on. */
  async #judge(mail: WireMail): Promise<void> {
    const { key } = mail;
    const to = mail.envelope.to;
    const rows = await this.#store.rows<{
      journey: string;
      quiet: { from: string; to: string } | null;
      open: number;
      arm: string | null;
    }>({
      name: 'fault-judge',
      text: `select m.journey, m.quiet, m.arm, (select count(*)::int from attempt a where a.shard = m.shard and a.message_id = m.id and a.no = m.fence and a.ended_at is null) as open
        from message m where m.key = $1 and m.state = 'sending'`,
      values: [key],
    });
    const [row] = rows;
    const say = (what: string) => void this.wrong.push(`${what} (${key} to ${to})`);
    if (!row || row.open !== 1) return say('I10: a mail leaves that was not announced');
    if (row.arm === 'control') say('I7: somebody held out is mailed');
    if (this.unwilling.has(to) || this.off.has(to)) say('I2: somebody is mailed who does not want it');
    if (this.never.has(to)) say('I16: somebody is mailed who has complained, or whose mailbox does not exist');
    if (this.held.has(row.journey)) say('row 60: a mail leaves of a journey that is paused');
    if (row.quiet && isQuiet(this.clock.now(), row.quiet, this.#zones.get(to) ?? 'Europe/Stockholm'))
      say('I6: a mail leaves in quiet hours');
  }
}

/** Asked of the calendar of the zone, minute by minute of the wall: another way than the gate's. */
function isQuiet(at: number, { from, to }: { from: string; to: string }, timeZone: string): boolean {
  const wall = new Intl.DateTimeFormat('sv-SE', { timeZone, hour: '2-digit', minute: '2-digit' }).format(at);
  return from <= to ? wall >= from && wall < to : wall >= from || wall < to;
}

/** The HTML part of a mail as we compose it. */
function htmlOf(raw: Buffer): string {
  const [, body = ''] = /Content-Type: text\/html[^]*?\r\n\r\n([^]*?)\r\n--/.exec(raw.toString('latin1')) ?? [];
  return Buffer.from(body, 'base64').toString('utf8');
}
