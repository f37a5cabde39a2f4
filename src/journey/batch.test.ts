import { beforeEach, describe, expect, it } from 'vitest';
import { Office } from '../../test/support/journeys.ts';
import type { CallAnswer, CallRequest } from './call.ts';
import type { CustomAction, JourneyDefinition } from './definition.ts';
import { problemsOf } from './validate.ts';

const action: CustomAction = {
  kind: 'action',
  name: 'Recs',
  method: 'POST',
  url: 'https://recs.example.com/v1',
  body: { list: 'best', people: '=batch' },
  batch: {
    most: 4,
    each: { id: '=profile.id', cart: '=event.cartId' },
    answers: 'response.answers',
    key: 'profile.id',
    of: 'one.id',
    status: 'one.status ?: 200',
  },
  retries: 1,
  backOff: { first: 'PT1S' },
  next: 'done',
  onError: 'failed',
};
const journey = (more: Partial<CustomAction> = {}): JourneyDefinition => ({
  key: 'asks',
  name: 'Asks',
  entry: { kind: 'event', event: 'cart.changed' },
  start: 'ask',
  activities: {
    ask: { ...action, ...more },
    done: { kind: 'end', label: 'Done' },
    failed: { kind: 'end', label: 'Failed' },
  },
});
const said = (value: unknown): CallAnswer => ({ status: 200, headers: {}, text: JSON.stringify(value) });
const peopleIn = ({ body }: CallRequest) => (JSON.parse(body!) as { people: { id: string }[] }).people;
const personal = (request: CallRequest) =>
  said({
    answers: peopleIn(request)
      .map(({ id }) => ({ id, items: [`for-${id}`] }))
      .reverse(),
  });

let office: Office;
beforeEach(async () => {
  office = await Office.open();
});
const come = (from: number, to: number) =>
  office.happens(...Array.from({ length: to - from + 1 }, (_, i) => office.add('coat', from + i)));
const got = async () => {
  const rows = await office.store.rows<{ id: string; end: string; got: { items?: string[]; jo_status_code: string } }>({
    text: `select profile_id as id, end_reason as "end", context#>'{actions,Recs}' as got from journey_run order by id`,
  });
  return rows;
};

describe('a call for many (journeys §5 17)', () => {
  it('asks for several at once, and gives each their own answer, in whatever order it comes', async () => {
    await office.live(journey());
    office.respond = personal;
    await come(1, 9);
    await office.runner.act();
    expect(office.asked.map((request) => peopleIn(request).length)).toEqual([4, 4, 1]);
    const rows = await got();
    expect(rows.map(({ end }) => end)).toEqual(Array.from({ length: 9 }, () => 'Done'));
    for (const { id, got: kept } of rows) expect(kept.items).toEqual([`for-${id}`]);
    expect(office.asked[0]!.from).toMatchObject({ journey: 'asks', activity: 'ask', runs: { length: 4 } });
  });

  it('takes answers in the order of the questions, or as an object by key', async () => {
    const { answers: _a, key: _k, of: _o, status: _s, ...plain } = action.batch!;
    await office.live(journey({ batch: plain }));
    office.respond = (request) => said(peopleIn(request).map(({ id }) => ({ items: [id] })));
    await come(1, 2);
    await office.runner.act();
    await office.live(journey({ batch: { ...plain, key: 'profile.id' } }));
    office.respond = (request) => said(Object.fromEntries(peopleIn(request).map(({ id }) => [id, { items: [id] }])));
    await come(3, 4);
    await office.runner.act();
    for (const { id, got: kept } of await got()) expect(kept.items).toEqual([id]);
  });

  it('lets one fail and the others go on: without an answer it is tried again, by its own status for good', async () => {
    await office.live(journey());
    const people: string[] = [];
    office.respond = (request) => {
      const ids = peopleIn(request).map(({ id }) => id);
      if (people.length === 0) people.push(...ids);
      const [first, second] = people;
      const answers = ids.filter((id) => id !== first || office.asked.length > 1).map((id) => ({ id, items: [id] }));
      return said({ answers: answers.map((one) => (one.id === second ? { id: one.id, status: 404 } : one)) });
    };
    await come(1, 4);
    await office.runner.act();
    const now = await got();
    expect(now.filter(({ end }) => end === 'Done')).toHaveLength(2);
    expect(now.find(({ id }) => id === people[1])!.got).toEqual({
      errorResponse: { id: people[1], status: 404 },
      jo_status_code: 'http_404',
    });
    expect(await office.runner.stuck('asks')).toMatchObject({
      runs: [{ why: expect.stringContaining('no answer for it') }],
    });
    office.clock.advance(2000);
    await office.runner.act();
    expect(peopleIn(office.asked[1]!).map(({ id }) => id)).toEqual([people[0]]);
    expect((await got()).find(({ id }) => id === people[0])).toMatchObject({ end: 'Done' });
  });

  it('that fails as a whole is tried again as a whole, with the same key', async () => {
    await office.live(journey());
    office.respond = () => ({ status: 503, headers: {}, text: '' });
    await come(1, 3);
    await office.runner.act();
    office.clock.advance(2000);
    office.respond = personal;
    await office.runner.act();
    const keys = office.asked.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
    expect((await got()).every(({ end }) => end === 'Done')).toBe(true);
  });

  it('counts as one call for the rate', async () => {
    await office.live(journey({ rate: 1 }));
    office.respond = personal;
    await come(1, 8);
    await office.runner.act();
    expect(office.asked).toHaveLength(1);
    office.clock.advance(1000);
    await office.runner.act();
    expect(office.asked.map((request) => peopleIn(request).length)).toEqual([4, 4]);
  });

  it('leaves out only those who cannot be asked for', async () => {
    await office.live(journey({ batch: { ...action.batch!, key: 'profile.email' } }));
    office.respond = (request) =>
      said({ answers: peopleIn(request).map(() => ({ id: 'ada@example.com', items: [1] })) });
    await office.happens(office.named('ada@example.com', 1));
    await come(1, 2);
    await office.runner.act();
    expect(peopleIn(office.asked[0]!)).toHaveLength(1);
    expect((await got()).map(({ end }) => end).sort()).toEqual(['Done', 'Failed']);
  });

  it('with an answer that does not fit fails for each, and says how', async () => {
    const { key: _k, of: _o, ...plain } = action.batch!;
    await office.live(journey({ batch: plain, retries: 0 }));
    office.respond = () => said({ answers: [{}] });
    await come(1, 2);
    await office.runner.act();
    const rows = await office.store.rows<{ why: string }>({
      text: "select detail->>'why' as why from journey_step where kind = 'action'",
    });
    expect(rows.map(({ why }) => why)).toEqual(['2 asked, and 1 answers came', '2 asked, and 1 answers came']);
  });
});

describe('the check of a call for many', () => {
  const found = (more: Partial<CustomAction>) => problemsOf(journey(more), new Set()).map(({ where }) => where);

  it('lets the body speak of nobody in particular, and an entry of its run', () => {
    expect(found({})).toEqual([]);
    expect(found({ body: { a: '=profile.id' } })).toEqual(['activities.ask.body.a']);
    expect(found({ batch: { ...action.batch!, each: { a: '=profile.idd', key: '=call.key' } } })).toEqual([
      'activities.ask.batch.each.a',
    ]);
    expect(found({ batch: { ...action.batch!, most: 1 } })).toEqual(['activities.ask.batch.most']);
    expect(found({ cache: 'PT1M' })).toEqual(['activities.ask.batch']);
    const { key: _, ...keyless } = action.batch!;
    expect(found({ batch: keyless })).toEqual(['activities.ask.batch.key']);
  });
});
