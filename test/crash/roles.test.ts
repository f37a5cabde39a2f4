import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Report } from '../support/beckon.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { freshDatabase } from '../support/database.ts';
import { Fleet } from '../support/fleet.ts';
import { openSink, type Sink } from './sink.ts';

/**
 * Processes with different roles share one PostgreSQL. While people come in, one of each kind is killed, and the others take over.
 * With BECKON_ROLES_SECONDS it is the whole thing: three that collect, two each with journeys, that send and that recommend, and
 * for so long one after the other is killed and comes back.
 */
const seconds = Number(process.env['BECKON_ROLES_SECONDS'] ?? 0);
const isWhole = seconds > 0;
const kinds = ['collect', 'journey', 'send', ...(isWhole ? ['recommend'] : [])];
const crew = [...kinds, ...kinds, ...(isWhole ? ['collect'] : [])];
/** People who come in at a time, while somebody is killed. */
const together = 8;

let fleet: Fleet;
let sink: Sink;
let store: Store;

beforeAll(async () => {
  sink = await openSink();
  const databaseUrl = await freshDatabase();
  store = await openStore(databaseUrl, { connections: 2 });
  fleet = await Fleet.open(databaseUrl, {
    BECKON_SMTP_URL: sink.url,
    BECKON_FROM: 'Shop <news@shop.example>',
    BECKON_POSTAL_ADDRESS: 'Street 1, Town',
  });
  await fleet.launch(isWhole ? 'studio' : 'studio,recommend');
  await Promise.all(crew.map((roles) => fleet.launch(roles)));
  await setScene();
}, 240_000);
afterAll(async () => {
  await fleet?.close();
  await store?.close();
  await sink?.close();
});

/** A journey of one question and one mail, for everybody who asks for it. */
async function setScene(): Promise<void> {
  const studio = fleet.one('studio');
  const blocks = [{ kind: 'text', words: 'You asked for this' }, { kind: 'footer' }];
  const preheader = 'This is what you asked for, and nothing else, in one short line.';
  await studio.api('PUT', '/v1/templates/asked', { name: 'Asked', subject: 'You asked', preheader, blocks });
  await studio.api('POST', '/v1/templates/asked/publish');
  await studio.api('PUT', '/v1/journeys/asked', {
    key: 'asked',
    name: 'Asked',
    entry: { kind: 'event', event: 'asked' },
    holdout: 0,
    // The test may run at night.
    quietHours: null,
    start: 'ask',
    activities: {
      ask: {
        kind: 'action',
        name: 'Ask',
        method: 'POST',
        url: '/v1/recommendations',
        body: { criterion: 'popular', profileId: '=profile.id', limit: 3 },
        timeout: 'PT10S',
        retries: 10,
        next: 'mail',
        onError: 'unanswered',
      },
      mail: { kind: 'message', message: 'asked', next: 'done', onExcluded: 'unsent' },
      done: { kind: 'end', label: 'Done' },
      unsent: { kind: 'end', label: 'Not sent' },
      unanswered: { kind: 'end', label: 'No answer' },
    },
  });
  await studio.api('POST', '/v1/journeys/asked/publish');
}

/** Somebody comes in by one process and asks by another. @returns how many events were acknowledged */
async function comesIn(no: number): Promise<number> {
  const identities = { email: `p${no}@people.example` };
  const known = { id: `known-${no}`, identities, consent: { 'email-marketing': 'in' } };
  await fleet.insist('collect', '/v1/profiles', [known]);
  await fleet.insist('collect', '/v1/events', [{ id: `asked-${no}`, type: 'asked', identities }]);
  return 2;
}

const count = async (text: string) => (await store.rows<{ n: number }>({ text }))[0]!.n;

/** For whoever reads of a failure: where runs, mails and events stand. */
async function standing(): Promise<string> {
  const rows = await store.rows({
    text: `select 'run ' || state as what, count(*)::int as n from journey_run group by 1
      union all select concat_ws(' ', 'mail', state, reason), count(*)::int from message group by 1
      union all select 'entered not: ' || reason, count(*)::int from journey_refusal group by 1
      union all select 'inbox', count(*)::int from event_inbox union all select 'set aside', count(*)::int from event_quarantine`,
  });
  return JSON.stringify(rows);
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const began = performance.now();
  while (!(await isSo())) {
    if (performance.now() - began > 60_000) throw new Error(`Not within a minute: ${what}; ${await standing()}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

it(
  'a process of each kind is killed under load: the log has each accepted event once, and everybody one mail',
  async () => {
    let people = 0;
    let accepted = 0;
    const began = performance.now();
    for (let no = 0; no < kinds.length || performance.now() - began < seconds * 1000; no++) {
      const able = fleet.ships.filter(({ roles }) => roles === kinds[no % kinds.length]);
      const victim = able[no % able.length]!;
      const coming = Array.from({ length: together }, () => comesIn(++people));
      await (isWhole ? fleet.crash(victim) : fleet.lose(victim));
      for (const events of await Promise.all(coming)) accepted += events;
    }
    // What a sender that died had on the wire is in doubt when its lease has run out, eleven minutes later.
    await store.run({
      text: `update message set lease_until = now() where state = 'sending' and lease_until > now() + interval '1 minute'`,
    });

    const ended = 'select count(*)::int as n from journey_run where ended_at is not null';
    await until(`all ${people} runs have ended`, async () => (await count(ended)) === people);
    const [log] = await store.rows({
      text: `select count(*)::int as n, count(distinct body ->> 'id')::int as ids from event where body ->> 'source' = 'server'`,
    });
    expect(log).toEqual({ n: accepted, ids: accepted });
    const { runs, messages } = await fleet.one('studio').api<Report>('GET', '/v1/journeys/asked/report');
    expect(runs).toMatchObject({ entered: people, ended: people });
    // A marketing mail that was on the wire when its process died is in doubt, and not sent again.
    const doubt = await count(`select count(*)::int as n from message where state in ('in_doubt', 'abandoned')`);
    expect([messages.planned, messages.accepted + doubt]).toEqual([people, people]);
    expect([...sink.mails.values()].filter((times) => times > 1)).toEqual([]);
    expect(sink.mails.size).toBeGreaterThanOrEqual(messages.accepted);
    expect(sink.mails.size).toBeLessThanOrEqual(people);
    const owners = await store.rows({ text: 'select distinct owner from event_shard where lease_until > now()' });
    expect(owners).toHaveLength(isWhole ? 2 : 1);
  },
  240_000 + seconds * 1000,
);
