import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freshStore } from '../test/support/database.ts';
import type { ContactReport } from './api/contract-contact.ts';
import type { IntakeReport } from './api/contract-in.ts';
import { joinRooms, migrations, type Rooms } from './app.ts';
import { quietLog } from './base/index.ts';
import { openDoors, type Doors } from './doors.ts';
import { emptyLog } from './event/index.ts';
import { emptyProfiles } from './profile/index.ts';
import { readSettings } from './settings.ts';
import type { Store } from './store/index.ts';

let store: Store;
let rooms: Rooms;
let doors: Doors;

beforeAll(async () => {
  store = await freshStore(migrations);
  const settings = readSettings(['--no-demo', '--smtp', 'smtp://127.0.0.1:9'], {
    BECKON_FROM: 'Shop <shop@shop.example>',
    BECKON_POSTAL_ADDRESS: 'Street 1, Town',
  });
  rooms = await joinRooms({ ...settings, secret: 's'.repeat(40), databaseUrl: store.url }, { store, log: quietLog });
  doors = await openDoors(rooms);
});
afterAll(() => doors.close());
beforeEach(() =>
  store.inTransaction(async (tx) => {
    for (const empty of [emptyLog, emptyProfiles]) await empty(tx);
    await tx.run({ text: 'truncate event_import' });
  }),
);

async function send(csv: string, query: Record<string, string> = {}) {
  const url = `/v1/imports/contacts?${String(new URLSearchParams(query))}`;
  const headers = { 'content-type': 'text/csv' };
  const answer = await doors.callOwn({ method: 'POST', url, headers, body: csv, timeoutMs: 30_000 });
  return {
    status: answer.status,
    report: JSON.parse(answer.text) as ContactReport & { detail: string; where: string },
  };
}
const take = async (csv: string, query: Record<string, string> = {}) => (await send(csv, query)).report;
const personOf = async (address: string) => {
  await rooms.folder.drain();
  return rooms.profiles.find({ namespace: 'email', id: address });
};

const header = 'Email Address,First Name,Consent,Consent time,Consent source,Consent text,Shoe size';
const ada = 'Ada@example.com,Ada,yes,2021-03-01T09:30:00+01:00,Checkout box 2021,I want letters,41';

describe('people from a table', () => {
  it('are known by their columns, and their consent has source, words and its own time', async () => {
    const report = await take(`${header}\n${ada}\n`, { mapping: '{"attributes.shoeSize": "Shoe size"}' });
    expect(report).toMatchObject({ rows: 1, kept: 1, refused: 0, consent: { in: 1, withheld: 0 }, dryRun: false });
    expect(report.columns.used).toMatchObject({ email: 'Email Address', 'attributes.shoeSize': 'Shoe size' });
    const { state, id } = (await personOf('ada@example.com'))!;
    expect(state).toMatchObject({ email: 'Ada@example.com', attributes: { firstName: 'Ada', shoeSize: '41' } });
    expect(state.consent['email-marketing']).toEqual({
      state: 'in',
      at: Date.UTC(2021, 2, 1, 8, 30),
      source: 'import',
    });
    expect((await rooms.profiles.storyOf(id)).consents).toMatchObject([
      { state: 'in', level: 3, basis: 'consent', wording: 'I want letters', proof: { page: 'Checkout box 2021' } },
    ]);
  });

  it('may come as Klaviyo gives them: who was never asked says nothing, and the time is known by its column', async () => {
    const rows = [
      'Email,Email Marketing Consent,Email Marketing Consent Timestamp,Source',
      'ada@example.com,SUBSCRIBED,2024-03-01T09:30:00Z,Footer form',
      'ben@example.com,NEVER_SUBSCRIBED,,',
      'cleo@example.com,UNSUBSCRIBED,2024-05-02T10:00:00Z,Preferences',
    ];
    const report = await take(rows.join('\n'), { mapping: '{"consentSource": "Source"}' });
    expect(report).toMatchObject({ kept: 3, refused: 0, consent: { in: 1, out: 1, withheld: 0 } });
  });

  it('come without consent where "in" has no source or no time, and the report says so', async () => {
    const rows = [
      'a@example.com,A,yes,2021-03-01,,,',
      'b@example.com,B,ja,,Checkout,,',
      'c@example.com,C,in,01/03/2021,Checkout,,',
      'd@example.com,D,in,2199-01-01,Checkout,,',
      'e@example.com,E,,,,,',
      'f@example.com,F,no,,,,',
    ];
    const report = await take([header, ...rows].join('\r\n'));
    expect(report).toMatchObject({ kept: 6, refused: 0, consent: { in: 0, out: 1, withheld: 4 } });
    expect(report.withheld.map(({ row, why }) => [row, why])).toEqual([
      [2, 'in, but no source of the consent'],
      [3, 'in, but no time of the consent'],
      [4, 'in, but "01/03/2021" is not a time such as 2024-05-31T12:00:00Z'],
      [5, 'in, but its time "2199-01-01" lies ahead'],
    ]);
    expect((await personOf('a@example.com'))!.state.consent).toEqual({});
    expect((await personOf('f@example.com'))!.state.consent['email-marketing']!.state).toBe('out');
  });

  it('who have said no since are not said yes for by an older row', async () => {
    await take(`${header}\n${ada}\n`);
    const body = JSON.stringify({ identities: { email: 'ada@example.com' }, consent: { 'email-marketing': 'out' } });
    const headers = { 'content-type': 'application/json' };
    await doors.callOwn({ method: 'POST', url: '/v1/profiles', headers, body, timeoutMs: 10_000 });
    await take(`${header}\n${ada.replace('Ada,yes', 'Ada B,yes')}\n`);
    const { state } = (await personOf('ada@example.com'))!;
    expect(state.attributes['firstName']).toBe('Ada B');
    expect(state.consent['email-marketing']!.state).toBe('out');
  });

  it('are kept once, however often the file comes', async () => {
    const csv = `${header}\n${ada}\n${ada}\nben@example.com,Ben,,,,,\n`;
    expect(await take(csv)).toMatchObject({ rows: 3, kept: 2, repeated: 1 });
    expect(await take(csv)).toMatchObject({ rows: 3, kept: 0, repeated: 3 });
    const { id } = (await personOf('ada@example.com'))!;
    expect((await rooms.profiles.storyOf(id)).consents).toHaveLength(1);
  });

  it('lose nobody beside a row that is refused, and each refusal names its line', async () => {
    const rows = [
      ada,
      'nobody,X,,,,,',
      'x@example.com,X,maybe,,,,',
      'y@example.com,"open',
      'z@example.com,Z,,,,,,',
      'q@example.com,Q,,,,,,extra',
      '',
    ];
    const report = await take([header, ...rows, 'last@example.com,Last,,,,,'].join('\n'));
    expect(report).toMatchObject({ kept: 3, refused: 4 });
    expect(report.faults.map(({ row }) => row)).toEqual([3, 4, 5, 7]);
    expect(report.faults[0]!.why).toContain('"nobody" is not an e-mail address');
    expect(report.faults[1]!.why).toContain('"maybe" says neither in nor out');
    expect(report.faults[3]!.why).toContain('column 8 has no name');
    expect(await personOf('last@example.com')).not.toBeNull();
  });

  it('are only looked at in a dry run', async () => {
    const report = await take(`${header}\n${ada}\nbad,,,,,,\n`, { dryRun: 'true' });
    expect(report).toMatchObject({ dryRun: true, import: null, rows: 2, kept: 1, refused: 1, consent: { in: 1 } });
    expect(report.sample[0]).toMatchObject({ email: 'Ada@example.com', consentSource: 'Checkout box 2021' });
    expect(report.columns.ignored).toEqual(['Shoe size']);
    expect(await personOf('ada@example.com')).toBeNull();
    expect(await store.rows({ text: 'select 1 from event_import' })).toEqual([]);
  });

  it('are read by expressions over the row where the columns do not say it themselves', async () => {
    const mapping = {
      email: { expression: 'lowerCase(row["E-Mail"])' },
      firstName: 'Vorname',
      consent: { expression: 'row.Status == "aktiv"' },
      consentSource: { expression: '"Altes System"' },
      consentAt: 'Seit',
      'identities.crm': 'Nr',
    };
    const csv =
      'Nr;E-Mail;Vorname;Status;Seit\n7;ADA@EXAMPLE.COM;Ada;aktiv;2020-01-02 03:04\n8;BEN@EXAMPLE.COM;Ben;inaktiv;\n';
    const report = await take(csv, { mapping: JSON.stringify(mapping, null, 2) });
    expect(report).toMatchObject({ kept: 2, refused: 0, consent: { in: 1, out: 1 } });
    const { state } = (await personOf('ada@example.com'))!;
    expect(state.identities).toContainEqual({ namespace: 'crm', id: '7' });
    expect(state.consent['email-marketing']!.at).toBe(Date.UTC(2020, 0, 2, 3, 4));
  });

  it('may be called by formulas and odd names: these stay what they are, texts', async () => {
    const names = [
      '=HYPERLINK("http://evil.example")',
      '+1',
      '@SUM(1)',
      '-2',
      '\t=1',
      '<img src=x onerror=alert(1)>',
      '{{shop.name}}',
    ];
    const rows = names.map((name, n) => `p${n}@example.com,"${name.replaceAll('"', '""')}"`);
    expect(await take(['email,first name', ...rows].join('\n'))).toMatchObject({ kept: names.length });
    for (const [n, name] of names.entries())
      expect((await personOf(`p${n}@example.com`))!.state.attributes['firstName']).toBe(name.trim());
  });

  it('are not begun with when the first line or the mapping cannot be understood', async () => {
    const wrong = async (csv: string, query: Record<string, string> = {}) => {
      const { status, report } = await send(csv, query);
      expect([400, 422]).toContain(status);
      return report.detail;
    };
    expect(await wrong('')).toContain('The file is empty');
    expect(await wrong('name,age\nAda,4')).toContain('No column names the person');
    expect(await wrong('email,email\na,b')).toContain('is there twice');
    expect(await wrong('email,,x\na,b')).toContain('has no name');
    expect(await wrong('\ufffd\ufffde\0m\0')).toContain('UTF-8');
    expect(await wrong('email\na', { mapping: '{"email": "Mail"}' })).toContain('There is no column "Mail"');
    expect(await wrong('email\na', { mapping: '{"emial": "email"}' })).toContain('is not a field');
    expect(await wrong('email\na', { mapping: '{"attributes.__proto__": "email"}' })).toContain('is not a field');
    expect(await wrong('email\na', { mapping: '{"email": {"expression": "row.("}}' })).toBeTruthy();
    expect(await wrong('email\na', { mapping: '[]' })).toContain('The mapping is not one');
    expect(await wrong('email\na', { dryRun: 'maybe' })).toContain('neither true nor false');
    expect(await wrong('email\na', { resume: 'none' })).toContain('There is no import');
    expect(await store.rows({ text: 'select 1 from event_import' })).toEqual([]);
  });

  it('go on where they were cut off, and everybody can see how far they are', async () => {
    const rows = Array.from({ length: 1200 }, (_, n) => `p${n}@example.com,P`);
    const begun = await rooms.events.imports.begin('list', rooms.clock.now());
    await rooms.events.imports.step(begun.id, {
      lines: 1000,
      kept: 1000,
      repeated: 0,
      faults: [],
      at: rooms.clock.now(),
    });
    const report = await take(['email,first name', ...rows].join('\n'), { resume: begun.id });
    expect(report).toMatchObject({ import: begun.id, rows: 1200, kept: 200 });
    expect(await rooms.events.imports.get(begun.id)).toMatchObject({ lines: 1200, kept: 1200, done: true });
    expect((await send('email\na@example.com', { resume: begun.id })).report.detail).toContain('is done');
  });
});

describe('people in bulk from the shop’s server', () => {
  const post = async (body: string, kind: string) => {
    const headers = { 'content-type': kind };
    const answer = await doors.callOwn({ method: 'POST', url: '/v1/profiles', headers, body, timeoutMs: 60_000 });
    return { status: answer.status, ...(JSON.parse(answer.text) as IntakeReport) };
  };
  const row = (n: number) =>
    JSON.stringify({ id: `r${n}`, identities: { email: `p${n}@example.com`, crm: String(n) } });

  it('come as lines without end, and nobody is lost by a line that is refused', async () => {
    const all = Array.from({ length: 12_000 }, (_, n) => (n % 5 === 4 ? `{"broken": ${n}` : row(n)));
    const first = await post(all.join('\n'), 'application/x-ndjson');
    expect(first).toMatchObject({ status: 200, kept: 9600, repeated: 0, more: 1400 });
    expect(first.refused).toHaveLength(1000);
    expect(first.refused[0]).toMatchObject({ row: 5, code: 'API_JSON_UNREADABLE' });
    expect(await post(all.slice(0, 10).join('\n'), 'application/ndjson')).toMatchObject({ kept: 0, repeated: 8 });
  });

  it('come as an array too, with consent and what proves it', async () => {
    const given = {
      identities: { email: 'ada@example.com' },
      at: '2024-05-01T10:00:00Z',
      consent: { 'email-marketing': 'in' },
      proof: { basis: 'consent', wording: 'Yes, write to me', place: 'https://shop.example/checkout' },
    };
    expect(await post(`[${row(1)}, {"identities": {}}, ${JSON.stringify(given)}]`, 'application/json')).toMatchObject({
      kept: 2,
      refused: [{ row: 2 }],
    });
    const { id } = (await personOf('ada@example.com'))!;
    expect((await rooms.profiles.storyOf(id)).consents).toMatchObject([{ state: 'in', wording: 'Yes, write to me' }]);
  });
});
