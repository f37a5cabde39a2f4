import { beforeEach, describe, expect, it } from 'vitest';
import { Office } from '../../test/support/journeys.ts';
import { typeOfSample } from '../language/index.ts';
import { takenIn, trimmed } from './answer.ts';
import type { CallAnswer } from './call.ts';
import type { CustomAction, JourneyDefinition } from './definition.ts';
import { problemsOf } from './validate.ts';

const minute = 60_000;
const hour = 60 * minute;
const action: CustomAction = {
  kind: 'action',
  name: 'Recs',
  method: 'POST',
  url: 'https://recs.example.com/v1',
  retries: 0,
  next: 'mail',
};
const journey = (
  more: Partial<CustomAction> = {},
  activities: JourneyDefinition['activities'] = {},
): JourneyDefinition => ({
  key: 'asks',
  name: 'Asks',
  entry: { kind: 'event', event: 'cart.changed' },
  start: 'ask',
  activities: {
    ask: { ...action, ...more },
    popular: { ...action, url: '/v1/popular' },
    mail: { kind: 'message', message: 'reminder', next: 'done', onExcluded: 'unsent' },
    done: { kind: 'end', label: 'Done' },
    unsent: { kind: 'end', label: 'Unsent' },
    failed: { kind: 'end', label: 'Failed' },
    few: { kind: 'end', label: 'Too little to show' },
    ...activities,
  },
});
const items = (...ids: string[]): CallAnswer => ({ status: 200, headers: {}, text: JSON.stringify({ items: ids }) });

let office: Office;
beforeEach(async () => {
  office = await Office.open();
});
const pass = async () => {
  await office.happens(office.add('coat'));
  await office.runner.act();
};
const told = () =>
  office.planned.map(({ context }) => (context as { journey: { actions: { Recs: unknown } } }).journey.actions.Recs);

describe('what is kept of an answer', () => {
  const take = (more: Partial<CustomAction>, value: unknown, ok = true) =>
    takenIn({ ...action, ...more }, { ok, status: ok ? 'http_200' : 'http_500', value, reason: null }, () => null);

  it('is only what is declared, at any depth, so that a run stays small (journeys §4, C7)', () => {
    const type = typeOfSample({ items: [{ sku: 'A', price: { amount: 1 } }], note: null });
    const given = {
      items: [{ sku: 'B', price: { amount: 2, tax: 1 }, text: 'long' }, 'odd'],
      note: { any: 1 },
      debug: 'x'.repeat(99),
    };
    expect(trimmed(given, type)).toEqual({
      items: [{ sku: 'B', price: { amount: 2 } }, 'odd'],
      note: { any: 1 },
    });
    expect(take({}, given).kept).toEqual({ ...given, jo_status_code: 'http_200' });
  });

  it('stands under value where it has no names (journeys §5 15)', () => {
    expect(take({}, [1, 2]).kept).toEqual({ value: [1, 2], jo_status_code: 'http_200' });
    expect(take({ responseSample: [{ a: 1 }] }, [{ a: 1, b: 2 }]).kept).toMatchObject({ value: [{ a: 1 }] });
  });

  it('is nothing where it is too much, and then the call has failed (journeys D1, §4)', () => {
    expect(take({}, { text: 'x'.repeat(300_000) })).toMatchObject({
      ok: false,
      kept: { jo_status_code: 'internalError' },
      why: expect.stringContaining('declare its fields'),
    });
  });

  it('of a failure is its body, with types of its own (journeys C8)', () => {
    const typed = journey(
      { errorSample: { code: 7 } },
      {
        mail: {
          kind: 'condition',
          paths: [
            { label: 'a', when: 'context.journey.actions.Recs.errorResponse.code = 7', next: 'done' },
            { label: 'b', when: 'context.journey.actions.Recs.errorResponse.cod = 7', next: 'done' },
          ],
          otherwise: 'done',
        },
        popular: { kind: 'end', label: 'x' },
      },
    );
    typed.activities['ask'] = { ...(typed.activities['ask'] as CustomAction), responseSample: { items: [] } };
    expect(problemsOf(typed, new Set(['reminder'])).map(({ where }) => where)).toEqual([
      'activities.mail.paths[1].when',
    ]);
  });
});

describe('too few items (journeys §5 20)', () => {
  const enough = { least: 2, otherwise: 'skip' as const };

  it('go on all the same, and the mail can see it', async () => {
    await office.live(journey({ enough: { ...enough, otherwise: 'send' } }));
    office.respond = () => items('a');
    await pass();
    expect(told()).toEqual([{ items: ['a'], jo_enough: false, jo_status_code: 'http_200' }]);
    expect(await office.history(office.planned[0]!.profileId)).toContain('action');
    const [step] = await office.store.rows({
      text: "select detail->>'why' as why from journey_step where kind = 'action'",
    });
    expect(step).toEqual({ why: '1 of at least 2 items came' });
  });

  it('are filled from a backup, under the same name', async () => {
    await office.live(journey({ enough: { ...enough, otherwise: 'backup', backup: 'popular' } }));
    office.respond = ({ url }) => (url === '/v1/popular' ? items('x', 'y', 'z') : items('a'));
    await pass();
    await office.runner.act();
    expect(told()).toEqual([{ items: ['x', 'y', 'z'], jo_status_code: 'http_200' }]);
  });

  it('send no mail: the run goes another way, or ends and says why', async () => {
    await office.live(journey({ enough: { ...enough, onFew: 'few' } }));
    office.respond = () => ({ ...items(), text: '' });
    await pass();
    expect(await office.states()).toEqual(['Too little to show']);
    await office.live(journey({ enough }));
    await office.happens(office.add('hat', 2));
    await office.runner.act();
    expect((await office.states()).at(-1)).toBe('0 of at least 2 items came');
    expect(office.planned).toEqual([]);
  });

  it('are counted where it is said, or at the root', async () => {
    await office.live(journey({ enough: { ...enough, items: 'response.a.list' } }));
    office.respond = () => ({ ...items(), text: '{"a":{"list":[1,2]}}' });
    await pass();
    await office.live(journey({ enough }));
    office.respond = () => ({ ...items(), text: '[1,2]' });
    await office.happens(office.add('hat', 2));
    await office.runner.act();
    expect(told()).toMatchObject([{ jo_enough: true }, { jo_enough: true, value: [1, 2] }]);
  });

  it('are not checked into a backup that nobody could read', () => {
    const wrong = (given: NonNullable<CustomAction['enough']>, backupName = 'Recs') =>
      problemsOf(journey({ enough: given }, { popular: { ...action, name: backupName } }), new Set(['reminder'])).map(
        ({ where }) => where,
      );
    expect(wrong({ least: 2, otherwise: 'backup' })).toEqual(['activities.ask.enough.backup']);
    expect(wrong({ least: 2, otherwise: 'backup', backup: 'popular' }, 'Other')).toEqual([
      'activities.ask.enough.backup',
    ]);
    expect(wrong({ least: 2, otherwise: 'backup', backup: 'popular' })).toEqual([]);
    expect(wrong({ least: 0, otherwise: 'skip', onFew: 'nowhere' })).toEqual([
      'activities.ask.enough.least',
      'activities.ask.enough.onFew',
    ]);
  });
});

describe('an answer that has grown old (journeys §5 19)', () => {
  const wait = { kind: 'wait' as const, for: 'PT8H', next: 'mail' };

  it('is asked for anew before the mail is planned', async () => {
    await office.live(journey({ maxAge: 'PT15M', next: 'wait' }, { wait }));
    office.respond = () => items('old');
    await pass();
    office.clock.advance(8 * hour);
    office.respond = () => items('new');
    await office.runner.wake();
    expect(office.planned, 'nothing is planned with what was true this morning').toEqual([]);
    await office.runner.act();
    expect(told()).toMatchObject([{ items: ['new'] }]);
    expect(new Set(office.asked.map(({ headers }) => headers['idempotency-key'])).size).toBe(2);
  });

  it('is asked for anew when the mail was held meanwhile, and the mail is planned again', async () => {
    await office.live(journey({ maxAge: 'PT15M' }));
    office.respond = () => items('old');
    await pass();
    const { runId, activity, visit } = office.planned[0]!;
    const still = async () =>
      (await office.store.inTransaction((tx) => office.runner.stillTrue(tx, [{ runId, activity, visit }])))[0];
    expect(await still()).toBe(true);
    office.clock.advance(11 * hour); // quiet hours
    const reason = await still();
    expect(reason).toBe('The answer of Recs is older than PT15M');
    office.respond = () => items('new');
    await office.tell('excluded', String(reason));
    await office.runner.act();
    expect(told()).toMatchObject([{ items: ['old'] }, { items: ['new'] }]);
    expect(office.planned[1]!.visit).toBeGreaterThan(visit);
    await office.tell();
    expect(await office.states()).toEqual(['Done']);
  });

  it('that cannot be had anew sends nobody what was true a while ago', async () => {
    await office.live(journey({ maxAge: 'PT15M', next: 'wait' }, { wait }));
    office.respond = () => items('old');
    await pass();
    office.clock.advance(8 * hour);
    office.respond = () => ({ ...items(), status: 503 });
    await office.runner.wake();
    await office.runner.act();
    expect(office.planned).toEqual([]);
    expect(await office.states()).toEqual(['Unsent']);
    expect(await office.history((await office.runs())[0]!.profileId)).toContain('messaged: Recs gave no fresh answer');
  });

  it('does not stand in the way of a mail that was left out for another reason', async () => {
    await office.live(journey({ maxAge: 'PT15M' }));
    office.respond = () => items('old');
    await pass();
    office.clock.advance(hour);
    await office.tell('excluded', 'no consent');
    expect(await office.states()).toEqual(['Unsent']);
    expect(office.asked).toHaveLength(1);
  });

  it('comes from the cache only while half of its life is left', async () => {
    await office.live(journey({ maxAge: 'PT10M', cache: 'PT1H' }));
    office.respond = () => items('a');
    await pass();
    office.clock.advance(6 * minute);
    await office.happens(office.add('hat', 2));
    await office.runner.act();
    expect(office.asked).toHaveLength(2);
  });
});
