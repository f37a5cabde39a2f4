import { Type, type TSchema } from 'typebox';
import { BeckonError, isUuid, RememberedByKey } from '../base/index.ts';
import type { LedgerFilter, LedgerLine, SendingState } from '../message/index.ts';
import {
  FreezeInput,
  LedgerPage,
  ledgerStates,
  LedgerStory,
  LedgerView,
  SendingView,
  type LedgerState,
} from './contract-ledger.ts';
import type { Call, Door } from './door.ts';
import { nameOfWho } from './deed.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;
type Asked = Pick<Call<unknown>, 'query'>;

const filterQuery = {
  from: 'planned from here on, ISO 8601',
  to: 'planned before this, ISO 8601',
  journey: 'only of this journey',
  class: 'marketing or transactional',
};

/** Doors to the send ledger's numbers and messages, and to the switch that holds back all mail. */
export function ledgerDoors(make: Make, { messages }: House): void {
  const sums = new RememberedByKey<Awaited<ReturnType<House['messages']['ledger']>>>(
    ({ lines }) => lines.reduce((sum, { count }) => sum + count, 0) >= 50_000,
  );
  make({
    method: 'GET',
    path: '/ledger',
    scope: 'read',
    summary: 'What became of every message that was planned: by state, class, journey and day, sums that add up.',
    query: filterQuery,
    answer: LedgerView,
    work: async (call) => {
      const filter = filterOf(call);
      const { lines, reasons, doubt } = await sums.get(JSON.stringify(filter), () => messages.ledger(filter));
      return { ...sumsOf(lines), reasons, doubt, sending: viewOf(await messages.sending.state()) };
    },
  });
  make({
    method: 'GET',
    path: '/ledger/messages',
    scope: 'people',
    summary: 'Single messages of the ledger, the newest plan first.',
    query: {
      ...filterQuery,
      state: 'only in this state',
      reason: 'only for this reason, whole or as the ledger counts it',
      after: 'the `next` of the page before',
      limit: 'at most (100, up to 1000)',
    },
    answer: LedgerPage,
    work: async (call) => {
      const limit = limitOf(call);
      const [state, reason, after] = [call.query('state'), call.query('reason'), call.query('after')];
      if (state !== undefined && !isState(state)) throw wrong('state', `There is no state "${state}"`);
      if (after !== undefined && !isUuid(after)) throw wrong('after', 'That is no id of a message');
      const filter = { ...filterOf(call), ...(state ? { state } : {}), ...(reason ? { reason } : {}) };
      const rows = await messages.ledgerMessages(filter, { after: after ?? null, limit });
      return {
        messages: rows.map((row) => ({ ...row, plannedAt: iso(row.plannedAt), changedAt: iso(row.changedAt) })),
        next: rows.length < limit ? null : rows.at(-1)!.id,
      };
    },
  });
  make({
    method: 'GET',
    path: '/ledger/messages/:id',
    scope: 'people',
    summary: 'One mail with each attempt, its answer, what came too late, and what was heard of it afterwards.',
    answer: LedgerStory,
    work: async (call) => {
      const id = call.part('id');
      const story = isUuid(id) ? await messages.ledgerStory(id) : null;
      if (story) return storyOf(story);
      throw new BeckonError(errors.API_NOT_FOUND, `The ledger has no message "${id.slice(0, 80)}"`, {
        mend: 'GET /v1/ledger/messages lists them',
      });
    },
  });
  make({
    method: 'POST',
    path: '/ledger/messages/:id/release',
    scope: 'settings',
    summary:
      'Let a mail go that was put aside because workers died on it: it passes all gates once more, and its run, which was told that it failed, is not told again.',
    answer: LedgerStory,
    work: async (call) => {
      const id = call.part('id');
      if (!isUuid(id)) throw new BeckonError(errors.API_NOT_FOUND, `The ledger has no message "${id.slice(0, 80)}"`);
      await messages.release(id);
      return storyOf((await messages.ledgerStory(id))!);
    },
  });
  sendingDoors(make, messages);
}

type Story = NonNullable<Awaited<ReturnType<House['messages']['ledgerStory']>>>;

function storyOf({ wire, heard, ...story }: Story): LedgerStory {
  return {
    ...story,
    plannedAt: iso(story.plannedAt),
    changedAt: iso(story.changedAt),
    due: iso(story.due),
    deadline: iso(story.deadline),
    acceptedAt: story.acceptedAt === null ? null : iso(story.acceptedAt),
    wire: wire.map(({ startedAt, endedAt, result, late, ...attempt }) => ({
      ...attempt,
      startedAt: iso(startedAt),
      endedAt: endedAt === null ? null : iso(endedAt),
      result: resultOf(result),
      late: resultOf(late),
    })),
    heard: heard.map((one) => ({ ...one, at: iso(one.at) })),
  };
}

function resultOf(result: Story['wire'][number]['result']): LedgerStory['wire'][number]['result'] {
  if (result === null) return null;
  if (result.kind === 'lost') return { kind: 'lost', says: result.why, bodyEnded: result.bodyEnded };
  const code = result.kind === 'answered' ? { code: result.code } : {};
  return { kind: result.kind, ...code, says: result.response };
}

function sendingDoors(make: Make, { sending }: House['messages']): void {
  make({
    method: 'GET',
    path: '/sending',
    scope: 'read',
    summary: 'Does mail leave, or is it held back, and why?',
    answer: SendingView,
    work: async () => viewOf(await sending.state()),
  });
  make({
    method: 'POST',
    path: '/sending/freeze',
    scope: 'journeys',
    summary:
      'Hold back all mail, of every journey and class. What is on the wire is finished; nothing is lost but by its deadline.',
    body: FreezeInput,
    answer: SendingView,
    work: async ({ who, body: { reason } }) => viewOf(await sending.freeze({ reason, by: nameOfWho(who) })),
  });
  make({
    method: 'POST',
    path: '/sending/thaw',
    scope: 'settings',
    summary:
      'Let mail leave again. After a restore or on a copy, what was planned before is not sent: first bring suppressions and erasures up to date.',
    answer: Type.Intersect([SendingView, Type.Object({ expired: Type.Integer() })]),
    work: async ({ who }) => {
      const { expired, ...state } = await sending.thaw(nameOfWho(who));
      return { ...viewOf(state), expired };
    },
  });
}

const iso = (at: number) => new Date(at).toISOString();

function viewOf(state: SendingState) {
  return { ...state, since: state.since === null ? null : iso(state.since) };
}

/** The lines summed up each way. Pure. */
export function sumsOf(lines: readonly LedgerLine[]) {
  const total = lines.reduce((sum, { count }) => sum + count, 0);
  const by = (key: (line: LedgerLine) => string) => {
    const groups = new Map<string, Record<string, number>>();
    for (const line of lines) {
      const states = groups.get(key(line)) ?? {};
      states[line.state] = (states[line.state] ?? 0) + line.count;
      groups.set(key(line), states);
    }
    return [...groups].map(([name, states]) => ({
      name,
      total: Object.values(states).reduce((a, b) => a + b, 0),
      states,
    }));
  };
  return {
    total,
    states: by(() => 'all')[0]?.states ?? {},
    classes: Object.fromEntries(by((line) => line.class).map(({ name, states }) => [name, states])),
    journeys: by((line) => line.journey).map(({ name, ...sums }) => ({ journey: name, ...sums })),
    days: by((line) => line.day).map(({ name, ...sums }) => ({ day: name, ...sums })),
    heldOut: lines.filter(({ heldOut }) => heldOut).reduce((sum, { count }) => sum + count, 0),
  };
}

function filterOf(call: Asked): LedgerFilter {
  const [from, to, journey, kind] = [call.query('from'), call.query('to'), call.query('journey'), call.query('class')];
  if (kind !== undefined && kind !== 'marketing' && kind !== 'transactional')
    throw wrong('class', `There is no class "${kind}"`);
  return {
    ...(from === undefined ? {} : { from: momentOf('from', from) }),
    ...(to === undefined ? {} : { to: momentOf('to', to) }),
    ...(journey === undefined ? {} : { journey }),
    ...(kind === undefined ? {} : { class: kind }),
  };
}

function momentOf(name: string, text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw wrong(name, `"${text}" is no moment such as 2026-11-23T10:00:00Z`);
  return at;
}

function limitOf(call: Asked): number {
  const limit = Number(call.query('limit') ?? 100);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 1000) return limit;
  throw wrong('limit', 'It goes from 1 to 1000');
}

function isState(text: string): text is LedgerState {
  return (ledgerStates as readonly string[]).includes(text);
}

function wrong(where: string, why: string): BeckonError {
  return new BeckonError(errors.API_INPUT_INVALID, why, { where });
}

/** The ledger's numbers as Prometheus reads them, on `GET /metrics`. Pure. */
export function ledgerMetrics(
  lines: readonly LedgerLine[],
  about: { frozen: boolean; late: number; resent: number },
): string {
  const groups = new Map<string, number>();
  for (const { state, class: kind, count } of lines) {
    const labels = `state="${state}",class="${kind}"`;
    groups.set(labels, (groups.get(labels) ?? 0) + count);
  }
  return [
    '# HELP beckon_messages Messages in the send ledger, by the state they are in.',
    '# TYPE beckon_messages gauge',
    ...[...groups].map(([labels, count]) => `beckon_messages{${labels}} ${count}`),
    '# HELP beckon_messages_resent Messages sent once more after doubt.',
    '# TYPE beckon_messages_resent gauge',
    `beckon_messages_resent ${about.resent}`,
    '# HELP beckon_attempts_late Attempts whose answer came after they were given up.',
    '# TYPE beckon_attempts_late gauge',
    `beckon_attempts_late ${about.late}`,
    '# HELP beckon_sending_frozen 1 while all mail is held back.',
    '# TYPE beckon_sending_frozen gauge',
    `beckon_sending_frozen ${about.frozen ? 1 : 0}`,
    '',
  ].join('\n');
}
