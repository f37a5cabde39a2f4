import { array, assert, constant, constantFrom, integer, oneof, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileExpression } from '../language/index.ts';
import type { Fact, ProfileView } from '../profile/index.ts';
import { decide } from './decide.ts';
import { entriesOf } from './entering.ts';
import type { JourneyDefinition } from './definition.ts';
import { recipes } from './recipe.ts';
import type { Decision, Hands, Input, Run } from './run.ts';

const hour = 3_600_000;
const start = Date.UTC(2026, 10, 24, 9);

const ada: ProfileView = {
  id: 'p-1',
  email: 'ada@example.com',
  firstName: 'Ada',
  attributes: {},
  timeZone: null,
  language: null,
  ecid: '1'.repeat(38),
  cart: { id: 'c-1', lines: [{ item: 'coat-1', quantity: 1 }], count: 1 },
  viewed: [],
  lastViewed: null,
  mostViewed: null,
  lastPurchased: null,
  favouriteCategory: null,
  categories: [],
  visits: 1,
  visit: null,
  traits: {},
  orders: [],
  lastSeenAt: start,
  firstSeenAt: start,
  consent: { 'email-marketing': true },
  reachable: true,
  mailed: {},
  audiences: [],
};

const recipe = (key: string) => recipes().find((one) => one.key === key)!;
const cart = recipe('abandoned-cart');
const fact = (name: string, data: Record<string, unknown> = {}, at = start): Fact => ({
  name,
  profileId: 'p-1',
  at,
  id: name,
  data,
  bot: false,
});
const cartChanged = (at = start, lines = [{ item: 'coat-1', quantity: 1 }]) =>
  fact('cart.changed', { cartId: 'c-1', lines, ecid: null }, at);

function hands(now: number, more: Partial<Hands> = {}): Hands {
  return {
    definition: cart,
    now,
    profile: ada,
    zone: 'Europe/Stockholm',
    times: () => [],
    evaluate: (source, scope) => compileExpression(source).evaluate(scope, { now }),
    ...more,
  };
}

function blank(definition = cart): Run {
  return {
    id: 'r-1',
    shard: 0,
    journey: definition.key,
    version: 1,
    profileId: 'p-1',
    key: 'c-1',
    state: 'waiting',
    activity: 'entry',
    moves: 0,
    context: { events: {}, actions: {} },
    enteredAt: start,
    movedAt: start,
    due: null,
    endedAt: null,
    endReason: null,
  };
}

const entered = (now = start) =>
  decide(blank(), { kind: 'enter', at: start, data: cartChanged().data }, hands(now)).run;
const after = (run: Run, input: Input, now: number, more: Partial<Hands> = {}): Decision =>
  decide(run, input, hands(now, more));

describe('abandoned cart, when Ada leaves with a coat in her cart', () => {
  it('waits four hours from the change of the cart, not from when we heard of it', () => {
    expect(entered(start + 60_000)).toMatchObject({ state: 'waiting', activity: 'wait', due: start + 4 * hour });
  });

  it('and comes back to change it — the wait begins again, and the latest cart is kept (journeys §5 8)', () => {
    const lines = [{ item: 'coat-2', quantity: 2 }];
    const { run } = after(entered(), { kind: 'fact', fact: cartChanged(start + hour, lines) }, start + hour);

    expect(run).toMatchObject({ state: 'waiting', due: start + 5 * hour });
    expect(run.context.events.entry).toMatchObject({ lines });
  });

  it('and an older change comes late — the cart is taken, the wait is not shortened', () => {
    const later = after(entered(), { kind: 'fact', fact: cartChanged(start + hour) }, start + hour).run;
    const { run } = after(later, { kind: 'fact', fact: cartChanged(start + 60_000) }, start + hour);

    expect(run.due).toBe(start + 5 * hour);
  });

  it.each([
    ['ordered', 'Bought'],
    ['cart.emptied', 'Cart emptied'],
    ['consent.lost', 'Consent withdrawn'],
  ])('and %s — the run ends at once and says why', (name, reason) => {
    const { run, commands, steps } = after(entered(), { kind: 'fact', fact: fact(name) }, start + hour);

    expect(run).toMatchObject({ state: 'ended', endReason: reason, due: null });
    expect(commands).toEqual([]);
    expect(steps).toMatchObject([{ kind: 'exited', reason }]);
  });

  it('and does nothing — the action is called, and its answer decides what the mail shows', () => {
    const due = after(entered(), { kind: 'due' }, start + 4 * hour);
    expect(due.commands).toMatchObject([{ do: 'call', activity: 'recommend', action: { url: '/v1/recommendations' } }]);

    const answer = { items: [{ id: 'sweat-1' }], cart: [{ id: 'coat-1', quantity: 1 }] };
    const answered = after(
      due.run,
      { kind: 'answered', moves: due.run.moves, ok: true, status: 'http_200', value: answer },
      start + 4 * hour,
    );
    expect(answered.commands).toMatchObject([{ do: 'send', activity: 'mail', message: 'abandoned-cart' }]);
    expect(answered.run.context.actions['Recommend']).toEqual({ ...answer, jo_status_code: 'http_200' });

    const sent = after(
      answered.run,
      { kind: 'messaged', moves: answered.run.moves, outcome: 'accepted', reason: null },
      start + 4 * hour,
    );
    expect(sent.run).toMatchObject({ state: 'ended', endReason: 'Reminded' });
  });

  it('and cannot be written to — no call is made', () => {
    const { run, commands } = after(entered(), { kind: 'due' }, start + 4 * hour, {
      profile: { ...ada, reachable: false },
    });

    expect(run).toMatchObject({ state: 'ended', endReason: 'No address or no consent' });
    expect(commands).toEqual([]);
  });

  it('and changes the cart while the mail is held — the mail is cancelled, and the wait begins again', () => {
    const due = after(entered(), { kind: 'due' }, start + 4 * hour).run;
    const sending = after(
      due,
      { kind: 'answered', moves: due.moves, ok: true, status: 'http_200', value: {} },
      start + 4 * hour,
    ).run;
    const { run, commands } = after(sending, { kind: 'fact', fact: cartChanged(start + 5 * hour) }, start + 5 * hour);

    expect(commands).toEqual([{ do: 'cancel', reason: 'It happened again' }]);
    expect(run).toMatchObject({ state: 'waiting', activity: 'wait', due: start + 9 * hour });
    const late = after(
      run,
      { kind: 'messaged', moves: sending.moves, outcome: 'accepted', reason: null },
      start + 5 * hour,
    );
    expect(late.steps).toEqual([]);
  });

  it('and buys while the mail is held — the mail is cancelled', () => {
    const due = after(entered(), { kind: 'due' }, start + 4 * hour).run;
    const sending = after(
      due,
      { kind: 'answered', moves: due.moves, ok: true, status: 'http_200', value: {} },
      start + 4 * hour,
    ).run;
    const { run, commands } = after(sending, { kind: 'fact', fact: fact('ordered') }, start + 5 * hour);

    expect(run.state).toBe('ended');
    expect(commands).toEqual([{ do: 'cancel', reason: 'Bought' }]);
  });

  it('and the recommendation fails for good — the error branch is taken', () => {
    const due = after(entered(), { kind: 'due' }, start + 4 * hour).run;
    const { run } = after(
      due,
      { kind: 'answered', moves: due.moves, ok: false, status: 'timedout', value: {} },
      start + 4 * hour,
    );

    expect(run).toMatchObject({ state: 'ended', endReason: 'No recommendation came back' });
  });

  it('and the system was down for days — the run ends as late instead of mailing (trust row 56)', () => {
    expect(after(entered(), { kind: 'due' }, start + 30 * hour).run).toMatchObject({
      state: 'ended',
      endReason: expect.stringContaining('Too late'),
    });
  });
});

describe('decide()', () => {
  it('ignores an answer to an older call, and anything after the end', () => {
    const due = after(entered(), { kind: 'due' }, start + 4 * hour).run;
    const stale = after(
      due,
      { kind: 'answered', moves: due.moves - 1, ok: true, status: 'http_200', value: {} },
      start + 4 * hour,
    );
    expect([stale.steps, stale.commands, stale.run.moves]).toEqual([[], [], due.moves]);

    const ended = after(due, { kind: 'fact', fact: fact('ordered') }, start + 5 * hour).run;
    expect(after(ended, { kind: 'due' }, start + 6 * hour)).toMatchObject({ steps: [], commands: [] });
  });

  it('ends a journey that goes in a circle instead of hanging (journeys A19)', () => {
    const condition = (next: string) => ({ kind: 'condition' as const, paths: [], otherwise: next });
    const circle: JourneyDefinition = { ...cart, start: 'a', activities: { a: condition('b'), b: condition('a') } };

    expect(
      decide(blank(), { kind: 'enter', at: start, data: {} }, hands(start, { definition: circle })).run.endReason,
    ).toBe('The journey goes in a circle');
  });

  it('never changes the run it is given, and gives the same for the same (property)', () => {
    const inputs = array(
      oneof(
        constant<Input>({ kind: 'due' }),
        integer({ min: 0, max: 6 }).map((moves): Input => ({
          kind: 'answered',
          moves,
          ok: moves % 2 === 0,
          status: 'http_200',
          value: {},
        })),
        integer({ min: 0, max: 6 }).map((moves): Input => ({
          kind: 'messaged',
          moves,
          outcome: 'accepted',
          reason: null,
        })),
        constantFrom('ordered', 'cart.changed', 'cart.emptied', 'other').map((name): Input => ({
          kind: 'fact',
          fact: fact(name, cartChanged().data, start + hour),
        })),
      ),
      { maxLength: 12 },
    );
    assert(
      property(inputs, integer({ min: 0, max: 8 }), (list, hours) => {
        let run = entered();
        for (const [i, input] of list.entries()) {
          const now = start + (hours + i) * hour;
          const before = structuredClone(run);
          const one = after(run, input, now);
          expect(run).toEqual(before);
          expect(after(before, input, now)).toEqual(one);
          expect(one.run.moves).toBeGreaterThanOrEqual(run.moves);
          expect(one.run.state === 'waiting').toBe(one.run.due !== null);
          expect(one.run.state === 'ended').toBe(one.run.endReason !== null);
          run = one.run;
        }
      }),
    );
  });
});

describe('entriesOf()', () => {
  const entryKey = (...given: Parameters<typeof entriesOf>) => entriesOf(...given)[0]?.key ?? null;

  it('takes the cart as key, and refuses an empty one', () => {
    expect(entryKey(cart, cartChanged(), hands(start))).toBe('c-1');
    expect(entryKey(cart, cartChanged(start, []), hands(start))).toBeNull();
    expect(entryKey(cart, fact('visit.ended'), hands(start))).toBeNull();
  });

  it('lets in whoever looked and left with an empty cart and no order', () => {
    const viewed = recipe('viewed-not-bought');
    const visit = (data: Record<string, unknown>) =>
      entryKey(viewed, fact('visit.ended', { views: ['watch-1'], orders: 0, cart: [], ...data }), hands(start));

    expect(visit({})).toBe('');
    expect([visit({ views: [] }), visit({ orders: 1 }), visit({ cart: [{ item: 'coat-1', quantity: 1 }] })]).toEqual([
      null,
      null,
      null,
    ]);
  });
});
