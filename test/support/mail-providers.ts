import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createBare, type Socket } from 'node:net';

/** What a provider took, in its own words brought to one form. */
export interface Taken {
  to: string;
  subject: string;
  /** Header fields, in lower case. */
  headers: Record<string, string>;
  tag: string;
  key: string | null;
}

/** A provider of mail on loopback, after its documentation: refuses what it would refuse, and can be told to misbehave. */
export interface FakeProvider {
  url: string;
  taken: Taken[];
  /** Instead of an answer of its own: a status with a body, or the connection is closed after the request was read. */
  fault: { status: number; body: string; headers?: Record<string, string> } | 'close' | null;
  close(): Promise<void>;
}

type Answer = { status: number; body: unknown; headers?: Record<string, string> };
type Reads = (request: IncomingMessage, body: Buffer, taken: Taken[]) => Answer;

const json = (body: Buffer) => JSON.parse(body.toString()) as ReturnType<typeof JSON.parse>;
const lower = (fields: Record<string, string>) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]));

function mime(raw: string): { headers: Record<string, string>; to: string; subject: string } {
  const fields = raw
    .slice(0, raw.indexOf('\r\n\r\n'))
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
    .map((line) => [line.split(':')[0]!.toLowerCase(), line.slice(line.indexOf(':') + 1).trim()] as const);
  const headers = Object.fromEntries(fields);
  return { headers, to: headers['to']!, subject: headers['subject']! };
}

/** By name: the path of its API, what stands for a good key, and how it reads a request. */
const kinds: Record<
  string,
  { way: string; path: string; isGood(request: IncomingMessage): boolean; read: Reads; unknown: Answer }
> = {
  postmark: {
    way: 'postmark://good@HOST?stream=broadcast',
    path: '/email',
    isGood: ({ headers }) => headers['x-postmark-server-token'] === 'good',
    unknown: { status: 401, body: { ErrorCode: 10, Message: 'Bad or missing Server API token.' } },
    read(_request, body, taken) {
      const mail = json(body);
      if (mail['MessageStream'] !== 'broadcast' || mail['TrackLinks'] !== 'None')
        return { status: 422, body: { ErrorCode: 1235 } };
      if (!/^[^\s@]+@[^\s@]+$/.test(mail['To']))
        return { status: 422, body: { ErrorCode: 300, Message: "Invalid 'To' address" } };
      const headers = lower(
        Object.fromEntries(mail['Headers'].map((one: { Name: string; Value: string }) => [one.Name, one.Value])),
      );
      taken.push({
        to: mail['To'],
        subject: mail['Subject'],
        headers,
        tag: mail['Metadata'].beckon_message,
        key: null,
      });
      return { status: 200, body: { ErrorCode: 0, Message: 'OK', MessageID: `pm-${taken.length}`, To: mail['To'] } };
    },
  },
  sendgrid: {
    way: 'sendgrid://good@HOST',
    path: '/v3/mail/send',
    isGood: ({ headers }) => headers.authorization === 'Bearer good',
    unknown: { status: 401, body: { errors: [{ message: 'The provided authorization grant is invalid' }] } },
    read(_request, body, taken) {
      const mail = json(body);
      const [{ to, custom_args: args }] = mail['personalizations'];
      if (!/^[^\s@]+@[^\s@]+$/.test(to[0].email))
        return {
          status: 400,
          body: { errors: [{ message: 'Does not contain a valid address.', field: 'personalizations.0.to.0.email' }] },
        };
      if (mail['tracking_settings'].open_tracking.enable !== false) return { status: 400, body: { errors: [] } };
      taken.push({
        to: to[0].email,
        subject: mail['subject'],
        headers: lower(mail['headers']),
        tag: args.beckon_message,
        key: null,
      });
      return { status: 202, body: '', headers: { 'x-message-id': `sg-${taken.length}` } };
    },
  },
  mailgun: {
    way: 'mailgun://good@HOST/mail.shop.example',
    path: '/v3/mail.shop.example/messages.mime',
    isGood: ({ headers }) => headers.authorization === `Basic ${Buffer.from('api:good').toString('base64')}`,
    unknown: { status: 401, body: 'Forbidden' },
    read(request, body, taken) {
      const boundary = /boundary=(.+)$/.exec(request.headers['content-type']!)![1]!;
      const parts = body.toString('latin1').split(`--${boundary}`);
      const field = (name: string) =>
        parts
          .find((part) => part.includes(`name="${name}"`))!
          .split('\r\n\r\n')
          .slice(1)
          .join('\r\n\r\n')
          .replace(/\r\n$/, '');
      const to = field('to');
      if (!/^[^\s@]+@[^\s@]+$/.test(to))
        return { status: 400, body: { message: "'to' parameter is not a valid address. please check documentation" } };
      taken.push({ ...mime(field('message')), to, tag: field('v:beckon_message'), key: null });
      return { status: 200, body: { id: `<mg-${taken.length}@mail.shop.example>`, message: 'Queued. Thank you.' } };
    },
  },
  resend: {
    way: 'resend://good@HOST',
    path: '/emails',
    isGood: ({ headers }) => headers.authorization === 'Bearer good',
    unknown: { status: 401, body: { statusCode: 401, name: 'missing_api_key', message: 'Missing API key' } },
    read(request, body, taken) {
      const mail = json(body);
      if (!/^[^\s@]+@[^\s@]+$/.test(mail['to'][0]))
        return { status: 422, body: { statusCode: 422, name: 'validation_error', message: 'Invalid `to` field.' } };
      const key = request.headers['idempotency-key'] as string;
      const before = taken.findIndex((one) => one.key === key);
      if (before >= 0 && taken[before]!.subject !== mail['subject'])
        return {
          status: 409,
          body: { statusCode: 409, name: 'invalid_idempotent_request', message: 'Same key, other payload' },
        };
      if (before >= 0) return { status: 200, body: { id: `re-${before + 1}` } };
      taken.push({
        to: mail['to'][0],
        subject: mail['subject'],
        headers: lower(mail['headers']),
        tag: mail['tags'][0].value,
        key,
      });
      return { status: 200, body: { id: `re-${taken.length}` } };
    },
  },
  ses: {
    way: 'ses://AKID:good@HOST?region=eu-north-1',
    path: '/v2/email/outbound-emails',
    isGood: ({ headers }) =>
      /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-north-1\/ses\/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=[0-9a-f]{64}$/.test(
        headers.authorization ?? '',
      ),
    unknown: {
      status: 403,
      body: { message: 'The security token included in the request is invalid.' },
      headers: { 'x-amzn-errortype': 'UnrecognizedClientException' },
    },
    read(_request, body, taken) {
      const mail = json(body);
      const to = mail['Destination'].ToAddresses[0];
      if (!/^[^\s@]+@[^\s@]+$/.test(to))
        return {
          status: 400,
          body: { message: 'Illegal address' },
          headers: { 'x-amzn-errortype': 'BadRequestException' },
        };
      const raw = Buffer.from(mail['Content'].Raw.Data, 'base64').toString();
      taken.push({ ...mime(raw), to, tag: mail['EmailTags'][0].Value, key: null });
      return { status: 200, body: { MessageId: `ses-${taken.length}` } };
    },
  },
};

export const providerNames = Object.keys(kinds);

export async function fakeProvider(name: string): Promise<FakeProvider> {
  const kind = kinds[name]!;
  const taken: Taken[] = [];
  const sockets = new Set<Socket>();
  const fake: FakeProvider = { url: '', taken, fault: null, close: async () => {} };
  const server: Server = createServer((request, reply) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const say = ({ status, body, headers = {} }: Answer) =>
        reply.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
      if (fake.fault === 'close') return void request.socket.destroy();
      if (fake.fault) return void say(fake.fault);
      if (request.url !== kind.path || request.method !== 'POST') return void say({ status: 404, body: {} });
      if (!kind.isGood(request)) return void say(kind.unknown);
      say(kind.read(request, Buffer.concat(pieces), taken));
    });
  });
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  fake.url = kind.way.replace('HOST', `127.0.0.1:${(server.address() as { port: number }).port}`);
  fake.close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return fake;
}

/** A port at which nobody listens any more. */
export async function deadPort(): Promise<number> {
  const server = createBare();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
