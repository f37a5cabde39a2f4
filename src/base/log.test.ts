import { expect, it } from 'vitest';
import { BeckonError, defineErrors } from './error.ts';
import { jsonLog, withoutPeople } from './log.ts';

const errors = defineErrors({ TEST_VALUE_BAD: { status: 400, mend: 'Say something else' } });

it.each([
  ['550 5.1.1 <Ada.Lovelace+shop@example.com>: unknown', '550 5.1.1 <[address]>: unknown'],
  ['用户@例子.广告 is refused', '[address] is refused'],
  ['connect ECONNREFUSED 198.51.100.7:25', 'connect ECONNREFUSED [ip]:25'],
  ['from 2001:db8:0:1::7 and fe80::1', 'from [ip] and [ip]'],
  ['the key sk_live-0123456789abcdef', 'the key [key]'],
  ['Authorization: Bearer abc.def-123', 'Authorization: Bearer [hidden]'],
  ['link v1.k1.eyJhIjoxfQ.MACMACMACMAC is old', 'link [token] is old'],
  ['smtps://ada:secret@mail.example:465 is away', 'smtps://[hidden]@mail.example:465 is away'],
  ['GET https://recs.example/for?email=ada&x=1 failed', 'GET https://recs.example/for?[hidden] failed'],
  ['shard 12 at 2026-11-30T10:15:00.000Z, version 0.1.0', 'shard 12 at 2026-11-30T10:15:00.000Z, version 0.1.0'],
  ['01a22ecf-a3e9-7000-bced-729e2dd647ab of journey a-b', '01a22ecf-a3e9-7000-bced-729e2dd647ab of journey a-b'],
])('a text loses whom it names: %s', (text, left) => expect(withoutPeople(text)).toBe(left));

it('a line is JSON with its time, level and event, and what errors quote stays out of it', () => {
  const lines: string[] = [];
  const log = jsonLog(
    () => Date.UTC(2026, 10, 30),
    (line) => lines.push(line),
  );
  const table = Object.assign(new Error('relation "thing" does not exist'), { code: '42P01', severity: 'ERROR' });
  const data = Object.assign(new Error('invalid input syntax for type integer: "Lovelace"'), {
    code: '22P02',
    severity: 'ERROR',
  });
  log.error('test.failed', {
    error: new BeckonError(errors.TEST_VALUE_BAD, 'The name "Lovelace" has no "end'),
    table,
    data,
    parse: new SyntaxError('Unexpected token \'A\', "Ada Lovelace" is not valid JSON'),
    deep: { list: [{ to: 'ada@example.com' }] },
    count: 3,
    none: null,
  });
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      at: '2026-11-30T00:00:00.000Z',
      level: 'error',
      event: 'test.failed',
      error: 'BeckonError: The name "…" has no "…"',
      table: 'Error: relation "thing" does not exist',
      data: 'Error: invalid input syntax for type integer: "…"',
      parse: 'SyntaxError: Unexpected token \'A\', "…" is not valid JSON',
      deep: { list: [{ to: '[address]' }] },
      count: 3,
      none: null,
    },
  ]);
});
