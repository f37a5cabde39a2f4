import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Campaign, type Nature } from '../test/support/campaign.ts';
import type { TimelineEntry } from './measure/index.ts';

/** One person's story through all of Beckon: nothing that happened to them, or did not, is left out (journeys.md §5 42). */
const hour = 3_600_000;
const minute = 60_000;
let campaign: Campaign;

const waits = {
  start: 'wait',
  activities: {
    wait: { kind: 'wait', for: 'PT4H', next: 'ask' },
    ask: {
      kind: 'action',
      name: 'Recommend',
      method: 'POST',
      url: '/v1/recommendations',
      body: { criterion: 'popular', limit: 2, backup: 'none' },
      retries: 0,
      next: 'mail',
      onError: 'done',
    },
    mail: { kind: 'message', message: 'reminder', next: 'done' },
    done: { kind: 'end', label: 'Reminded' },
  },
} as const;

beforeAll(async () => {
  campaign = await Campaign.open(5);
  await campaign.rooms.catalog.upsert(
    ['coat', 'hat'].map((id) => ({ id, name: `The ${id}`, price: 20, currency: 'EUR', stock: 3, url: `/p/${id}` })),
  );
  await campaign.rooms.journeys.load();
  const exits = [{ event: 'ordered', reason: 'Bought' }];
  await campaign.publish('story', { ...waits, exits, holdout: 0, reentry: { after: 'P30D' } } as never);
  await campaign.publish('ghosts', { ...waits, holdout: 1 } as never);
  await campaign.publish('down', {
    ...waits,
    holdout: 0,
    activities: { ...waits.activities, ask: { ...waits.activities.ask, url: '/v1/nowhere' } },
  } as never);
});
afterAll(() => campaign.close());

const entered = (one: Nature, journey = 'story') =>
  campaign.event(one, { types: [`left.${journey}`], items: [{ id: 'coat' }] });
async function story({ email }: Nature): Promise<TimelineEntry[]> {
  const { entries } = await campaign.ask<{ entries: TimelineEntry[] }>(
    `/v1/profiles/email:${email}/timeline?limit=200`,
  );
  return entries.reverse();
}
const told = (entries: readonly TimelineEntry[]) => entries.map(({ kind, text }) => `${kind}: ${text}`);

describe('a person’s timeline', () => {
  it('tells event, entry, wait, call, mail, opening, click, landing and order, in the order of time', async () => {
    const ada = campaign.person('ada');
    await campaign.happen([campaign.introduced(ada)]);
    await campaign.happen([
      campaign.event(ada, { types: ['commerce.productViews'], items: [{ id: 'coat' }] }),
      entered(ada),
    ]);
    await campaign.advance(5 * hour);
    const { messages } = campaign.rooms;
    const link = campaign.linkTo(ada.email)!;
    const target = (await messages.click(link))!;
    const opened = {
      ...target.event,
      id: 'opened-1',
      types: ['message.opened'],
      message: { ...target.event.message!, by: 'reader' },
    };
    await campaign.happen([opened]);
    await campaign.advance(minute);
    const click = (await messages.click(link))!;
    await campaign.happen([click.event]);
    await campaign.advance(minute);
    await campaign.happen([
      campaign.event(ada, {
        types: ['web.webpagedetails.pageViews'],
        page: { url: click.location, name: 'Your cart' },
      }),
    ]);
    await campaign.advance(minute);
    const order = { id: 'o-ada', totalMinor: 4000, currency: 'EUR' };
    const names = [
      { namespace: 'email', id: ada.email },
      { namespace: 'ecid', id: ada.ecid },
    ];
    await campaign.happen([
      campaign.event(ada, {
        types: ['commerce.purchases'],
        level: 3,
        source: 'server',
        identities: names,
        items: [{ id: 'coat', quantity: 2 }],
        order,
      }),
    ]);

    const entries = await story(ada);
    const lines = told(entries);
    const expected = [
      'consent: Gave consent to email-marketing as ada@people.example',
      'event: Looked at The coat',
      'entered: Entered the journey “story”',
      'waiting: Waits in “story”',
      'action: “Recommend” was asked and answered',
      'planned: A mail was planned',
      'sent: The mail “Your cart” was sent',
      'ended: Came to the end of “story”: Reminded',
      'event: Opened the mail',
      'clicked: Clicked a link in the mail and came to the shop',
      'event: Opened Your cart',
      'ordered: Ordered 2 × The coat for 40 EUR, credited to a mail of “story”',
    ];
    expect(lines.filter((line) => expected.includes(line))).toEqual(expected);
    const wait = entries.find(({ kind }) => kind === 'waiting')!;
    expect(Date.parse(String(wait.detail!['until'])) - Date.parse(wait.at)).toBe(4 * hour);
    const [sent, clicked, ordered] = ['sent', 'clicked', 'ordered'].map((kind) =>
      entries.find((one) => one.kind === kind)!,
    );
    expect(new Set([sent!.messageId, clicked!.messageId, ordered!.messageId]).size).toBe(1);
    expect(ordered!.detail).toMatchObject({ orderId: 'o-ada', rule: 'last-human-click-5d/1' });
    expect(entries.find(({ kind }) => kind === 'action')!.detail).toMatchObject({ action: 'Recommend' });
  });

  it('tells each reason why somebody got no mail, and why not into a journey', async () => {
    const cases: Record<
      string,
      { do?: (one: Nature) => Promise<void>; journey?: string; consent?: boolean; after?: number; says: RegExp }
    > = {
      again: {
        do: async (one) => campaign.advance(5 * hour).then(() => campaign.happen([entered(one)])),
        says: /^refused: Was not let into “story”: .+/,
      },
      'no-consent': { consent: false, says: /^refused: No mail was sent: no consent/ },
      'held-out': {
        journey: 'ghosts',
        says: /^heldOut: Held out: no mail was sent, so that what the mails cause can be measured/,
      },
      bought: {
        do: async (one) => {
          const order = { id: `o-${one.email}`, totalMinor: 100, currency: 'EUR' };
          await campaign.happen([
            campaign.event(one, {
              types: ['commerce.purchases'],
              level: 3,
              source: 'server',
              identities: [
                { namespace: 'email', id: one.email },
                { namespace: 'ecid', id: one.ecid },
              ],
              items: [{ id: 'hat' }],
              order,
            }),
          ]);
        },
        says: /^exited: Left the journey “story”: Bought/,
      },
      suppressed: {
        do: async (one) => void (await campaign.ask('/v1/suppressions', 'POST', { address: one.email, scope: 'all' })),
        says: /^refused: No mail was sent: suppressed/,
      },
      unanswered: { journey: 'down', says: /^action: “Recommend” was asked and gave no answer: .+/ },
      withdrawn: {
        do: async (one) => {
          const about = {
            types: ['profile.consent'],
            level: 3,
            source: 'server',
            consent: { 'email-marketing': 'out' },
          } as const;
          await campaign.happen([
            campaign.event(one, {
              ...about,
              types: [...about.types],
              identities: [{ namespace: 'ecid', id: one.ecid }],
            }),
          ]);
        },
        says: /^consent: Withdrew consent to email-marketing/,
      },
    };
    for (const [name, one] of Object.entries(cases)) {
      const person = campaign.person(name);
      const introduced = campaign.introduced(person);
      if (one.consent === false) delete introduced.consent;
      await campaign.happen([introduced]);
      await campaign.happen([entered(person, one.journey)]);
      await one.do?.(person);
      await campaign.advance(5 * hour);
      const lines = told(await story(person));
      expect(
        lines.some((line) => one.says.test(line)),
        `${name}: ${lines.join('\n')}`,
      ).toBe(true);
    }
  });

  it('says until when a mail is held, at night', async () => {
    const nora = campaign.person('nora');
    await campaign.happen([campaign.introduced(nora)]);
    const now = campaign.rooms.clock.now();
    const [midnight] = [Math.ceil(now / (24 * hour)) * 24 * hour];
    await campaign.advance(midnight - now - 3 * hour);
    await campaign.happen([entered(nora)]);
    await campaign.advance(4 * hour + minute);
    const held = (await story(nora)).find(({ kind }) => kind === 'held')!;
    expect(held.text).toMatch(/^A mail is held: quiet hours/);
    expect(Date.parse(String(held.detail!['until']))).toBeGreaterThan(campaign.rooms.clock.now());
  });
});
