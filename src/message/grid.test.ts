import { beforeEach, describe, expect, it } from 'vitest';
import { simpleParser } from 'mailparser';
import { aDesk, anItem, noon, type Desk } from '../../test/support/message.ts';
import type { AskedItems, ItemAsk } from './grid.ts';

/** Grids that name their criterion: what is asked, where the answer stands, and what becomes of a mail without one. */

let desk: Desk;
let asks: ItemAsk[];
let answer: (ask: ItemAsk) => AskedItems;

const token = '0198f000-0000-7000-8000-00000000000a';
const items = (...ids: string[]) => ({
  trackingToken: token,
  criterion: { key: 'popular', title: 'Popular' },
  items: ids.map((id) => ({ id, reason: 'Many like it', criterion: 'popular', source: 'criteria', price: 1 })),
});
const document = {
  name: 'News',
  subject: 'Something new',
  preheader: 'What others like these days, and what may suit you too.',
  blocks: [{ kind: 'products', criterion: 'popular', limit: 2 }, { kind: 'footer' }],
};

beforeEach(async () => {
  asks = [];
  answer = ({ recipients }) => ({ answers: recipients.map(() => items('scarf', 'watch', 'coat-1')) });
  desk = await aDesk({
    recommend: async (ask) => {
      asks.push(ask);
      return answer(ask);
    },
    unfit: (key) => (key === 'popular' ? null : `There is no criterion "${key}"`),
  });
  await desk.messages.templates.put('news', document);
  await desk.messages.templates.publish('news');
});

const plan = (email: string) => desk.plan(desk.person({ email }), { message: 'news', context: {}, quietHours: null });
const textOf = async (no: number) => (await simpleParser(desk.transport.sent[no]!.raw)).text!;

describe('a grid that names its criterion', () => {
  it('asks once for all recipients of a batch, with spares, and shows what is answered in its order', async () => {
    await plan('ada@example.com');
    const id = await plan('bo@example.com');
    expect(await desk.messages.work()).toEqual({ done: 2 });
    expect(asks).toMatchObject([{ criterion: 'popular', limit: 4, recipients: [{}, {}] }]);
    expect(new Set(asks[0]!.recipients.map(({ profileId }) => profileId)).size).toBe(2);
    const text = await textOf(0);
    expect(text).toMatch(/The scarf[\s\S]*The watch/);
    expect(text, 'no more than its places').not.toContain('The coat-1');
    expect(text).toContain('Many like it');
    const links = (await desk.messages.get(id))!.links;
    expect(links.find(({ item }) => item === 'scarf')).toMatchObject({
      recommendation: token,
      position: 1,
      criterion: 'popular',
    });
  });

  it('leaves out what sold out after it was asked, and a spare takes its place', async () => {
    answer = ({ recipients }) => {
      desk.items.set('scarf', anItem('scarf', { stock: 0 }));
      return { answers: recipients.map(() => items('scarf', 'watch', 'coat-1')) };
    };
    await plan('ada@example.com');
    await desk.messages.work();
    const text = await textOf(0);
    expect(text).not.toContain('The scarf');
    expect(text).toContain('The coat-1');
  });

  it('is not sent with an empty grid, and does without it where the block may hide', async () => {
    answer = ({ recipients }) => ({ answers: recipients.map(() => items()) });
    const id = await plan('ada@example.com');
    await desk.messages.work();
    expect(await desk.messages.get(id)).toMatchObject({ state: 'skipped', reason: 'no items' });
  });

  it('asks nobody for a mail that no gate lets through', async () => {
    const id = await desk.plan(desk.person({ consent: {} }), { message: 'news', context: {} });
    await desk.messages.work();
    expect(await desk.messages.get(id)).toMatchObject({ state: 'skipped', reason: 'no consent' });
    expect(asks).toEqual([]);
  });

  it('keeps its place before mails that come behind it while it is asked for', async () => {
    const ada = desk.person();
    const rank = (priority: number) => ({ priority, group: 'all', cap: { windowMs: 3_600_000, count: 1 } });
    const first = await desk.plan(ada, { message: 'news', context: {}, rank: rank(90), quietHours: null });
    const second = await desk.plan(ada, { rank: rank(10), quietHours: null });
    await desk.messages.work();
    const states = await Promise.all([first, second].map(async (id) => (await desk.messages.get(id))!.state));
    expect(states[0]).toBe('accepted');
    expect(states[1]).not.toBe('accepted');
  });

  it('waits while nobody answers, and goes when somebody does', async () => {
    answer = () => ({ silent: true });
    const id = await plan('ada@example.com');
    await desk.messages.work();
    expect(await desk.messages.get(id)).toMatchObject({ state: 'held', reason: 'waits for recommendations' });
    answer = ({ recipients }) => ({ answers: recipients.map(() => items('watch')) });
    desk.clock.advance(60_000);
    await desk.messages.work();
    expect(await desk.messages.get(id)).toMatchObject({ state: 'accepted' });
  });

  it('ends with the reason when the question can never be answered', async () => {
    answer = () => ({ refused: 'CRITERION_UNKNOWN: there is no criterion "popular"' });
    const id = await plan('ada@example.com');
    await desk.messages.work();
    expect(await desk.messages.get(id)).toMatchObject({
      state: 'render_failed',
      reason: expect.stringContaining('CRITERION_UNKNOWN'),
    });
  });

  it('asks anew when the mail had to wait for more than an hour, and shows the same in a browser as in the mail', async () => {
    desk.transport.answer = () => ({ kind: 'deferred', response: '451 later' }) as never;
    const id = await plan('ada@example.com');
    await desk.messages.work();
    expect(asks).toHaveLength(1);
    desk.clock.advance(2 * 3_600_000);
    answer = ({ recipients }) => ({ answers: recipients.map(() => items('watch')) });
    desk.transport.answer = () => ({ kind: 'accepted', response: '250 ok' });
    await desk.messages.work();
    expect(asks).toHaveLength(2);
    expect(await desk.messages.get(id)).toMatchObject({ state: 'accepted' });
    const mail = await simpleParser(desk.transport.sent.at(-1)!.raw);
    const mirror = /\/m\/(v1[\w.-]+)/.exec(mail.html as string)![1]!;
    expect((await desk.messages.mirror(mirror)) as { html: string }).toMatchObject({
      html: expect.stringContaining('The watch'),
    });
    expect(asks, 'nobody is asked for the page').toHaveLength(2);
  });

  it.each([
    ['neither list nor criterion', {}, '/blocks/0/list'],
    ['both', { criterion: 'popular', list: 'context.journey.actions.Recommend.items' }, '/blocks/0/criterion'],
    ['a criterion that there is not', { criterion: 'gone' }, '/blocks/0/criterion'],
  ])('is refused with %s', async (_, more, where) => {
    const wrong = { ...document, blocks: [{ kind: 'products', ...more }, { kind: 'footer' }] };
    const found = await desk.messages.templates.check('news', wrong);
    expect(found).toMatchObject([{ code: 'MESSAGE_CRITERION_UNFIT', where, severity: 'error' }]);
    expect(desk.clock.now()).toBe(noon);
  });
});
