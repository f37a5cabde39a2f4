import { readFileSync } from 'node:fs';
import { assert, constantFrom, jsonValue, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { journeyJsonSchema } from './definition-json.ts';
import { recipes } from './recipe.ts';
import { messagesOf, problemsOf } from './validate.ts';

const cart = recipes().find(({ key }) => key === 'abandoned-cart')!;
const said = (document: unknown) => problemsOf(document, messagesOf(cart));

describe('the form of a journey', () => {
  it('is published as the JSON Schema that lies in the package', () => {
    const file = readFileSync(new URL('./journey.schema.json', import.meta.url), 'utf8');
    expect(JSON.parse(file), 'npx tsx tool/draw-schema.ts writes it anew').toEqual(journeyJsonSchema());
  });

  it('knows every name, and says which was meant (journeys §2.5)', () => {
    const { lateness, ...rest } = cart;
    expect(said({ ...rest, latness: lateness })).toEqual([
      { where: 'latness', what: 'There is no "latness" here; did you mean "lateness"?' },
    ]);
    const wait = { kind: 'wait', fro: 'PT4H', next: 'reachable' };
    expect(said({ ...cart, activities: { ...cart.activities, wait } })).toEqual([
      { where: 'activities.wait.fro', what: 'There is no "fro" here; did you mean "for"?' },
    ]);
  });

  it('has no salt to change: who is held out hangs on the key alone, so a running comparison stays one (trust row 107)', () => {
    expect(said({ ...cart, salt: 'another' })).toMatchObject([{ where: 'salt' }]);
    expect(said({ ...cart, holdout: { share: 0.1, salt: 'another' } })).not.toEqual([]);
    const mail = Object.entries(cart.activities).find(([, { kind }]) => kind === 'message')!;
    const salted = { ...mail[1], salt: 'another' };
    const document = { ...cart, activities: { ...cart.activities, [mail[0]]: salted } };
    expect(said(document)).toMatchObject([{ where: `activities.${mail[0]}.salt` }]);
  });

  it('keeps what is one’s own', () => {
    const wait = { ...cart.activities['wait'], 'x-note': { by: 'us' } };
    expect(said({ ...cart, 'x-team': 'crm', activities: { ...cart.activities, wait } })).toEqual([]);
  });

  it('says of what kind a value should be, and goes on with the rest', () => {
    const activities = { ...cart.activities, wait: { kind: 'wait', for: 4, next: 'reachable' }, done: { kind: 'end' } };
    expect(said({ ...cart, holdout: '10 %', exits: {}, entry: { kind: 'evnt' }, activities })).toEqual([
      {
        where: 'entry.kind',
        what: '"evnt" is no kind; known kinds are event, audience, business; did you mean "event"?',
      },
      { where: 'exits', what: 'A list is wanted here, not {}' },
      { where: 'holdout', what: 'A number is wanted here, not "10 %"' },
      { where: 'activities.wait.for', what: 'A text is wanted here, not 4' },
      { where: 'activities.done.label', what: '"label" is missing' },
    ]);
  });

  it('says where to go on where nothing does', () => {
    const mail = { kind: 'message', message: 'abandoned-cart' };
    expect(said({ ...cart, activities: { ...cart.activities, mail } })).toEqual([
      { where: 'activities.mail.next', what: 'Where to go on is missing' },
    ]);
  });

  it('never fails on a document that was damaged in some place', () => {
    const places = placesIn(cart);
    assert(
      property(constantFrom(...places), jsonValue({ maxDepth: 2 }), (place, junk) => {
        expect(Array.isArray(said(damaged(cart, place, junk)))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

/** Paths to every value of a document. */
function placesIn(value: unknown, here: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [here];
  return [here, ...Object.entries(value).flatMap(([name, one]) => placesIn(one, [...here, name]))];
}

function damaged(value: unknown, [name, ...deeper]: string[], junk: unknown): unknown {
  if (name === undefined) return junk;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
  copy[name] = damaged(copy[name], deeper, junk);
  return copy;
}
