import type { FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { fakeHouse, readKey } from '../../test/support/house.ts';
import { buildServer } from './server.ts';

let app: FastifyInstance;

beforeEach(async () => {
  app = await buildServer(fakeHouse());
});

async function ask(door: string, payload: object) {
  const headers = { authorization: `Bearer ${readKey}` };
  const reply = await app.inject({ method: 'POST', url: `/v1/language/${door}`, headers, payload });
  return { status: reply.statusCode, body: reply.json() };
}

describe('the doors for editors', () => {
  it('say what is wrong with an expression, where, and what may have been meant (journeys §2.5)', async () => {
    const { body } = await ask('check', { source: 'profile.cart.cuont > 2', mode: 'rule' });
    expect(body.problems).toMatchObject([
      { severity: 'error', code: 'LANGUAGE_PATH_UNKNOWN', line: 1, column: 1, found: 'cuont', near: 'count' },
    ]);
  });

  it('refuse in a rule what no audience can keep fresh, though it is right elsewhere', async () => {
    const source = 'currentTimeInMillis() % 2 = 0';
    expect((await ask('check', { source, mode: 'expression' })).body.problems).toEqual([]);
    expect((await ask('check', { source, mode: 'rule' })).body.problems).toMatchObject([
      { severity: 'error', code: 'LANGUAGE_RULE', line: 1 },
    ]);
  });

  it('give an expression as a tree whose parts can be put back as they are', async () => {
    const { body } = await ask('outline', { source: 'profile.reachable&&count("a.b",within:"P7D")>=3' });
    expect(body).toMatchObject({
      kind: 'and',
      text: 'profile.reachable and count("a.b", within: "P7D") >= 3',
      items: [
        { kind: 'name', name: 'profile', segments: ['reachable'], text: 'profile.reachable' },
        {
          kind: 'binary',
          op: '>=',
          left: {
            kind: 'call',
            name: 'count',
            args: [{ kind: 'value', value: 'a.b' }],
            named: [{ name: 'within', expr: { kind: 'value', text: '"P7D"' } }],
          },
          right: { value: 3 },
        },
      ],
    });
    expect(JSON.stringify(body)).not.toContain('"at":');
    expect(await ask('outline', { source: 'profile.' })).toMatchObject({
      status: 422,
      body: { code: 'LANGUAGE_SYNTAX' },
    });
  });

  it('look into the data of a sample', async () => {
    const sample = { items: [{ sku: 'A', price: 5 }] };
    const source = '{{#each items as |i|}}{{i.skuu}}{{else}}-{{/each}}';
    const { body } = await ask('check', { source, mode: 'html', sample });
    expect(body.problems).toMatchObject([{ code: 'LANGUAGE_PATH_UNKNOWN', found: 'skuu', near: 'sku' }]);
  });

  it('write a text as the formatter writes it, and tell where it cannot be read', async () => {
    const formatted = await ask('format', { source: 'a==1&&b', mode: 'expression' });
    expect(formatted.body).toEqual({ source: 'a = 1 and b' });
    const broken = await ask('format', { source: '{{#if a}}', mode: 'html' });
    expect(broken).toMatchObject({ status: 422, body: { code: 'LANGUAGE_SYNTAX', where: 'line 1, column 1' } });
  });

  it('offer what may be written at a place, and tell of the word there', async () => {
    const source = 'profile.ca';
    const { body } = await ask('complete', { source, offset: source.length, mode: 'expression' });
    expect(body).toMatchObject({ from: 8, to: 10 });
    expect(body.items[0]).toMatchObject({ label: 'cart', insert: 'cart', kind: 'field' });
    const hover = await ask('complete', { source: 'count(profile.cart.lines)', offset: 2, mode: 'expression' });
    expect(hover.body.hover.title).toContain('count(');
  });
});
