import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { freshStore } from '../test/support/database.ts';
import { SystemClock, SystemRandom } from './base/index.ts';
import { examineSenders } from './doctor-senders.ts';
import { mailSettings } from './mailing.ts';
import { dkimKey, dkimRecord, migrations, openSenders } from './message/index.ts';
import { readDoctorFlags } from './doctor.ts';
import { examineMail, type MailWorld } from './doctor-mail.ts';
import { readSettings } from './settings.ts';

let file: string;
let record: string;
beforeAll(() => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  file = join(mkdtempSync(join(tmpdir(), 'beckon-doctor-')), 'dkim.pem');
  writeFileSync(file, pem);
  record = dkimRecord(dkimKey({ domain: 'mail.shop.example', selector: 'bk1', pem }));
});

const domain = 'mail.shop.example';
/** DNS as a table; a name that is not there does not exist, null is a server that does not answer. */
type Zone = {
  txt?: Record<string, string[] | null>;
  mx?: Record<string, string[]>;
  ptr?: Record<string, string>;
  a?: Record<string, string>;
};

const good = (): Zone => ({
  txt: {
    [domain]: ['google-site-verification=x', 'v=spf1 include:_spf.host.example -all'],
    [`bk1._domainkey.${domain}`]: [record],
    '_dmarc.shop.example': ['v=DMARC1; p=quarantine; rua=mailto:dmarc@shop.example'],
  },
  mx: { [domain]: ['mx.shop.example'] },
  ptr: { '198.51.100.7': 'out.shop.example' },
  a: { 'out.shop.example': '198.51.100.7' },
});

function world(zone: Zone, more: Partial<MailWorld> = {}): MailWorld {
  const none = () => Promise.reject(Object.assign(new Error('none'), { code: 'ENOTFOUND' }));
  const dns: MailWorld['dns'] = {
    resolveTxt: async (name) => {
      const found = zone.txt?.[name];
      if (found === null) throw Object.assign(new Error('dead'), { code: 'ETIMEOUT' });
      // A record longer than 255 octets comes in pieces.
      return found === undefined ? none() : found.map((text) => text.match(/.{1,255}/g) ?? []);
    },
    resolveMx: async (name) => zone.mx?.[name]?.map((exchange) => ({ exchange, priority: 10 })) ?? none(),
    resolve4: async (name) => (zone.a?.[name] === undefined ? none() : [zone.a[name]]),
    resolve6: none,
    reverse: async (address) => (zone.ptr?.[address] === undefined ? none() : [zone.ptr[address]]),
  };
  const inspect = async () => ({ offers: ['DSN', 'SMTPUTF8'], tls: 'TLSv1.3', address: '198.51.100.7' });
  return { dns, inspect, probe: async () => ({ kind: 'accepted', response: '250 ok' }), ...more };
}

const settings = (env: Record<string, string> = {}) =>
  readSettings(['--no-demo', '--smtp', 'smtp://out.shop.example'], {
    BECKON_FROM: `Shop <news@${domain}>`,
    BECKON_POSTAL_ADDRESS: 'x',
    BECKON_DKIM: `bk1:${file}`,
    BECKON_RETURN_DOMAIN: domain,
    ...env,
  });

describe('beckon doctor --mail with several senders', () => {
  it('looks at each as at that of the settings, and says where one waits for its way out', async () => {
    const store = await freshStore(migrations);
    const given = { ...settings({ BECKON_WAYS: 'outlet=smtp://out.shop.example' }), secret: 's'.repeat(40) };
    const senders = openSenders({
      ...mailSettings(given),
      store,
      clock: new SystemClock(),
      random: new SystemRandom(),
      catalog: { get: () => undefined },
      ways: new Map([['outlet', null]]),
    });
    const from = 'Workshop <hello@workshop.example>';
    const made = await senders.put('workshop', { name: 'Workshop', from, way: 'outlet', dkim: [{ selector: 'ws' }] });
    const zone = good();
    Object.assign(zone.txt!, { [made.dkim[0]!.host]: [made.dkim[0]!.record] });

    const found = await examineSenders(given, store, world(zone));
    expect(found.filter(({ level }) => level === 'fail').map(({ what }) => what)).toEqual([
      'Sender workshop: DMARC: workshop.example has no record; the large mailbox providers refuse bulk mail without',
    ]);
    expect(found.map(({ what }) => what)).toContain(
      'Sender workshop: DKIM: ws._domainkey.workshop.example has the key that mails are signed with',
    );
    expect(await examineSenders({ ...given, ways: {} }, store, world(zone))).toMatchObject([
      { level: 'fail', what: 'Sender workshop: its way out "outlet" is not set, so its mails wait' },
    ]);
  });
});

describe('beckon doctor --mail', () => {
  it('finds nothing to mend where everything is in place, and sends the probe that was asked for', async () => {
    const sent: string[] = [];
    const probe: MailWorld['probe'] = async (to) => {
      sent.push(to);
      return { kind: 'accepted', response: '250 ok' };
    };
    const findings = await examineMail(settings(), world(good(), { probe }), 'me@example.com');
    expect(findings.filter(({ level }) => level !== 'ok')).toEqual([]);
    expect(findings.map(({ what }) => what.split(' ')[0])).toEqual([
      'SPF:',
      'DKIM:',
      'DMARC:',
      'MX:',
      'Mail',
      'TLS:',
      'PTR:',
      'A',
    ]);
    expect(sent).toEqual(['me@example.com']);
    await examineMail(settings(), world(good(), { probe }), null);
    expect(sent).toHaveLength(1);
  });

  it('warns of answers that go where nobody reads them (trust row 37)', async () => {
    const warned = async (env: Record<string, string>) =>
      (await examineMail(settings(env), world(good()), null)).filter(({ level }) => level === 'warn');
    expect(await warned({ BECKON_REPLY_TO: 'No-Reply@shop.example' })).toMatchObject([
      { what: 'Answers go to No-Reply@shop.example, which says that nobody reads them' },
    ]);
    expect(await warned({ BECKON_REPLY_TO: 'noreplies@shop.example' })).toEqual([]);
  });

  const spoilt: [string, (zone: Zone) => void, RegExp, RegExp][] = [
    ['no SPF', (zone) => (zone.txt![domain] = []), /SPF: .* no record/, /v=spf1/],
    ['two SPF', (zone) => zone.txt![domain]!.push('v=spf1 -all'), /2 records, so none counts/, /one/],
    ['SPF for everybody', (zone) => (zone.txt![domain] = ['v=spf1 +all']), /lets everybody send/, /-all/],
    [
      'SPF with eleven look-ups',
      (zone) => (zone.txt![domain] = [`v=spf1 ${'include:a.example '.repeat(11)}-all`]),
      /11 look-ups/,
      /out/,
    ],
    ['no DKIM record', (zone) => delete zone.txt![`bk1._domainkey.${domain}`], /DKIM: .* no record/, /k=rsa; p=MII/],
    [
      'another DKIM key',
      (zone) => (zone.txt![`bk1._domainkey.${domain}`] = ['v=DKIM1; p=MIIB']),
      /another key/,
      /p=MII/,
    ],
    ['no DMARC', (zone) => delete zone.txt!['_dmarc.shop.example'], /DMARC: .* no record/, /p=none/],
    [
      'DMARC without reports',
      (zone) => (zone.txt!['_dmarc.shop.example'] = ['v=DMARC1; p=none']),
      /asks for no reports/,
      /rua=/,
    ],
    ['no MX', (zone) => delete zone.mx![domain], /MX: .* bounces come to nobody/, /MX record/],
    ['a null MX', (zone) => (zone.mx![domain] = ['']), /takes no mail/, /MX record/],
    ['no PTR', (zone) => (zone.ptr = {}), /PTR: .* no name/, /name/],
    ['a PTR that leads elsewhere', (zone) => (zone.a = {}), /does not lead back/, /lead to it/],
    ['a dead name server', (zone) => (zone.txt![domain] = null), /DNS did not answer/, /again/],
  ];
  it.each(spoilt)('%s: says what and how to mend it', async (_name, spoil, what, mend) => {
    const zone = good();
    spoil(zone);
    const bad = (await examineMail(settings(), world(zone), null)).filter(({ level }) => level !== 'ok');
    expect(bad).toHaveLength(1);
    expect(bad[0]!.what).toMatch(what);
    expect(bad[0]!.mend).toMatch(mend);
  });

  it('says why the mail host cannot be had, and that a line is in the clear', async () => {
    const failed = await examineMail(
      settings(),
      world(good(), { inspect: async () => ({ failed: 'self-signed certificate' }) }),
      null,
    );
    expect(failed.find(({ level }) => level === 'fail')?.what).toContain('self-signed');
    const inspect = async () => ({ offers: [], tls: null, address: '127.0.0.1' });
    const clear = await examineMail(settings(), world(good(), { inspect }), null);
    expect(clear.find(({ level }) => level === 'warn')?.what).toMatch(/in the clear/);
  });

  it('reads its own flags and leaves the others', () => {
    expect(readDoctorFlags(['--mail', '--port', '1'])).toEqual({ mail: true, probe: null, rest: ['--port', '1'] });
    expect(readDoctorFlags(['--probe', 'a@b.example'])).toEqual({ mail: true, probe: 'a@b.example', rest: [] });
    expect(() => readDoctorFlags(['--probe', '--mail'])).toThrow('address');
  });
});
