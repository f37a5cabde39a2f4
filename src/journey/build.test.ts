import { describe, expect, it } from 'vitest';
import { days, hours, journey, placeKeys } from './build.ts';
import { journeyJsonSchema } from './definition-json.ts';
import { recipes } from './recipe.ts';

const recipe = (key: string) => recipes().find((one) => one.key === key)!;

describe('journeys written in TypeScript', () => {
  it('compile to the very JSON that lies in a file: abandoned cart', () => {
    const built = journey({
      key: 'abandoned-cart',
      name: 'Abandoned cart',
      description:
        'Four hours after the last change of a cart that was not bought: a mail with what lies in it, and what goes with it.',
      entry: {
        kind: 'event',
        event: 'cart.changed',
        when: 'count(event.lines) > 0',
        key: 'event.cartId',
        onRepeat: 'restart',
      },
      exits: [
        { event: 'ordered', reason: 'Bought' },
        { event: 'cart.emptied', reason: 'Cart emptied' },
        { event: 'cart.replaced', key: 'event.cartId', reason: 'The cart went on as another one' },
        { event: 'consent.lost', reason: 'Consent withdrawn' },
      ],
      group: 'bring-back',
      priority: 80,
      holdout: 0.1,
      lateness: days(1),
      quietHours: { from: '21:00', to: '08:00' },
      start: 'wait',
      activities: {
        wait: { kind: 'wait', for: hours(4), next: 'reachable' },
        reachable: {
          kind: 'condition',
          label: 'May we write?',
          paths: [{ label: 'Address and consent', when: 'profile.reachable', next: 'recommend' }],
          otherwise: 'unreachable',
        },
        recommend: {
          kind: 'action',
          label: 'Ask for the cart and what goes with it',
          name: 'Recommend',
          method: 'POST',
          url: '/v1/recommendations',
          body: {
            criterion: 'cart-based',
            identities: { ECID: '=event.ecid ?: profile.ecid' },
            profileId: '=profile.id',
            limit: 6,
          },
          timeout: 'PT10S',
          retries: 3,
          next: 'mail',
          onError: 'unanswered',
        },
        mail: { kind: 'message', message: 'abandoned-cart', next: 'done', onExcluded: 'unsent' },
        done: { kind: 'end', label: 'Reminded' },
        unsent: { kind: 'end', label: 'Not sent' },
        unreachable: { kind: 'end', label: 'No address or no consent' },
        unanswered: { kind: 'end', label: 'No recommendation came back' },
      },
    });
    expect(built).toEqual(recipe('abandoned-cart'));
  });

  it.each(recipes().map(({ key }) => key))('take a recipe as it is: %s', (key) => {
    expect(journey(recipe(key))).toEqual(recipe(key));
  });

  it('refuse by their types a place that is none, and a kind of entry that is none', () => {
    const make = () =>
      journey({
        key: 'k',
        name: 'K',
        // @ts-expect-error there is no such kind
        entry: { kind: 'evnt', event: 'ordered' },
        // @ts-expect-error there is no such activity
        start: 'wat',
        activities: {
          // @ts-expect-error there is no such activity
          wait: { kind: 'wait', for: hours(1), next: 'don' },
          choose: {
            kind: 'condition',
            // @ts-expect-error there is no such activity
            paths: [{ label: 'x', when: 'profile.reachable', next: 'nowhere' }],
            otherwise: 'done',
          },
          hear: {
            kind: 'listen',
            // @ts-expect-error there is no such activity
            events: [{ event: 'message.clicked', message: 'mial', label: 'x', next: 'done' }],
          },
          ask: {
            kind: 'action',
            name: 'A',
            method: 'GET',
            url: '/v1/x',
            body: { next: 1 },
            next: 'done',
            // @ts-expect-error there is no such activity
            onError: 'gone',
          },
          done: { kind: 'end', label: 'Done', 'x-note': 'kept' },
        },
      });
    expect(make).toThrow(/did you mean "done"/);
  });

  it('refuse what only the language can know', () => {
    const make = () =>
      journey({
        key: 'k',
        name: 'K',
        entry: { kind: 'event', event: 'cart.changed', when: 'count(event.lnes) > 0' },
        start: 'done',
        activities: { done: { kind: 'end', label: 'Done' } },
      });
    expect(make).toThrow(/entry\.when: .*did you mean lines/);
  });

  it('know every name under which the form names an activity', () => {
    const found = new Set<string>();
    const walk = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      for (const [name, one] of Object.entries(value)) {
        const { description } = (one ?? {}) as { description?: unknown };
        if (typeof description === 'string' && description.startsWith('Name of an activity')) found.add(name);
        walk(one);
      }
    };
    walk(journeyJsonSchema());
    expect([...placeKeys, 'message'].filter((name) => name !== 'start').sort()).toEqual([...found].sort());
  });
});
