import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slowDownOf } from './pace.ts';
import { judgeResult } from './result.ts';
import { bounceRules, classifyBounce, codeIn, judgeTrail, statusIn, type BounceClass } from './bounce.ts';

const day = 86_400_000;

describe('the class of a refusal (trust §1.5)', () => {
  it.each<[string, BounceClass]>([
    ['550 5.1.1 <ada@example.com>: Recipient address rejected: User unknown in virtual mailbox table', 'hard'],
    ['550-5.1.1 The email account that you tried to reach does not exist. Please try double-checking', 'hard'],
    ['550 5.1.0 Address rejected', 'hard'],
    ['556 5.1.10 recipient domain has a null MX', 'hard'],
    ['550 5.1.2 no such domain', 'hard'],
    ['550 5.2.1 The email account that you tried to reach is disabled', 'hard'],
    ['550 5.1.1 Blocked by our RBL, server reputation is poor', 'policy'],
    ['552 5.2.2 mailbox full', 'soft'],
    ['452 4.2.2 The email account that you tried to reach is over quota', 'soft'],
    ['552 Requested mail action aborted: exceeded storage allocation', 'soft'],
    ['550 5.7.1 Service unavailable; client host blocked using Spamhaus', 'policy'],
    ['550 5.7.26 This mail has been blocked because the sender is unauthenticated', 'policy'],
    ['550 5.7.515 Access denied, sending domain does not meet the required authentication level', 'policy'],
    ['421 4.7.0 Try again later, closing connection', 'policy'],
    ['554 Message rejected as spam', 'policy'],
    ['554 5.0.0 your IP 192.0.2.1 was listed in a DNSBL', 'policy'],
    ['552 5.3.4 Message size exceeds fixed limit', 'content'],
    ['550 5.2.3 message too large', 'content'],
    ['553 5.6.7 SMTPUTF8 is required, but was not offered', 'eai'],
    ['550 5.4.4 Unable to route: no A or MX', 'routing'],
    ['554 5.4.6 Too many hops', 'routing'],
    ['550 5.4.4 Host or domain name not found. Name service error type=MX: Host not found', 'hinted'],
    ['550 5.4.4 Name service error for name=far.example type=MX: Host not found, try again', 'routing'],
    ['550 no such user here', 'hinted'],
    ['550 Requested action not taken: mailbox unavailable', 'hinted'],
    ['550 5.5.0 something else', 'unknown'],
    ['554 transaction failed', 'unknown'],
  ])('%s → %s', (text, expected) => {
    expect(classifyBounce({ code: codeIn(text), status: statusIn(text), text })).toBe(expected);
  });

  it('takes no IP address, date or version for a code', () => {
    expect(statusIn('host 5.1.1.9 said 550 rejected')).toBeUndefined();
    expect(statusIn('Exim 4.96.2.1')).toBeUndefined();
    expect(statusIn('550 5.1.1 x')).toBe('5.1.1');
    expect(codeIn('smtp;550 5.1.1')).toBe(550);
  });

  it('a name server that fails defers and suppresses nobody; no such domain, said twice an hour apart, does (trust row 48)', () => {
    const failing = {
      kind: 'answered',
      stage: 'mail',
      code: 451,
      response: '451 4.4.3 Temporary lookup failure',
    } as const;
    expect(judgeResult(failing).state).toBe('deferred');
    expect(slowDownOf(failing), 'nor is it about our pace').toBeNull();
    const text = '550 5.4.4 Domain far.example does not exist (NXDOMAIN)';
    const said = classifyBounce({ code: codeIn(text), status: statusIn(text), text });
    const after = (...minutes: number[]) =>
      judgeTrail({ bounces: minutes.map((at) => ({ at: at * 60_000, class: said })), arrivals: [] });
    expect([after(0), after(0, 5, 59), after(0, 61)]).toEqual([null, null, { suppress: 'bounced' }]);
  });

  it('has a class for whatever is said, and none of a policy that suppresses (property)', () => {
    const policy = fc.constantFrom('Spamhaus', 'DNSBL', 'DMARC policy', 'blocked IP reputation', 'detected as spam');
    fc.assert(
      fc.property(fc.string(), policy, (noise, words) => {
        expect(classifyBounce({ text: noise })).toBeTypeOf('string');
        expect(['policy', 'hinted']).toContain(classifyBounce({ code: 550, status: '5.7.1', text: noise + words }));
      }),
      { numRuns: 300 },
    );
  });
});

describe('an address by its trail (trust row 20, journeys G2)', () => {
  const bounce = (days: number, kind: BounceClass) => ({ at: days * day, class: kind });

  it('ends at once when the mailbox does not exist', () => {
    expect(judgeTrail({ bounces: [bounce(0, 'hard')], arrivals: [] })).toEqual({ suppress: 'bounced' });
  });

  it('rests after five counted bounces a day apart, and begins anew after the rest', () => {
    const five = [0, 1, 2, 3, 4].map((at) => bounce(at, 'soft'));
    expect(judgeTrail({ bounces: five.slice(0, 4), arrivals: [] })).toBeNull();
    const until = 4 * day + bounceRules.coolMs;
    expect(judgeTrail({ bounces: five, arrivals: [] })).toEqual({ suppress: 'cooling', until });
    const later = bounce(200, 'soft');
    expect(judgeTrail({ bounces: [...five, later], arrivals: [] }), 'one more is one').toEqual({
      suppress: 'cooling',
      until,
    });
  });

  it('counts bounces within a day once, and forgets them when a mail arrives', () => {
    const often = [0, 0.1, 0.2, 0.3, 0.4, 0.5].map((at) => bounce(at, 'soft'));
    expect(judgeTrail({ bounces: often, arrivals: [] })).toBeNull();
    const five = [0, 1, 2, 3, 4].map((at) => bounce(at, 'unknown'));
    expect(judgeTrail({ bounces: five, arrivals: [2.5 * day] })).toBeNull();
  });

  it('needs words without a code twice, and no route three times, within a week', () => {
    expect(judgeTrail({ bounces: [bounce(0, 'hinted')], arrivals: [] })).toBeNull();
    expect(judgeTrail({ bounces: [bounce(0, 'hinted'), bounce(8, 'hinted')], arrivals: [] })).toBeNull();
    expect(judgeTrail({ bounces: [bounce(0, 'hinted'), bounce(6, 'hinted')], arrivals: [] })).not.toBeNull();
    const routing = [0, 2, 4].map((at) => bounce(at, 'routing'));
    expect(judgeTrail({ bounces: routing.slice(1), arrivals: [] })).toBeNull();
    expect(judgeTrail({ bounces: routing, arrivals: [] })).toEqual({ suppress: 'bounced' });
  });

  it('never ends for what is refused of us (trust row 19), in any order (I16, property)', () => {
    const kinds = fc.constantFrom<BounceClass>('policy', 'content', 'eai', 'soft', 'unknown', 'hinted', 'routing');
    const one = fc.record({ at: fc.integer({ min: 0, max: 40 * day }), class: kinds });
    fc.assert(
      fc.property(
        fc.array(one, { maxLength: 30 }),
        fc.array(fc.integer({ min: 0, max: 40 * day })),
        (bounces, arrivals) => {
          const verdict = judgeTrail({ bounces, arrivals });
          expect(judgeTrail({ bounces: [...bounces].reverse(), arrivals: [...arrivals].reverse() })).toEqual(verdict);
          if (bounces.every(({ class: kind }) => ['policy', 'content', 'eai'].includes(kind)))
            expect(verdict).toBeNull();
        },
      ),
      { numRuns: 300 },
    );
  });
});
