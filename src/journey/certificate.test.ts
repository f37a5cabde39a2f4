import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { selfSigned } from '../../test/support/certificate.ts';
import { Office } from '../../test/support/journeys.ts';
import { openCaller, type Caller, type CallRequest } from './call.ts';
import type { CustomAction, JourneyDefinition } from './definition.ts';
import { problemsOf } from './validate.ts';

/** Two services that ask who calls, each with what it was shown. */
const [ours, another, theirs] = [selfSigned('shop'), selfSigned('shop two'), selfSigned('localhost')];
const pem = ({ key, cert }: { key: string; cert: string }) => `${key}${cert}`;
let servers: Server[] = [];
let hosts: string[] = [];
let shown: (string | null)[] = [];
let leads: string | null = null;
let call: Caller;

beforeAll(async () => {
  servers = [0, 1].map(() =>
    createServer({ ...theirs, requestCert: true, rejectUnauthorized: false }, (request, response) => {
      const { subject } = (request.socket as TLSSocket).getPeerCertificate();
      shown.push(subject?.CN === undefined ? null : String(subject.CN));
      if (leads !== null) response.writeHead(307, { location: leads }).end();
      else response.writeHead(subject?.CN === undefined ? 401 : 200).end('{"items":[]}');
      leads = null;
    }),
  );
  for (const server of servers) await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  hosts = servers.map((server) => `localhost:${(server.address() as AddressInfo).port}`);
  call = openCaller({ allowed: hosts, authorities: [theirs.cert] });
});
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});
beforeEach(() => {
  shown = [];
});

const asks = (more: Partial<CallRequest> = {}): CallRequest => ({
  method: 'GET',
  url: `https://${hosts[0]}/recs`,
  headers: {},
  body: null,
  timeoutMs: 5000,
  ...more,
});
const journey = (more: Partial<CustomAction> = {}): JourneyDefinition => ({
  key: 'asks',
  name: 'Asks',
  entry: { kind: 'event', event: 'cart.changed' },
  start: 'ask',
  activities: {
    ask: {
      kind: 'action',
      name: 'Recs',
      method: 'GET',
      url: `https://${hosts[0]}/recs`,
      certificate: 'mine',
      retries: 0,
      next: 'done',
      onError: 'failed',
      ...more,
    },
    done: { kind: 'end', label: 'Done' },
    failed: { kind: 'end', label: 'Failed' },
  },
});

describe('a service that asks who calls (journeys C2, C6: mutual TLS)', () => {
  it('is shown the certificate of the action, each its own, and none where none is said', async () => {
    expect(await call(asks({ certificate: pem(ours) }))).toMatchObject({ status: 200 });
    expect(await call(asks({ certificate: pem(another) }))).toMatchObject({ status: 200 });
    expect(await call(asks())).toMatchObject({ status: 401 });
    expect(await call(asks({ certificate: pem(ours) }))).toMatchObject({ status: 200 });
    expect(shown).toEqual(['shop', 'shop two', null, 'shop']);
  });

  it('that redirects to another host does not have it shown there', async () => {
    leads = `https://${hosts[1]}/`;
    expect(await call(asks({ certificate: pem(ours) }))).toMatchObject({ status: 401 });
    expect(shown).toEqual(['shop', null]);
  });

  it('is not called with what is no key and certificate', async () => {
    for (const certificate of ['no PEM', ours.cert, pem({ ...ours, cert: another.cert })])
      await expect(call(asks({ certificate }))).rejects.toMatchObject({ code: 'ACTION_KEY_UNREADABLE' });
    expect(shown).toEqual([]);
  });

  it('is called by a journey with a secret that holds both, which is shown to nobody else', async () => {
    const office = await Office.open();
    office.respond = call;
    await office.secrets.put('mine', pem(ours));
    await office.live(journey());
    await office.happens(office.add('coat'));
    await office.runner.act();
    expect(await office.states()).toEqual(['Done']);
    expect(shown).toEqual(['shop']);
    expect(await office.secrets.list(office.journeys)).toMatchObject([{ name: 'mine', usedBy: ['asks'] }]);
    const { profileId } = (await office.runs())[0]!;
    expect(JSON.stringify(await office.history(profileId))).not.toContain('PRIVATE KEY');
  });

  it('is named over https, by the name of a secret', () => {
    const wrong = (more: Partial<CustomAction>) => problemsOf(journey(more), new Set());
    expect(wrong({})).toEqual([]);
    expect(wrong({ url: '/v1/recommendations' })).toEqual([
      { where: 'activities.ask.certificate', what: 'A certificate is shown over https only, and never to this server' },
    ]);
    expect(wrong({ certificate: '-----BEGIN' })).toMatchObject([{ where: 'activities.ask.certificate' }]);
  });

  it('has its key kept with its lines, and nothing else with lines', async () => {
    const office = await Office.open();
    await office.secrets.put('mine', pem(ours).replaceAll('\n', '\r\n'));
    for (const value of ['two\nlines', `-----BEGIN KEY-----\n${'a'.repeat(40_000)}\n-----END KEY-----`])
      await expect(office.secrets.put('mine', value)).rejects.toMatchObject({ code: 'SECRET_INVALID' });
  });
});
