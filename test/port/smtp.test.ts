import { createServer, type Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { judgeResult, SmtpTransport } from '../../src/message/index.ts';
import { selfSigned } from '../support/certificate.ts';

const certificate = selfSigned('127.0.0.1');
const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** A mail host as smtp-server makes it. @returns its address without scheme, and what it took */
async function aHost(
  options: SMTPServerOptions,
): Promise<{ at: string; taken: { session: SMTPServerSession; raw: string }[] }> {
  const taken: { session: SMTPServerSession; raw: string }[] = [];
  const server = new SMTPServer({
    disableReverseLookup: true,
    authOptional: true,
    ...options,
    onData(stream, session, callback) {
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('end', () => {
        taken.push({
          session: structuredClone({ envelope: session.envelope, secure: session.secure }) as never,
          raw: Buffer.concat(pieces).toString(),
        });
        callback();
      });
    },
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { at: `127.0.0.1:${(server.server.address() as { port: number }).port}`, taken };
}

/** A host that answers line by line as told; `answers` by the first word. */
async function aScript(answers: Record<string, string>): Promise<{ at: string; lines: string[] }> {
  const lines: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.write('220 script\r\n');
    let rest = '';
    socket.on('data', (piece) => {
      rest += piece.toString();
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        lines.push(line);
        const answer = answers[line.split(/[ :]/)[0]!];
        if (answer) socket.write(answer.endsWith('\r\n') ? answer : `${answer}\r\n`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { at: `127.0.0.1:${(server.address() as { port: number }).port}`, lines };
}

const by = (url: string) => {
  const transport = new SmtpTransport({ url, socketTimeout: 1000, connectTimeout: 3000 });
  open.push(() => transport.close());
  return transport;
};
const aMail = (to = 'ada@example.com', raw = 'Subject: hello\r\n\r\nbody\r\n') => ({
  envelope: { from: 'bounce+abc@shop.example', to },
  raw: Buffer.from(raw),
  key: 'k',
});

describe('what is asked of a mail host', () => {
  it('TLS is taken where it is offered, its certificate is looked at, and the rest is said inside it', async () => {
    const host = await aHost(certificate);
    expect(await by(`smtp://${host.at}`).send(aMail()), 'a certificate of nobody').toMatchObject({
      kind: 'lost',
      bodyEnded: false,
    });
    expect(await by(`smtp://${host.at}?tls=unverified`).send(aMail())).toMatchObject({ kind: 'accepted' });
    expect(host.taken.map(({ session }) => session.secure)).toEqual([true]);
    const plain = await by(`smtp://${host.at}?tls=off`).send(aMail());
    expect(plain.kind).toBe('accepted');
    expect(host.taken[1]!.session.secure).toBe(false);
  });

  it('TLS from the first byte', async () => {
    const host = await aHost({ ...certificate, secure: true });
    expect(await by(`smtps://${host.at}?tls=unverified`).send(aMail())).toMatchObject({ kind: 'accepted' });
  });

  it.each(['PLAIN', 'LOGIN', 'CRAM-MD5'])(
    'signs in by AUTH %s, and a wrong password defers, whoever the mail is for',
    async (method) => {
      const host = await aHost({
        authOptional: false,
        authMethods: [method],
        hideSTARTTLS: true,
        allowInsecureAuth: true,
        onAuth: ({ username, password, validatePassword }, _session, done) => {
          const good = username === 'ü@shop' && (method === 'CRAM-MD5' ? validatePassword('p:w') : password === 'p:w');
          if (good) done(null, { user: 1 });
          else done(new Error('no'));
        },
      });
      const user = encodeURIComponent('ü@shop');
      expect(await by(`smtp://${user}:p%3Aw@${host.at}`).send(aMail())).toMatchObject({ kind: 'accepted' });
      const refused = await by(`smtp://${user}:wrong@${host.at}`).send(aMail());
      expect(refused).toMatchObject({ kind: 'answered', stage: 'session', code: 535 });
      expect(judgeResult(refused).state).toBe('deferred');
    },
  );

  it('never says a password in the clear to another machine', async () => {
    const host = await aScript({ EHLO: '250-script\r\n250 AUTH PLAIN', AUTH: '235 in' });
    // The same machine under a name that says nothing of it, as a stand-in for a distant one.
    const result = await by(`smtp://a:b@0.0.0.0:${host.at.split(':')[1]}`).send(aMail());
    expect(result).toMatchObject({
      kind: 'lost',
      bodyEnded: false,
      why: expect.stringContaining('not sent in the clear'),
    });
    expect(host.lines).toHaveLength(1);
    expect(host.lines.join()).not.toContain('AUTH');
  });

  it('delivery reports are asked for where the host can, by the token of the return path', async () => {
    const answers = {
      EHLO: '250-script\r\n250-PIPELINING\r\n250-SIZE 100000\r\n250 DSN',
      MAIL: '250 ok',
      RCPT: '250 ok',
      DATA: '354 go',
      '.': '250 taken',
    };
    const host = await aScript(answers);
    expect(await by(`smtp://${host.at}`).send(aMail('a+b=c@example.com'))).toMatchObject({ kind: 'accepted' });
    expect(host.lines.filter((line) => /^(MAIL|RCPT)/.test(line))).toEqual([
      'MAIL FROM:<bounce+abc@shop.example> SIZE=24 RET=HDRS ENVID=bounce+2Babc',
      'RCPT TO:<a+b=c@example.com> NOTIFY=FAILURE,DELAY ORCPT=rfc822;a+2Bb+3Dc@example.com',
    ]);
    const silent = await aScript(answers);
    await by(`smtp://${silent.at}?dsn=off`).send(aMail());
    expect(silent.lines.join()).not.toMatch(/RET=|NOTIFY/);
  });

  it('an address beyond ASCII goes by SMTPUTF8, and without it there is no word about it on the wire (trust M4, row 6)', async () => {
    const host = await aHost({ hideSTARTTLS: true });
    const transport = by(`smtp://${host.at}`);
    expect(await transport.takesUtf8()).toBe(true);
    const eai = '用户@xn--fsqu00a.xn--rdxzp';
    expect(await transport.send(aMail(eai))).toMatchObject({ kind: 'accepted' });
    expect(host.taken[0]!.session.envelope.rcptTo[0]!.address).toMatch(/^用户@/);
    const old = await aScript({ EHLO: '250 script' });
    const before = by(`smtp://${old.at}`);
    expect(await before.takesUtf8()).toBe(false);
    expect(await before.send(aMail(eai))).toMatchObject({ kind: 'answered', code: 553 });
    expect(old.lines.join()).not.toContain('MAIL');
  });

  it('a reply in three pieces is one reply (trust row 43)', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.write('220 ');
      setImmediate(() => socket.write('pieces\r'));
      setImmediate(() => setImmediate(() => socket.write('\n')));
      socket.on('data', (piece) => {
        for (const line of piece.toString().split('\r\n').filter(Boolean)) {
          if (line === '.') {
            socket.write('2');
            setImmediate(() => socket.write('50 2.0.0 ta'));
            setImmediate(() => setImmediate(() => socket.write('ken\r\n')));
          } else if (line === 'DATA') socket.write('354 go\r\n');
          else if (/^(EHLO|MAIL|RCPT)/.test(line)) socket.write('250 ok\r\n');
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push(() => void server.close());
    const { port } = server.address() as { port: number };
    expect(await by(`smtp://127.0.0.1:${port}`).send(aMail())).toEqual({
      kind: 'accepted',
      response: '250 2.0.0 taken',
    });
  });

  it('a refused recipient leaves the connection to the next mail, also where all was said at once', async () => {
    for (const data of ['503 no recipients', '354 go']) {
      const host = await aScript({
        EHLO: '250-script\r\n250 PIPELINING',
        MAIL: '250 ok',
        RCPT: '550 5.1.1 no such user',
        DATA: data,
        RSET: '250 ok',
      });
      const transport = by(`smtp://${host.at}`);
      for (let n = 0; n < 2; n++) {
        const result = await transport.send(aMail());
        expect(result).toMatchObject({ kind: 'answered', stage: 'mail', code: 550 });
        expect(judgeResult(result).state).toBe('rejected');
      }
      expect(host.lines.filter((line) => line.startsWith('EHLO'))).toHaveLength(data.startsWith('354') ? 2 : 1);
      expect(host.lines, 'nothing was said to nobody').not.toContain('.');
    }
  });

  it('a refused sender is about us, not about the recipient', async () => {
    const host = await aScript({ EHLO: '250 script', MAIL: '550 5.7.1 not your domain', RSET: '250 ok' });
    expect(judgeResult(await by(`smtp://${host.at}`).send(aMail())).state).toBe('deferred');
  });

  it('dots at the head of lines arrive as they were, and no address breaks the conversation', async () => {
    const host = await aHost({ hideSTARTTLS: true });
    const transport = by(`smtp://${host.at}`);
    const raw = '.first\r\n\r\n.\r\n..two\r\nlast';
    expect(await transport.send(aMail('ada@example.com', raw))).toMatchObject({ kind: 'accepted' });
    expect(host.taken[0]!.raw.trimEnd()).toBe(raw);
    const attack = await transport.send(aMail('a@b.example>\r\nRCPT TO:<eve@evil.example'));
    expect(attack).toMatchObject({ kind: 'lost', bodyEnded: false });
    expect(host.taken).toHaveLength(1);
  });

  it('a host that speaks no SMTP, or without end, is given up', async () => {
    for (const said of ['HTTP/1.1 400 Bad Request\r\n\r\n', '220-'.padEnd(70_000, 'x'), '999 what\r\nx\r\n']) {
      const server = createServer((socket) => {
        socket.on('error', () => {});
        socket.write(said);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      open.push(() => void server.close());
      const { port } = server.address() as { port: number };
      const result = await by(`smtp://127.0.0.1:${port}`).send(aMail());
      expect(judgeResult(result).state, said.slice(0, 10)).toBe('deferred');
    }
  });
});
