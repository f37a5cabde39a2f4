import { beforeEach, describe, expect, it } from 'vitest';
import { ClickJudge, openedBy, type ClickFacts } from './machine.ts';

const browser = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Safari/605.1.15';

describe('an opening (trust §1.9)', () => {
  const by = (userAgent: string | undefined, more: { method?: string; purpose?: string } = {}) =>
    openedBy({ method: 'GET', purpose: '', acceptLanguage: undefined, ...more, userAgent });
  it.each([
    [browser, {}, 'reader'],
    ['Mozilla/5.0', {}, 'prefetch'],
    [browser, { purpose: 'prefetch;anonymous-client-ip' }, 'prefetch'],
    ['Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)', {}, 'proxy'],
    ['YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html', {}, 'proxy'],
    ['Barracuda Sentinel link scanner', {}, 'scanner'],
    [undefined, {}, 'scanner'],
    [browser, { method: 'HEAD' }, 'scanner'],
  ] as const)('%s %j is by a %s', (agent, more, expected) => {
    expect(by(agent, more)).toBe(expected);
  });
});

describe('a click (trust §1.9)', () => {
  let judge: ClickJudge;
  beforeEach(() => {
    judge = new ClickJudge();
  });
  const click = (more: Partial<ClickFacts> = {}) =>
    judge.judge({
      method: 'GET',
      userAgent: browser,
      purpose: '',
      acceptLanguage: 'sv',
      message: 'm1',
      link: 0,
      at: 0,
      afterAccepted: 3_600_000,
      network: '192.0.2',
      ...more,
    }).by;

  it('of somebody who read the mail is a reader’s', () => {
    expect(click()).toBe('reader');
    expect(click({ link: 1, at: 20_000 })).toBe('reader');
  });
  it('by HEAD, ahead, or by what names itself is a machine’s', () => {
    expect(click({ method: 'HEAD' })).toBe('scanner');
    expect(click({ purpose: 'prefetch' })).toBe('prefetch');
    expect(click({ userAgent: 'curl/8' })).toBe('scanner');
    expect(click({ userAgent: undefined })).toBe('scanner');
  });
  it('with one sign is not known, with two a machine’s', () => {
    expect(click({ afterAccepted: 4000 })).toBe('unknown');
    expect(click({ acceptLanguage: undefined })).toBe('unknown');
    expect(click({ afterAccepted: 4000, acceptLanguage: undefined })).toBe('scanner');
  });
  it('on the third link within two seconds is suspect, on the third within a minute not', () => {
    expect([0, 1, 2].map((link) => click({ link, at: link * 500 }))).toEqual(['reader', 'reader', 'unknown']);
    expect([0, 1, 2].map((link) => click({ message: 'm2', link, at: link * 20_000 }))).toEqual([
      'reader',
      'reader',
      'reader',
    ]);
  });
  it('from a network that opens five mails within a minute is suspect', () => {
    const all = [1, 2, 3, 4, 5].map((no) => click({ message: `x${no}`, at: no * 1000 }));
    expect(all).toEqual(['reader', 'reader', 'reader', 'reader', 'unknown']);
  });
});
