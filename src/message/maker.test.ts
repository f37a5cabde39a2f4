import { generateKeyPairSync } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { aContext, aDesk } from '../../test/support/message.ts';
import { quietLog } from '../base/index.ts';
import { viewOf } from '../profile/index.ts';
import type { CompiledTemplate } from './compiled.ts';
import { dkimKey } from './dkim.ts';
import type { MakeJob } from './make.ts';
import { HereMaker } from './maker.ts';
import { ThreadMaker, type ThreadSettings } from './maker-thread.ts';
import { contextFor } from './render.ts';

const keys = { secret: Buffer.alloc(32, 1), verpKey: Buffer.alloc(32, 2) };
const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
const signer = dkimKey({ domain: 'shop.example', selector: 'bk1', pem: pem as string });
const makers: ThreadMaker[] = [];
afterAll(() => Promise.all(makers.map((maker) => maker.close())));

function threads(set: Partial<ThreadSettings> = {}): ThreadMaker {
  const maker = new ThreadMaker(keys, { threads: 2, log: quietLog, ...set });
  makers.push(maker);
  return maker;
}

/** Jobs of a bulk of recipes, with names and languages of every kind. */
async function jobs(count: number): Promise<MakeJob[]> {
  const desk = await aDesk();
  const all = await desk.messages.templates.compiled(['abandoned-cart', 'only-wandered']);
  const brand = { ...desk.messages.senders.home, dkim: [signer] };
  return Array.from({ length: count }, (_, n) => {
    const template = all.get(n % 2 === 0 ? 'abandoned-cart' : 'only-wandered')!;
    const names = ['Ada', 'Zoë 🧥', '<b>&"', '=?utf-8?q?=0D=0ABcc:_x?=', '{{shop.name}}'];
    const profile = viewOf(desk.person({ attributes: { firstName: names[n % names.length]! } }));
    const context = aContext(['coat-1', 'coat-2', 'watch'].slice(n % 3));
    const at = desk.clock.now();
    const id = `0190f5f0-0000-7000-8000-${String(n).padStart(12, '0')}`;
    return {
      template,
      brand,
      order: {
        message: { id, key: `run-${n}/mail/1/email`, journey: 'bulk', class: n % 7 === 0 ? 'proof' : 'marketing' },
        address: `person${n}@example.com`,
        profile,
        fresh: contextFor({ template, profile, context, now: at }, brand.render),
        codes: {},
        timeZone: 'Europe/Stockholm',
        opens: n % 2 === 0,
        at,
        words: n % 3 === 0,
      },
    };
  });
}

describe('mails that threads make', () => {
  it('are those that this thread makes, to the last octet, in their order', async () => {
    const all = await jobs(33);
    const [beside, here] = await Promise.all([threads().make(all), new HereMaker(keys).make(all)]);
    expect(here.filter((one) => 'mail' in one)).toHaveLength(33);
    expect(beside).toEqual(here);
  });

  it('lose none of a group when one of them takes its thread along: only that one fails', async () => {
    const all = await jobs(12);
    const source = '{{ no template at all';
    const broken = new Map([['en', { subject: { source }, html: { source }, text: { source } }]]);
    const [poison] = all.splice(5, 1, {
      ...all[5]!,
      template: { ...all[5]!.template, languages: broken } as unknown as CompiledTemplate,
    });
    const made = await threads({ threads: 1 }).make(all);
    expect(made[5]).toEqual({ failed: expect.stringContaining('the thread that made it was lost') });
    const others = made.filter((_, n) => n !== 5);
    expect(others.every((one) => 'mail' in one)).toBe(true);
    expect(await new HereMaker(keys).make([poison!])).toEqual([
      expect.objectContaining({ subject: expect.any(String) }),
    ]);
  });

  it('fail when no thread answers in time, instead of holding the sender up', async () => {
    const made = await threads({ threads: 1, patienceMs: 0, least: 1 }).make(await jobs(2));
    const lost = { failed: expect.stringContaining('no answer for 0 ms') };
    expect(made).toEqual([lost, lost]);
  });

  it('are made here where they are few, or once the threads are closed', async () => {
    const maker = threads({ patienceMs: 0 });
    const all = await jobs(12);
    expect((await maker.make(all.slice(0, 9))).every((one) => 'mail' in one)).toBe(true);
    await maker.close();
    expect((await maker.make(all)).every((one) => 'mail' in one)).toBe(true);
  });
});
