import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeClock, SeededRandom, UuidIds } from '../../src/base/index.ts';
import {
  CapturingTransport,
  judgeResult,
  MailboxStore,
  migrations,
  openMailboxServer,
  SmtpTransport,
  type Transport,
} from '../../src/message/index.ts';
import { freshStore } from '../support/database.ts';

/** Where the sink misbehaves: it answers so, closes, or says nothing. */
type Fault = {
  at: 'banner' | 'ehlo' | 'mail' | 'rcpt' | 'data' | 'body' | 'dot';
  do: 'close' | 'hang' | 'reset' | string;
};

interface Sink {
  url: string;
  /** Whole mails that arrived, final dot included. */
  mails: string[];
  sessions: number;
  fault: Fault | null;
  close(): Promise<void>;
}

const open: (() => Promise<void>)[] = [];
// The last first: a server waits for those that are connected to it.
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** A small SMTP server on loopback that can fail at each stage. */
async function aSink(fault: Fault | null = null): Promise<Sink> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    sink.sessions++;
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    converse(socket, sink);
  });
  const sink: Sink = {
    url: '',
    mails: [],
    sessions: 0,
    fault,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  sink.url = `smtp://127.0.0.1:${(server.address() as { port: number }).port}`;
  open.push(sink.close);
  return sink;
}

function converse(socket: Socket, sink: Sink): void {
  let [buffer, body] = ['', false];
  const reply = (stage: Fault['at'], usual: string) => {
    const fault = sink.fault?.at === stage ? sink.fault.do : null;
    if (fault === 'close') socket.end();
    else if (fault === 'reset') socket.resetAndDestroy();
    else if (fault !== 'hang') socket.write(`${fault ?? usual}\r\n`);
  };
  reply('banner', '220 sink');
  socket.on('data', (piece) => {
    buffer += piece.toString('latin1');
    if (body && sink.fault?.at === 'body') return void socket.resetAndDestroy();
    if (body) {
      const end = buffer.indexOf('\r\n.\r\n');
      if (end < 0) return;
      sink.mails.push(buffer.slice(0, end));
      [buffer, body] = [buffer.slice(end + 5), false];
      reply('dot', '250 2.0.0 taken');
    }
    for (let at = buffer.indexOf('\r\n'); at >= 0 && !body; at = buffer.indexOf('\r\n')) {
      const line = buffer.slice(0, at).toUpperCase();
      buffer = buffer.slice(at + 2);
      if (line.startsWith('EHLO')) reply('ehlo', '250 sink');
      else if (line.startsWith('MAIL')) reply('mail', '250 ok');
      else if (line.startsWith('RCPT')) reply('rcpt', '250 ok');
      else if (line === 'DATA') {
        body = true;
        reply('data', '354 go on');
        body = sink.fault?.at !== 'data';
      } else if (line === 'QUIT') socket.end('221 bye\r\n');
      else socket.write('250 ok\r\n');
    }
  });
}

const aMail = (size = 2000, n = 1) => ({
  envelope: { from: 'bounce@shop.example', to: 'ada@example.com' },
  raw: Buffer.from(
    `Subject: mail ${n}\r\nTo: ada@example.com\r\n\r\n.dots\r\n${'x'.repeat(76)}\r\n`.padEnd(size, 'line of text\r\n'),
  ),
  key: `key-${n}`,
});

function smtp(sink: { url: string }, more: object = {}): SmtpTransport {
  const transport = new SmtpTransport({ url: sink.url, socketTimeout: 300, connectTimeout: 300, ...more });
  open.push(() => transport.close());
  return transport;
}

describe('every transport', () => {
  const kinds: [string, () => Promise<{ transport: Transport; taken: () => Promise<string[]> }>][] = [
    [
      'smtp',
      async () => {
        const sink = await aSink();
        return { transport: smtp(sink), taken: async () => sink.mails };
      },
    ],
    [
      'capture',
      async () => {
        const mails: string[] = [];
        const transport = new CapturingTransport(async (raw) => void mails.push(raw.toString()));
        return { transport, taken: async () => mails };
      },
    ],
    [
      'smtp into the built-in mailbox',
      async () => {
        const store = await freshStore(migrations);
        const clock = new FakeClock(1_800_000_000_000);
        const mailbox = new MailboxStore({ store, clock, ids: new UuidIds(clock, new SeededRandom(1)) });
        const server = await openMailboxServer(mailbox);
        open.push(server.close);
        const taken = async () => {
          const list = await mailbox.list();
          return Promise.all(list.map(async ({ id }) => (await mailbox.get(id))!.raw.toString()));
        };
        return { transport: smtp(server, { socketTimeout: 10_000, connectTimeout: 10_000 }), taken };
      },
    ],
  ];

  it.each(kinds)('%s hands the mail over whole and says so', async (_name, make) => {
    const { transport, taken } = await make();
    expect(await transport.send(aMail())).toMatchObject({ kind: 'accepted' });
    expect((await taken())[0]).toContain('Subject: mail 1');
  });

  it.each(kinds)('%s bears more mails at once than it is wide, each once', async (_name, make) => {
    const { transport, taken } = await make();
    const results = await Promise.all(Array.from({ length: 25 }, (_, n) => transport.send(aMail(500, n))));
    expect(results.every(({ kind }) => kind === 'accepted')).toBe(true);
    const subjects = (await taken()).map((mail) => /Subject: (mail \d+)/.exec(mail)![1]);
    expect(new Set(subjects).size).toBe(25);
    expect(subjects).toHaveLength(25);
  });
});

describe('smtp, by what really happened on the wire (trust §2.3)', () => {
  const lost = (bodyEnded: boolean) => ({ kind: 'lost', bodyEnded });

  it.each([
    [{ at: 'banner', do: 'close' }, lost(false), 'deferred'],
    [{ at: 'banner', do: 'hang' }, lost(false), 'deferred'],
    [{ at: 'banner', do: '554 no service' }, { kind: 'answered', stage: 'session', code: 554 }, 'deferred'], // trust row 46
    [{ at: 'ehlo', do: 'close' }, lost(false), 'deferred'],
    [{ at: 'mail', do: 'close' }, lost(false), 'deferred'],
    [{ at: 'rcpt', do: 'close' }, lost(false), 'deferred'],
    [{ at: 'rcpt', do: '550 5.1.1 no such user' }, { kind: 'answered', stage: 'mail', code: 550 }, 'rejected'],
    [{ at: 'rcpt', do: '421 busy' }, { kind: 'answered', code: 421 }, 'deferred'], // trust row 45
    [{ at: 'data', do: 'close' }, lost(false), 'deferred'],
    [{ at: 'data', do: 'hang' }, lost(false), 'deferred'],
    [{ at: 'dot', do: 'close' }, lost(true), 'in_doubt'], // trust row 40
    [{ at: 'dot', do: 'reset' }, lost(true), 'in_doubt'],
    [{ at: 'dot', do: 'hang' }, lost(true), 'in_doubt'], // trust row 41
    [{ at: 'dot', do: '451 later' }, { kind: 'answered', stage: 'mail', code: 451 }, 'deferred'], // trust row 44
    [{ at: 'dot', do: '552 too big' }, { kind: 'answered', stage: 'mail', code: 552 }, 'rejected'],
  ] as [Fault, object, string][])('%o is %o → %s', async (fault, result, state) => {
    const sink = await aSink(fault);
    const got = await smtp(sink).send(aMail());
    expect(got).toMatchObject(result);
    expect(judgeResult(got).state).toBe(state);
    expect(sink.mails).toHaveLength(fault.at === 'dot' ? 1 : 0);
  });

  it('a link that breaks in the middle of a large body is never taken for delivered', async () => {
    const sink = await aSink({ at: 'body', do: 'reset' });
    const got = await smtp(sink).send(aMail(4_000_000));
    expect(['deferred', 'in_doubt']).toContain(judgeResult(got).state);
    expect(sink.mails).toEqual([]);
  });

  it('a refused connection defers', async () => {
    const sink = await aSink();
    await sink.close();
    expect(judgeResult(await smtp(sink).send(aMail())).state).toBe('deferred');
  });

  it('keeps its connections, drops those that failed, and recovers (trust row 45)', async () => {
    const sink = await aSink();
    const transport = smtp(sink, { width: 1 });
    for (let n = 0; n < 3; n++) await transport.send(aMail(500, n));
    expect(sink.sessions).toBe(1);
    sink.fault = { at: 'mail', do: '421 going down' };
    expect(judgeResult(await transport.send(aMail())).state).toBe('deferred');
    sink.fault = null;
    expect(await transport.send(aMail())).toMatchObject({ kind: 'accepted' });
    expect(sink.sessions).toBe(2);
  });

  it('begins a new connection after the set number of mails', async () => {
    const sink = await aSink();
    const transport = smtp(sink, { width: 1, perConnection: 2 });
    for (let n = 0; n < 4; n++) expect(await transport.send(aMail(500, n))).toMatchObject({ kind: 'accepted' });
    expect(sink.sessions).toBe(2);
  });

  it('refuses a relay without STARTTLS when TLS is required (trust row 47)', async () => {
    const sink = await aSink();
    const got = await smtp({ url: `${sink.url}?tls=required` }).send(aMail());
    expect(judgeResult(got).state).toBe('deferred');
    expect(sink.mails).toEqual([]);
  });
});
