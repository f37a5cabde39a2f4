import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import hoodiecrow from 'hoodiecrow-imap';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aComplaint, aLetter, aReport } from '../../test/support/letters.ts';
import { aDesk, type Desk } from '../../test/support/message.ts';
import { quietLog } from '../base/index.ts';
import { connectionOf, ImapIntake, type ImapPlace } from './imap.ts';
import { openIntake, type Intake } from './intake.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await aDesk({ returnDomain: 'returns.shop.example' });
});
const listed = () => desk.store.rows({ text: 'select scope, reason from suppression order by scope' });

async function sent(more: { email?: string } = {}): Promise<{ id: string; to: string; header: string }> {
  const id = await desk.plan(desk.person(more));
  await desk.messages.work();
  const mail = desk.transport.sent.at(-1)!;
  return { id, to: mail.envelope.from, header: mail.raw.toString().replace(/\r\n[ \t]/g, ' ') };
}

describe('the listener for returned mail', () => {
  let intake: Intake;
  const letter = (of: Parameters<Desk['messages']['letter']>[0]) => desk.messages.letter(of);
  beforeEach(async () => {
    const isOurs = (address: string) => desk.messages.isOurs(address);
    intake = await openIntake({ host: '127.0.0.1', port: 0, log: quietLog, isOurs, letter: (of) => letter(of) });
  });
  afterEach(() => intake.close());

  /** Hands a mail over as a mail host does. @returns the last answer */
  function hand(raw: Buffer, to: string, from = ''): Promise<string> {
    const connection = new SMTPConnection({ host: '127.0.0.1', port: intake.port, ignoreTLS: true });
    return new Promise((resolve, reject) => {
      connection.on('error', reject);
      connection.connect(() => {
        connection.send({ from, to: [to] }, raw, (error, info) => {
          connection.quit();
          resolve(
            error ? `${(error as { responseCode?: number }).responseCode} ${error.message}` : (info?.response ?? ''),
          );
        });
      });
    });
  }

  it('says 250 when the bounce is in effect', async () => {
    const { to } = await sent();
    expect(await hand(aReport({ to }, { status: '5.1.1', says: '550 5.1.1 no such user' }), to)).toMatch(/^250/);
    expect(await listed()).toEqual([{ scope: 'all', reason: 'bounced' }]);
  });

  it('takes no mail but to a return path of ours (trust row 17)', async () => {
    const { to } = await sent();
    const raw = aReport({ to }, { status: '5.1.1', says: '550 5.1.1 no such user' });
    for (const other of ['postmaster@returns.shop.example', 'bounce+x@returns.shop.example', 'ada@example.com'])
      expect(await hand(raw, other)).toMatch(/^550/);
    expect(await listed()).toEqual([]);
  });

  it('takes a bounce whose address was written in capitals on the way', async () => {
    const { to } = await sent();
    const loud = to.toUpperCase();
    expect(await hand(aReport({ to: loud }, { status: '5.1.1', says: '550 5.1.1 no' }), loud)).toMatch(/^250/);
    expect(await listed()).toHaveLength(1);
  });

  it('unsubscribes who writes to the address in the header (RFC 2369), and ends what was planned', async () => {
    const { header } = await sent();
    const mailto = /List-Unsubscribe: .*<mailto:([^>]+)>/.exec(header)![1]!;
    expect(mailto).toMatch(/^unsub\+[a-z2-7]{42}@returns\.shop\.example$/);
    const raw = aLetter({ From: 'ada@example.com', To: mailto, Subject: 'unsubscribe' }, '');
    expect(await hand(raw, mailto, 'ada@example.com')).toMatch(/^250/);
    expect(await listed()).toEqual([{ scope: 'marketing', reason: 'unsubscribed' }]);
    expect(desk.events.at(-1)).toMatchObject({ consent: { 'email-marketing': 'out' }, level: 2 });
  });

  it('takes a complaint at the address that the header names for it (RFC 9477)', async () => {
    const { header } = await sent();
    const fbl = /CFBL-Address: (\S+);/.exec(header)![1]!;
    expect(await hand(aComplaint({ to: fbl }), fbl, 'staff@hostedmail.example')).toMatch(/^250/);
    expect(await listed()).toEqual([{ scope: 'marketing', reason: 'complained' }]);
  });

  it('leaves the mail with its host when it cannot be kept, and takes it later', async () => {
    const { to } = await sent();
    const raw = aReport({ to }, { status: '5.1.1', says: '550 5.1.1 no such user' });
    const real = desk.messages.letter.bind(desk.messages);
    desk.messages.letter = () => Promise.reject(new Error('the database is away'));
    expect(await hand(raw, to)).toMatch(/^451/);
    desk.messages.letter = real;
    expect(await hand(raw, to)).toMatch(/^250/);
    expect(await listed()).toHaveLength(1);
  });

  it('refuses what is larger than a report, relaying and logging in', async () => {
    const { to } = await sent();
    const large = Buffer.concat([
      aReport({ to }, { status: '5.1.1', says: 'x' }),
      Buffer.alloc(3 * 1024 * 1024, 'a\r\n'),
    ]);
    expect(await hand(large, to)).toMatch(/^552/);
    const socket = connect(intake.port, '127.0.0.1');
    let said = '';
    socket.setEncoding('utf8').on('data', (text: string) => (said += text));
    socket.end('EHLO x\r\nAUTH PLAIN AGEAYg==\r\nVRFY ada\r\nQUIT\r\n');
    await once(socket, 'close');
    expect(said).not.toMatch(/235|AUTH PLAIN/);
    expect(await listed()).toEqual([]);
  });
});

describe('a mailbox that is read by IMAP', () => {
  let server: ReturnType<typeof hoodiecrow>;
  let place: ImapPlace | null;
  let reader: ImapIntake;
  beforeEach(async () => {
    server = hoodiecrow({ users: { beckon: { password: 'se:cret/ 1' } }, storage: { INBOX: {} } });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.server.address() as AddressInfo;
    place = null;
    reader = new ImapIntake({
      url: `imap://beckon:${encodeURIComponent('se:cret/ 1')}@127.0.0.1:${port}/INBOX`,
      clock: desk.clock,
      log: quietLog,
      letter: (letter) => desk.messages.letter(letter),
      place: { get: async () => place, set: async (now) => void (place = now) },
    });
  });
  afterEach(async () => {
    await reader.stop();
    await new Promise<void>((resolve) => server.close(resolve));
  });
  const arrive = (raw: Buffer) => server.appendMessage('INBOX', [], false, raw.toString('latin1'));
  const flags = () => server.getMailbox('INBOX').messages.map((mail) => mail.flags.includes(String.raw`\Seen`));

  it('gives what is about mails of ours, once, and marks what machines wrote as read', async () => {
    const [gone, full] = [await sent({ email: 'a@example.com' }), await sent({ email: 'b@example.com' })];
    arrive(aReport({ to: gone.to, recipient: 'a@example.com' }, { status: '5.1.1', says: '550 5.1.1 no' }));
    arrive(aLetter({ From: 'someone@example.com', To: 'news@shop.example', Subject: 'Hello' }, 'Not about a mail'));
    const messageId = /Message-ID: (\S+)/.exec(full.header)![1]!;
    desk.clock.advance(3_600_000);
    arrive(
      aLetter({ From: 'b@example.com', To: 'help@shop.example', Subject: 'Re: x', 'In-Reply-To': messageId }, 'Blue?'),
    );
    expect(await reader.pass()).toBe(2);
    expect(reader.fault).toBeNull();
    expect(await listed()).toEqual([{ scope: 'all', reason: 'bounced' }]);
    expect(desk.events.map(({ types }) => types[0])).toContain('message.replied');
    expect(flags(), 'people’s mails are for people').toEqual([true, false, false]);
    expect(await reader.pass()).toBe(0);
    const next = await sent({ email: 'c@example.com' });
    arrive(aReport({ to: next.to, recipient: 'c@example.com' }, { status: '5.1.1', says: '550 5.1.1 no' }));
    expect(await reader.pass(), 'only what is new').toBe(1);
  });

  it('reads again after a crash before the place was kept, and nothing changes twice', async () => {
    const { to } = await sent();
    arrive(aReport({ to }, { status: '5.2.2', says: '552 5.2.2 full' }));
    await reader.pass();
    place = null;
    await reader.pass();
    expect(desk.events.filter(({ types }) => types.includes('message.bounced'))).toHaveLength(1);
  });

  it('says why it cannot read, and reads again when it can', async () => {
    const { port } = server.server.address() as AddressInfo;
    const wrong = new ImapIntake({
      url: `imap://beckon:wrong@127.0.0.1:${port}`,
      clock: desk.clock,
      log: quietLog,
      letter: (letter) => desk.messages.letter(letter),
      place: { get: async () => null, set: async () => {} },
    });
    expect(await wrong.pass()).toBe(0);
    expect(wrong.fault).not.toBeNull();
    expect(wrong.fault).not.toContain('wrong');
  });

  it('takes its address apart', () => {
    expect(connectionOf('imaps://a%40b:p%2Fw@imap.example/Returned%20mail')).toMatchObject({
      host: 'imap.example',
      port: 993,
      secure: true,
      auth: { user: 'a@b', pass: 'p/w' },
      path: 'Returned mail',
    });
    expect(connectionOf('imap://a:b@imap.example'), 'a password is not sent in the clear').toMatchObject({
      doSTARTTLS: true,
      path: 'INBOX',
    });
  });
});
