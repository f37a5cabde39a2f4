import { describe, expect, it } from 'vitest';
import type { Identity, Level, ShopEvent } from '../event/index.ts';
import { blankState } from './fold.ts';
import { actingIdentities, identify } from './identify.ts';
import type { Profile } from './profile.ts';

const at = Date.UTC(2026, 10, 24, 9);
const ecid = (id: string): Identity => ({ namespace: 'ecid', id });
const email = (id: string): Identity => ({ namespace: 'email', id });

function event(level: Level, identities: Identity[]): ShopEvent {
  return {
    id: 'e1',
    source: 'test',
    types: ['web.webpagedetails.pageViews'],
    happenedAt: at,
    receivedAt: at,
    level,
    visitor: 'ecid:1',
    identities,
  };
}

/** Who owns what: profile id → its identities. */
function asked(of: ShopEvent, owned: Record<string, Identity[]> = {}) {
  const profiles = new Map<string, Profile>(
    Object.entries(owned).map(([id, identities]) => [
      id,
      { id, shard: 0, version: 1, state: { ...blankState(at), identities } },
    ]),
  );
  const ownerOf = ({ namespace, id }: Identity) =>
    Object.keys(owned).find((key) => owned[key]!.some((one) => one.namespace === namespace && one.id === id));
  return identify(of, ownerOf, (id) => profiles.get(id));
}

describe('actingIdentities()', () => {
  it('lets a browser act by its device alone: no address, no person, none of our own ids (trust §3.5)', () => {
    const claimed = [
      ecid('1'),
      email('victim@example.com'),
      { namespace: 'profile', id: 'p1' },
      { namespace: 'crm', id: '7' },
    ];
    for (const level of [0, 1] as const) expect(actingIdentities(event(level, claimed))).toEqual([ecid('1')]);
    expect(actingIdentities(event(3, claimed))).toEqual(claimed);
  });
});

describe('identify()', () => {
  it('begins a profile for a device nobody has', () => {
    expect(asked(event(0, [ecid('1')]))).toEqual({ kind: 'new', link: [ecid('1')], moved: [] });
  });

  it('gives a device its profile', () => {
    expect(asked(event(0, [ecid('1')]), { a: [ecid('1')] })).toEqual({ kind: 'one', profileId: 'a', link: [] });
  });

  it('merges the anonymous device into the person the shop names', () => {
    const owned = { a: [ecid('1')], b: [email('ada@example.com')] };
    expect(asked(event(3, [email('ada@example.com'), ecid('1')]), owned)).toEqual({
      kind: 'merge',
      into: 'b',
      from: ['a'],
      link: [],
    });
  });

  it('never merges two persons: the device goes to the one who was named (trust row 79)', () => {
    const owned = { a: [ecid('1'), email('ada@example.com')], b: [email('bob@example.com')] };
    expect(asked(event(3, [email('bob@example.com'), ecid('1')]), owned)).toEqual({
      kind: 'relink',
      profileId: 'b',
      link: [],
      moved: [ecid('1')],
    });
  });

  it('begins a new person on a device that stands with another one, and takes the device along', () => {
    const owned = { a: [ecid('1'), email('ada@example.com')] };
    expect(asked(event(3, [email('new@example.com'), ecid('1')]), owned)).toEqual({
      kind: 'new',
      link: [email('new@example.com')],
      moved: [ecid('1')],
    });
  });

  it('adds a further name to a person who is named by one we know', () => {
    const owned = { a: [ecid('1'), email('ada@example.com')] };
    expect(asked(event(3, [email('ada@example.com'), { namespace: 'crm', id: '7' }]), owned)).toEqual({
      kind: 'one',
      profileId: 'a',
      link: [{ namespace: 'crm', id: '7' }],
    });
  });
});
