import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { after, BeckonError, vettedLookup, type Resolve } from '../base/index.ts';
import { CallTimeout, nextHop, openCaller, targetOf, type Caller, type CallRequest } from './call.ts';

interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** A service of the shop's own network, and what it was asked. */
let respond: (url: string, response: ServerResponse) => void;
let seen: Seen[] = [];
let server: Server;
let other: Server;
let host = '';
let otherHost = '';
let call: Caller;

const listening = async (on: Server) => {
  await new Promise<void>((done) => on.listen(0, '127.0.0.1', done));
  return `127.0.0.1:${(on.address() as AddressInfo).port}`;
};
const serve = () =>
  createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      seen.push({ method: request.method!, url: request.url!, headers: request.headers, body });
      respond(request.url!, response);
    });
  });

beforeAll(async () => {
  server = serve();
  other = serve();
  host = await listening(server);
  otherHost = await listening(other);
  call = openCaller({ allowed: [host, otherHost] });
});
afterAll(() => {
  for (const one of [server, other]) {
    one.closeAllConnections();
    one.close();
  }
});
beforeEach(() => {
  seen = [];
  respond = (_, response) => void response.end('{}');
});

const asks = (more: Partial<CallRequest> = {}): CallRequest => ({
  method: 'POST',
  url: `http://${host}/recs`,
  headers: { accept: 'application/json', 'content-type': 'application/json', authorization: 'Bearer key-of-a-shop' },
  body: '{"a":"ä"}',
  timeoutMs: 5000,
  ...more,
});

describe('a call of a service of one’s own (BECKON_ALLOWED_HOSTS)', () => {
  it('sends what it is told, and takes a packed answer', async () => {
    respond = (_, response) =>
      void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"items":["é"]}'));
    expect(await call(asks())).toMatchObject({ status: 200, text: '{"items":["é"]}' });
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/recs', body: '{"a":"ä"}' });
    expect(seen[0]!.headers).toMatchObject({ authorization: 'Bearer key-of-a-shop', 'content-length': '10' });
  });

  it('is only for hosts that are named, port and all (journeys C2, §5 23)', async () => {
    const strict = openCaller({ allowed: ['recs.internal', host] });
    await expect(strict(asks({ url: `http://${otherHost}/` }))).rejects.toMatchObject({
      code: 'ACTION_TARGET_REFUSED',
    });
    expect(targetOf('http://recs.internal:8080/x', new Set(['recs.internal'])).port).toBe('8080');
    expect(() => targetOf('http://recs.internal.evil.com/', new Set(['recs.internal']))).toThrow(
      'only https is called',
    );
    expect(seen).toEqual([]);
  });

  it('tells no secret of the address it refuses', () => {
    expect(() => targetOf('https://10.0.0.1/?key=very-secret')).toThrow(
      /^An action may not call https:\/\/10\.0\.0\.1: it/,
    );
  });
});

describe('an answer (trust row 66)', () => {
  it('that is endless is cut at its limit', async () => {
    respond = (_, response) => {
      const more = () => {
        while (response.write(Buffer.alloc(256 * 1024, 32)) && !response.destroyed);
      };
      response.on('drain', more).on('error', () => {});
      more();
    };
    await expect(call(asks())).rejects.toMatchObject({ code: 'ACTION_ANSWER_REFUSED' });
  });

  it('that is a gzip bomb is cut at its limit, not at its size', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(100_000);
    respond = (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    await expect(call(asks())).rejects.toMatchObject({ code: 'ACTION_ANSWER_REFUSED' });
  });

  it('that comes a byte at a time ends with the time it has', async () => {
    respond = (_, response) => {
      response.write('{');
      const drip = () => void (response.destroyed || (response.write(' '), after(20, drip)));
      drip();
    };
    await expect(call(asks({ timeoutMs: 200 }))).rejects.toBeInstanceOf(CallTimeout);
  });

  it('that never comes ends with the time it has, and one cut short is no answer', async () => {
    respond = () => {};
    await expect(call(asks({ timeoutMs: 150 }))).rejects.toBeInstanceOf(CallTimeout);
    respond = (_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"a":', () => response.destroy());
    };
    const cut = await call(asks()).catch((error: unknown) => error);
    expect(cut).toBeInstanceOf(Error);
    expect(cut).not.toBeInstanceOf(BeckonError);
  });

  it('in an encoding that was not asked for is refused', async () => {
    respond = (_, response) => void response.writeHead(200, { 'content-encoding': 'br' }).end('x');
    await expect(call(asks())).rejects.toMatchObject({ code: 'ACTION_ANSWER_REFUSED' });
  });
});

describe('a redirect (trust row 92)', () => {
  const to = (location: string, status = 302) => {
    respond = (url, response) =>
      void (url === '/recs' ? response.writeHead(status, { location }).end() : response.end('{"here":true}'));
  };

  it('is followed with the same credentials on the same host; 302 becomes a GET, 307 stays what it is', async () => {
    to('/moved');
    expect((await call(asks())).text).toBe('{"here":true}');
    to('/moved', 307);
    await call(asks());
    expect(seen.filter(({ url }) => url === '/moved').map(({ method, body }) => [method, body])).toEqual([
      ['GET', ''],
      ['POST', '{"a":"ä"}'],
    ]);
    expect(seen[1]!.headers.authorization).toBe('Bearer key-of-a-shop');
  });

  it('to another host takes no credentials along, and no body at all', async () => {
    to(`http://${otherHost}/moved`);
    await call(asks());
    expect(seen[1]!.headers).not.toHaveProperty('authorization');
    to(`http://${otherHost}/moved`, 307);
    await expect(call(asks())).rejects.toThrow('would have the body sent there');
    expect(seen).toHaveLength(3);
  });

  it('into a private network, or round in a circle, ends the call', async () => {
    to('http://169.254.169.254/latest/meta-data');
    await expect(call(asks())).rejects.toMatchObject({ code: 'ACTION_TARGET_REFUSED' });
    to('/recs');
    await expect(call(asks())).rejects.toThrow('redirects more than 3 times');
  });

  it('from https to http is refused, also to a host of one’s own', () => {
    const asked = { method: 'GET', headers: {}, body: null };
    const allowed = new Set(['files.internal']);
    const hop = (location: string) =>
      nextHop({ statusCode: 302, headers: { location } }, new URL('https://recs.example.com/a'), { asked, allowed });
    expect(() => hop('http://files.internal/')).toThrow('from https to http');
    expect(hop('/b')?.target.href).toBe('https://recs.example.com/b');
  });

  it('that leads nowhere is itself the answer', async () => {
    respond = (_, response) => void response.writeHead(302).end('gone');
    expect(await call(asks())).toMatchObject({ status: 302, text: 'gone' });
  });
});

describe('a name (trust rows 90, 91)', () => {
  const looked = (addresses: string[], all = true) =>
    new Promise<unknown>((done) => {
      let asked = 0;
      const resolve: Resolve = (_name, _options, callback) => {
        if (asked++ > 0) throw new Error('it was resolved twice');
        callback(
          null,
          addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        );
      };
      const lookup = vettedLookup(resolve, (name, why) => new Error(`${name}: ${why}`));
      lookup('recs.example.com', { all }, (error, found) => done(error?.message ?? found));
    });

  it('is resolved once, and what was vetted is what is connected to', async () => {
    expect(await looked(['1.1.1.1', '2606:4700::1111'])).toHaveLength(2);
    expect(await looked(['1.1.1.1'], false)).toBe('1.1.1.1');
  });

  it('with one private address among several is refused, in whatever form it is written', async () => {
    for (const bad of [
      '10.0.0.1',
      '::ffff:10.0.0.1',
      '64:ff9b::a9fe:a9fe',
      '::ffff:a9fe:a9fe',
      'fd00::1',
      '2002:7f00:1::',
    ])
      expect(await looked(['1.1.1.1', bad]), bad).toContain('private address');
    expect(await looked([])).toContain('private address');
  });
});
