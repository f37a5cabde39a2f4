import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LogLook, planted } from '../chaos/planted.ts';
import { expect, it } from 'vitest';
import { sourcesBelow } from '../../tool/source.ts';
import { repository } from '../support/tree.ts';

it('docs/guide/log.md names every event that is logged, with its level, and no other', () => {
  const logged = new Map<string, Set<string>>();
  for (const { path, text } of sourcesBelow(repository, 'src')) {
    if (path.endsWith('.test.ts')) continue;
    for (const [, level, event] of text.matchAll(/\b(info|warn|error)\(\s*'([a-z][a-z-]*\.[a-z_.-]+)'/g))
      logged.set(event!, (logged.get(event!) ?? new Set()).add(level!));
  }
  const named = new Map<string, Set<string>>();
  const page = readFileSync(join(repository, 'docs/guide/log.md'), 'utf8');
  for (const [, events, levels] of page.matchAll(/^\| (`[a-z-]+\.[^|]*) \| ([a-z, ]+) \|/gm))
    for (const [, event] of events!.matchAll(/`([^`]+)`/g)) named.set(event!, new Set(levels!.split(', ')));
  expect([...named.keys()].sort()).toEqual([...logged.keys()].sort());
  for (const [event, levels] of logged)
    expect([...named.get(event)!], event).toEqual(expect.arrayContaining([...levels]));
});

it('a run of the whole system would find what was planted in what processes write, however it comes in pieces', () => {
  const look = new LogLook(['key-of-the-shop']);
  const lines = [
    '{"event":"a","to":"p7@PEOPLE.example"}',
    `{"event":"b","visitor":"5${'0'.repeat(36)}7"}`,
    `{"event":"c","error":"${planted.serviceKey}"}`,
    '{"event":"d","error":"Bearer key-of-the-shop"}',
    '{"event":"fine","id":"019ad3c5-0000-7000-8000-555555555555"}',
  ];
  const take = look.stream();
  for (const piece of `${lines.join('\n')}\n`.match(/[^]{1,5}/g)!) take(piece);
  expect(look.lines).toBe(lines.length);
  expect(look.found).toEqual(lines.slice(0, 4).map((line) => expect.stringContaining(line)));
});
