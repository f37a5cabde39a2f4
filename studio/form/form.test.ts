import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { wordKey } from './form.ts';
import { durationOf, lengthOf } from './length.ts';
import { type Place, type Schema, asKind, blankOf, kindOf, placeName, shapeOf, withPart, wordsOf } from './schema.ts';

const journey = JSON.parse(
  readFileSync(new URL('../../src/journey/journey.schema.json', import.meta.url), 'utf8'),
) as Schema;
const entry = journey.properties!['entry']!;
const activity = Object.values(journey.properties!['activities']!.patternProperties!)[0]!;

/** Places of all fields that a form of this schema may show. */
function placesOf(schema: Schema, place: Place = []): { place: Place; schema: Schema }[] {
  const here = place.length === 0 ? [] : [{ place, schema }];
  const shape = shapeOf(schema);
  const inner = shape === 'list' ? schema.items! : shape === 'orNone' ? schema.anyOf![0]! : schema;
  if (shape === 'kinds') return [...here, ...schema.anyOf!.flatMap((way) => placesOf(way, place))];
  const parts = Object.entries(inner.properties ?? {}).filter(([name]) => name !== 'kind' && name !== '$schema');
  return [...here, ...parts.flatMap(([name, part]) => placesOf(part, [...place, name]))];
}

describe('a form made from a schema', () => {
  it('has a label for every field of a journey, its entries and its activities, and a word for every choice', () => {
    const own = Object.fromEntries(
      Object.entries(journey.properties!).filter(([name]) => !['key', 'entry', 'start', 'activities'].includes(name)),
    );
    const forms: [string, Schema][] = [
      ['journey', { type: 'object', properties: own }],
      ['entry', entry],
      ...activity.anyOf!.map((way): [string, Schema] => [String(way.properties!['kind']!.const), way]),
    ];
    const plain = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'RS256', 'PS256', 'ES256'];
    for (const [of, schema] of forms) {
      for (const { place, schema: part } of placesOf(schema)) {
        expect(wordKey('field', of, place), `${of} ${place.join('.')}`).toBeDefined();
        if (shapeOf(part) !== 'choice') continue;
        for (const word of wordsOf(part).filter((one) => !plain.includes(one)))
          expect(wordKey('choice', of, [...place, word]), `${of} ${place.join('.')} ${word}`).toBeDefined();
      }
    }
    for (const kind of wordsOf(entry)) expect(wordKey('choice', 'entry', ['kind', kind])).toBeDefined();
  });

  it('asks in the way that suits: a length of time, a share, an activity, a rule', () => {
    const wait = kindOf(activity, { kind: 'wait' })!.properties!;
    expect(shapeOf(wait['for']!)).toBe('duration');
    expect(shapeOf(wait['at']!)).toBe('time');
    expect(shapeOf(wait['next']!)).toBe('place');
    expect(shapeOf(wait['until']!)).toBe('expression');
    expect(shapeOf(wait['days']!)).toBe('numbers');
    expect(shapeOf(journey.properties!['holdout']!)).toBe('share');
    expect(shapeOf(journey.properties!['quietHours']!)).toBe('orNone');
    expect(shapeOf(journey.properties!['exits']!)).toBe('list');
    const action = kindOf(activity, { kind: 'action' })!.properties!;
    expect([action['headers'], action['body'], action['method'], action['batch']].map((one) => shapeOf(one!))).toEqual([
      'map',
      'json',
      'choice',
      'group',
    ]);
  });

  it('begins with what must be said, and keeps what both kinds know when the kind is changed', () => {
    expect(blankOf(kindOf(activity, { kind: 'end' })!)).toEqual({ kind: 'end', label: '' });
    const enough = kindOf(activity, { kind: 'action' })!.properties!['enough']!;
    expect(blankOf(enough)).toEqual({ least: 1, otherwise: 'send' });
    const audience = kindOf(entry, { kind: 'audience' })!;
    const before = { kind: 'event', event: 'cart.changed', when: 'true', onRepeat: 'restart' };
    expect(asKind(audience, before)).toEqual({ kind: 'audience', audience: '', at: '09:00', when: 'true' });
  });

  it('names places as the server does, and takes out what is left empty', () => {
    expect(placeName(['activities', 'may', 'paths', 0, 'when'])).toBe('activities.may.paths[0].when');
    expect(withPart({ a: 1, b: 2 }, 'a', undefined)).toEqual({ b: 2 });
    expect(Object.keys(withPart({ a: 1, b: 2 }, 'a', 3))).toEqual(['a', 'b']);
  });

  it('reads and writes durations of one unit, and leaves others as text', () => {
    for (const text of ['PT4H', 'PT30M', 'PT0.5S', 'P1D', 'P2W']) expect(durationOf(lengthOf(text)!)).toBe(text);
    for (const text of ['P1DT12H', '', 'P', '4 hours']) expect(lengthOf(text)).toBeNull();
  });
});
