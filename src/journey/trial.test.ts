import { beforeEach, describe, expect, it } from 'vitest';
import { Office } from '../../test/support/journeys.ts';
import { typeOfSample } from '../language/index.ts';
import { CallTimeout, type CallAnswer } from './call.ts';
import type { CustomAction, JourneyDefinition } from './definition.ts';
import { misfitsOf, type Wish } from './trial.ts';

const action: CustomAction = {
  kind: 'action',
  name: 'Recs',
  method: 'POST',
  url: 'https://recs.example.com/v1',
  headers: { authorization: 'Bearer {{secret.recs}}' },
  body: { cart: '=event.cartId', before: '=context.journey.actions.First.n' },
  responseSample: { items: [{ sku: 'A', price: 1 }] },
  retries: 3,
  next: 'done',
};
const journey = (more: Partial<CustomAction> = {}): JourneyDefinition => ({
  key: 'asks',
  name: 'Asks',
  entry: { kind: 'event', event: 'cart.changed' },
  start: 'first',
  activities: {
    first: { kind: 'action', name: 'First', method: 'GET', url: '/v1/first', next: 'wait' },
    wait: { kind: 'wait', for: 'P1D', next: 'ask' },
    ask: { ...action, ...more },
    done: { kind: 'end', label: 'Done' },
  },
});
const said = (value: unknown, status = 200): CallAnswer => ({
  status,
  headers: { 'content-type': 'application/json', 'set-cookie': 'a=b' },
  text: typeof value === 'string' ? value : JSON.stringify(value),
});

let office: Office;
beforeEach(async () => {
  office = await Office.open();
  await office.secrets.put('recs', 'sk-live-4711');
});

async function attempt(more: Partial<CustomAction> = {}, wish: Partial<Wish> = {}) {
  const definition = journey(more);
  await office.happens(office.add('coat'));
  const [run] = await office.store.rows<{ id: string }>({ text: 'select id from profile limit 1' });
  const profile = (await office.profiles.get(run!.id))!;
  const made = definition.activities['ask'] as CustomAction;
  return office.runner.tryAction({ definition, activity: 'ask', action: made, profile, send: true, ...wish });
}

describe('a test of an action (journeys C15)', () => {
  it('shows what was sent without its secrets, what came back, and what a run would keep', async () => {
    office.respond = ({ headers }) => said({ items: [{ sku: 'B', price: 2, echo: headers['authorization'] }] });
    const trial = await attempt({}, { event: { cartId: 'c1' } });
    expect(office.asked[0]!.headers['authorization']).toBe('Bearer sk-live-4711');
    expect(JSON.stringify(trial)).not.toContain('4711');
    expect(trial).toMatchObject({
      request: {
        method: 'POST',
        url: action.url,
        body: '{"cart":"c1"}',
        headers: { authorization: 'Bearer ~secret.recs~' },
      },
      answer: { status: 200, headers: { 'content-type': 'application/json' } },
      ok: true,
      status: 'http_200',
      kept: { items: [{ sku: 'B', price: 2 }], jo_status_code: 'http_200' },
      misfits: ['response.items[0].echo is not declared, so it is not kept'],
      recording: { status: 200, body: { items: [{ sku: 'B' }] } },
    });
    expect(trial.answer!.headers).not.toHaveProperty('set-cookie');
  });

  it('uses what the person’s last run had gathered, and writes nothing', async () => {
    await office.live(journey());
    office.respond = () => said({ n: 7 });
    await office.happens(office.add('hat'));
    await office.runner.act();
    const before = await office.runs();
    office.respond = () => said({ items: [] });
    const trial = await attempt();
    expect(JSON.parse(trial.request!.body!)).toMatchObject({ before: 7, cart: expect.any(String) });
    expect((await office.runs()).map(({ activity }) => activity)).toEqual(before.map(({ activity }) => activity));
    const rows = await office.store.rows({ text: "select 1 from journey_service where service = 'asks/ask'" });
    expect(rows).toEqual([]);
  });

  it('says why it failed, with a recording of that too', async () => {
    office.respond = () => said({ error: 'no such shop' }, 404);
    expect(await attempt()).toMatchObject({
      ok: false,
      status: 'http_404',
      kept: { errorResponse: { error: 'no such shop' } },
      recording: { status: 404 },
    });
    office.respond = () => said('<html>');
    expect(await attempt()).toMatchObject({
      ok: false,
      why: expect.stringContaining('no JSON'),
      recording: { text: '<html>' },
    });
    office.respond = () => Promise.reject(new CallTimeout('No answer in time'));
    expect(await attempt()).toMatchObject({ status: 'timedout', answer: null, recording: 'no answer' });
    expect(await attempt({ body: '{{event.nothing}}' })).toMatchObject({
      request: null,
      why: expect.stringContaining('has no value'),
    });
    expect(await attempt({ headers: { a: '{{secret.other}}' } })).toMatchObject({ why: 'There is no secret "other"' });
  });

  it('calls nobody when it is only to be filled in', async () => {
    expect(await attempt({}, { send: false })).toMatchObject({ ok: true, status: 'notSent', answer: null });
    expect(office.asked).toEqual([]);
  });

  it('asks for one where a call is for many', async () => {
    const batch = { most: 9, each: { id: '=profile.id' }, answers: 'response' };
    office.respond = () => said([{ items: [{ sku: 'C', price: 3 }] }]);
    const trial = await attempt({ batch, body: '=batch' });
    expect(trial).toMatchObject({ ok: true, kept: { items: [{ sku: 'C' }] } });
    expect(JSON.parse(trial.request!.body!)).toHaveLength(1);
  });

  it('names where the answer is not as declared (which Adobe’s test does not)', () => {
    const type = typeOfSample({ items: [{ sku: 'A', price: 1 }], on: true, at: '2026-01-01T00:00:00Z' });
    expect(misfitsOf({ items: [{ sku: 1 }, 'x'], on: 'yes', at: 5 }, type)).toEqual([
      'response.items[0].sku is declared as text, and came as 1',
      'response.items[0].price is declared, and did not come',
      'response.items[1] is declared as map of sku, price, and came as "x"',
      'response.on is declared as truth, and came as "yes"',
    ]);
    expect(misfitsOf([1, 2], typeOfSample({ a: 1 }))).toEqual(['response is declared as map of a, and came as a list']);
    expect(misfitsOf({ items: Array.from({ length: 99 }, () => 'x') }, type)).toHaveLength(20);
  });
});
