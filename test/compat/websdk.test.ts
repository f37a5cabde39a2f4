import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Beckon } from '../support/beckon.ts';
import { Front } from '../support/front.ts';
import { openMappedBrowser, stagesOf, Visitor } from '../support/visitor.ts';

/**
 * The unmodified Web SDK in a real Chromium against the built program, over first-party https by host mapping and by the
 * localhost shim. Beckon answers everything itself; the front only loses answers where a test says so.
 */
let beckon: Beckon;
let front: Front;
let browser: Browser;
let visitor: Visitor;

const recs =
  '<ul>{{#each items as |item|}}<li><a href="#{{item.id}}" data-aep-click-label="{{item.id}}">{{item.name}}</a></li>{{/each}}</ul>';

beforeAll(async () => {
  beckon = await Beckon.start(['--no-demo', '--trust-proxy']);
  front = await Front.open(beckon.port);
  browser = await openMappedBrowser(front);
  const loopback = ['localhost', '127.0.0.1'].map((host) => `http://${host}:${front.httpPort}`);
  await beckon.api('PUT', '/v1/datastreams/compat', {
    orgId: 'COMPAT@AdobeOrg',
    allowedOrigins: ['https://shop.test', 'http://shop.test', 'https://other.test', ...loopback],
    fpidCookie: 'device',
    scopes: {
      'home-recs': { criterion: 'popular', format: 'json', limit: 3 },
      'home-html': { criterion: 'popular', format: 'html', limit: 3, template: recs },
      __view__: { criterion: 'popular', format: 'html', limit: 3, template: recs, selector: '#recs' },
    },
    surfaces: { '#place': { criterion: 'popular', format: 'json', limit: 2 } },
  });
  const items = ['coat-1', 'coat-2', 'hat-1', 'hat-2'];
  await beckon.api(
    'POST',
    '/v1/items',
    items.map((id) => ({ id, name: `The ${id}`, price: 20, currency: 'EUR', url: `https://shop.test/${id}` })),
  );
  await beckon.api(
    'POST',
    '/v1/events',
    items.map((id, index) => ({
      id: `seed-${id}`,
      type: 'commerce.productViews',
      identities: { ECID: String(index).repeat(38) },
      items: [{ id }],
    })),
  );
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await front?.close();
  await beckon?.stop();
});

/** Activities made so far, so that each run counts in one of its own. */
let activities = 0;

beforeEach(() => front.clear());
afterEach(() => visitor?.leave());

const stages = stagesOf(() => front);
const pageView = {
  web: { webPageDetails: { name: 'home', pageViews: { value: 1 } } },
  eventType: 'web.webpagedetails.pageViews',
};
const cart = (measure: string, more: object = {}) => ({
  eventType: `commerce.${measure}`,
  commerce: { [measure]: { value: 1 }, ...more },
  productListItems: [{ SKU: 'coat-1', quantity: 1, priceTotal: 20, currencyCode: 'EUR' }],
});
const purchase = (id: string) => cart('purchases', { order: { purchaseID: id, priceTotal: 20, currencyCode: 'EUR' } });

interface Entry {
  kind: string;
  text: string;
  detail?: { types?: string[]; recommendation?: { id: string; item?: string; position?: number } };
}
/** What Beckon knows that this device did, newest first. */
const timeline = async (ecid: string) =>
  (await beckon.api<{ entries: Entry[] }>('GET', `/v1/profiles/ECID:${ecid}/timeline?limit=500`)).entries;
const count = async (ecid: string, type: string) =>
  (await timeline(ecid)).filter(({ detail }) => detail?.types?.includes(type)).length;
const isUnknown = (ecid: string) =>
  expect(beckon.api('GET', `/v1/profiles/ECID:${ecid}/timeline`)).rejects.toThrow('404');

it('the SDK that is served is the one that Adobe publishes, to the byte', async () => {
  const served = Buffer.from(await (await fetch(`${beckon.url}/alloy.min.js`)).arrayBuffer());
  const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
  expect(hash(served)).toBe(hash(readFileSync('node_modules/@adobe/alloy/dist/alloy.min.js')));
});

describe.each(stages)('by $name', (stage) => {
  const arrive = async (config: Record<string, unknown> = {}) => {
    visitor = await Visitor.arrive(browser, stage, config);
    return visitor;
  };
  const isHttps = stage.name === 'first-party https';

  describe('events', () => {
    it('a first visit gets one identity, later events and the next visit keep it (edge §3, §6)', async () => {
      const ada = await arrive();
      expect(await ada.send(pageView)).toMatchObject({ propositions: expect.any(Array) });
      const ecid = await ada.ecid();
      expect(await ada.cookie('identity')).toMatch(/^CiY/);
      await ada.send(cart('productViews'));
      await ada.send(cart('productListAdds'));
      await ada.reload();
      expect(await ada.ecid()).toBe(ecid);
      await ada.send(cart('productListRemovals'));
      // getIdentity needed no request of its own, neither after an event nor from the cookie.
      expect(front.calls.map(({ action, status }) => [action, status])).toEqual(
        Array.from({ length: 4 }, () => ['interact', 200]),
      );
      expect(front.calls.every(({ headers }) => headers['content-type'] === 'text/plain; charset=UTF-8')).toBe(true);
      const profile = await beckon.api<{ viewed: { item: string }[]; cart: { lines: unknown[] } }>(
        'GET',
        `/v1/profiles/ECID:${ecid}`,
      );
      expect([profile.viewed.map(({ item }) => item), profile.cart.lines]).toEqual([['coat-1'], []]);
    });

    it('identity travels by cookie to a first-party edge, by entries to another (edge trap 9, §5)', async () => {
      const ada = await arrive();
      await ada.send(pageView);
      await ada.send(pageView);
      const [first, second] = front.calls;
      if (isHttps) {
        expect(first!.setCookie[0]).toMatch(/; Domain=shop\.test; Path=\/; Secure; SameSite=None$/);
        expect(second!.headers.cookie).toContain('kndctr_COMPAT_AdobeOrg_identity=');
        expect(second!.body.meta!.state!.entries).toBeUndefined();
      } else {
        expect([first!.setCookie, first!.body.meta!.state!.domain]).toEqual([[], '']);
        expect(second!.body.meta!.state!.entries!.map(({ key }) => key)).toContain('kndctr_COMPAT_AdobeOrg_identity');
      }
    });

    it('three first events at once are one visitor (edge §3)', async () => {
      const ada = await arrive();
      for (const name of ['one', 'two', 'three'])
        await ada.begin('sendEvent', {
          xdm: { ...pageView, web: { webPageDetails: { name, pageViews: { value: 1 } } } },
        });
      await ada.begun();
      const ecid = await ada.ecid();
      expect(await count(ecid, 'web.webpagedetails.pageViews')).toBe(3);
      expect(front.of('interact')).toHaveLength(3);
    });

    it('getIdentity before any event acquires one, and it stays (capture 04)', async () => {
      const ada = await arrive();
      const acquired = await ada.run<{ identity: { ECID: string }; edge: object }>('getIdentity');
      // The region is read from a header of ours, which the page may see (edge §2).
      expect(acquired.edge).toEqual({ regionId: 1 });
      await ada.send(pageView);
      expect(await ada.ecid()).toBe(acquired.identity.ECID);
      expect(front.calls.map(({ action }) => action)).toEqual(['identity/acquire', 'interact']);
    });

    it('the region that a cluster cookie names is a door like any other (edge §2)', async () => {
      const ada = await arrive();
      const url = new URL(stage.page());
      await ada.context.addCookies([{ name: 'kndctr_COMPAT_AdobeOrg_cluster', value: 'or2', url: url.origin }]);
      await ada.send(pageView);
      expect(await count(await ada.ecid(), 'web.webpagedetails.pageViews')).toBe(1);
    });

    it('an override of the datastream goes there, with whatever else is overridden (edge §2)', async () => {
      await beckon.api('PUT', '/v1/datastreams/second', {
        orgId: 'COMPAT@AdobeOrg',
        allowedOrigins: [new URL(stage.page()).origin],
      });
      const ada = await arrive();
      await ada.send(pageView, {
        edgeConfigOverrides: { datastreamId: 'second', com_adobe_target: { propertyToken: 'x' } },
      });
      expect(front.calls[0]!.query.get('configId')).toBe('second');
      expect(await count(await ada.ecid(), 'web.webpagedetails.pageViews')).toBe(1);
    });
  });

  describe('purchases', () => {
    it('of a first visit whose answers are lost are sent again by the SDK and counted once (edge trap 12, §11)', async () => {
      const ada = await arrive();
      front.fault = (nth) => (nth < 2 ? { status: 503, retryAfter: '0' } : undefined);
      await ada.send(purchase('ORD-1'));
      const ecid = await ada.ecid();
      expect(front.calls.map(({ status }) => status)).toEqual([200, 200, 200]);
      expect(new Set(front.calls.map(({ query }) => query.get('requestId'))).size).toBe(1);
      expect(await count(ecid, 'commerce.purchases')).toBe(1);
    });

    it('wait as long as Retry-After says, because the header is exposed (edge trap 7)', async () => {
      const ada = await arrive();
      await ada.send(pageView);
      front.fault = (nth) => (nth < 3 ? { status: 429, retryAfter: '0' } : undefined);
      const started = performance.now();
      await ada.send(purchase('ORD-2'));
      // Without the header the waits are about one, two and three seconds, less at most 30 % each: over four in all.
      expect(performance.now() - started).toBeLessThan(4000);
      expect(await count(await ada.ecid(), 'commerce.purchases')).toBe(1);
    });
  });

  describe('consent', () => {
    const consent = (general: string) => ({ consent: [{ standard: 'Adobe', version: '1.0', value: { general } }] });

    it('pending holds events in the page until in lets them go (edge §7)', async () => {
      const ada = await arrive({ defaultConsent: 'pending' });
      await ada.begin('sendEvent', { xdm: pageView });
      await ada.run('setConsent', consent('in'));
      await ada.begun();
      expect(front.calls.map(({ action }) => action)).toEqual(['privacy/set-consent', 'interact']);
      expect(front.calls[1]!.body.meta!.queueTimeMillis).toBeGreaterThan(0);
      expect(await ada.cookie('consent')).toBe('general=in');
      // The same said again is not sent again.
      await ada.run('setConsent', consent('in'));
      expect(front.of('privacy/set-consent')).toHaveLength(1);
    });

    it('pending and then out drops them: nothing but the consent is ever sent (trust row 87)', async () => {
      const ada = await arrive({ defaultConsent: 'pending' });
      await ada.begin('sendEvent', { xdm: purchase('ORD-3') });
      await ada.run('setConsent', consent('out'));
      expect(await ada.begun()).toEqual([{}]);
      expect(await ada.send(pageView)).toEqual({});
      await ada.reload();
      expect(await ada.send(pageView)).toEqual({});
      expect(front.calls.map(({ action }) => action)).toEqual(['privacy/set-consent']);
      expect(await ada.cookie('consent')).toBe('general=out');
    });

    it('out by default sends nothing at all (trust row 87)', async () => {
      const ada = await arrive({ defaultConsent: 'out' });
      expect(await ada.send(pageView)).toEqual({});
      expect(await ada.run('getIdentity')).toEqual({});
      expect([front.calls, await ada.cookie('identity')]).toEqual([[], undefined]);
    });

    it('in, then out: what came before stays, nothing comes after, and the record is ours', async () => {
      const ada = await arrive();
      await ada.send(pageView);
      const ecid = await ada.ecid();
      await ada.run('setConsent', consent('out'));
      expect(await ada.send(purchase('ORD-4'))).toEqual({});
      const profile = await beckon.api<{ consent: { collect: { state: string } } }>('GET', `/v1/profiles/ECID:${ecid}`);
      expect(profile.consent.collect.state).toBe('out');
      expect(await count(ecid, 'commerce.purchases')).toBe(0);
      await ada.run('setConsent', consent('in'));
      await ada.send(pageView);
      expect(await count(ecid, 'web.webpagedetails.pageViews')).toBe(2);
    });

    it('withdrawn elsewhere is pushed to the page by the next answer, and stops it (edge §7)', async () => {
      const ada = await arrive();
      await ada.send(pageView);
      const ecid = await ada.ecid();
      await beckon.api('POST', '/v1/profiles', { identities: { ECID: ecid }, consent: { collect: 'out' } });
      await ada.send(pageView);
      expect(await ada.send(pageView)).toEqual({});
      expect(front.of('interact')).toHaveLength(2);
      expect(await count(ecid, 'web.webpagedetails.pageViews')).toBe(1);
    });

    it('is understood as Adobe 2.0 and as IAB TCF 2.0 (capture 05)', async () => {
      const ada = await arrive();
      const value = {
        collect: { val: 'y' },
        personalize: { content: { val: 'n' } },
        metadata: { time: '2026-11-24T10:00:00Z' },
      };
      await ada.run('setConsent', { consent: [{ standard: 'Adobe', version: '2.0', value }] });
      const ecid = await ada.ecid();
      const told = async () =>
        (await beckon.api<{ consent: Record<string, { state: string }> }>('GET', `/v1/profiles/ECID:${ecid}`)).consent;
      expect([await ada.cookie('consent'), (await told())['personalize']!.state]).toEqual(['general=in', 'out']);
      const iab = { standard: 'IAB TCF', version: '2.0', gdprApplies: true };
      await ada.run('setConsent', { consent: [{ ...iab, value: tcString([1, 5]) }] });
      expect((await told())['personalize']!.state).toBe('in');
      await ada.run('setConsent', { consent: [{ ...iab, value: tcString([]) }] });
      expect([await ada.cookie('consent'), (await told())['collect']!.state]).toEqual(['general=out', 'out']);
    });

    it('that cannot be read is refused, and the SDK says so (edge §7)', async () => {
      const ada = await arrive({ defaultConsent: 'pending' });
      const wrong = await ada.outcome('setConsent', {
        consent: [{ standard: 'Adobe', version: '9.0', value: { general: 'in' } }],
      });
      expect(wrong).toMatchObject({ error: expect.stringContaining('EXEG-0102-400') });
    });
  });

  describe('beacons', () => {
    it('of an unloading page are taken with 204 (edge §2, trap 6)', async () => {
      const ada = await arrive();
      await ada.send(pageView);
      await ada.send(cart('productListAdds'), { documentUnloading: true });
      const beacon = await front.when(({ action }) => action === 'collect');
      expect([beacon.status, beacon.headers['sec-fetch-mode'], beacon.headers['content-type']]).toEqual([
        204,
        'no-cors',
        'text/plain; charset=utf-8',
      ]);
      expect(await count(await ada.ecid(), 'commerce.productListAdds')).toBe(1);
    });

    it('beyond 64 KB become a fetch to collect, which resolves (edge §2)', async () => {
      const ada = await arrive();
      await ada.send(pageView);
      const long = Object.fromEntries(Array.from({ length: 70 }, (_, index) => [`k${index}`, 'x'.repeat(1000)]));
      await ada.send(cart('productListAdds'), { documentUnloading: true, data: { long } });
      const sent = await front.when(({ action }) => action === 'collect');
      expect([sent.status, sent.headers['sec-fetch-mode'], sent.bytes > 65_536]).toEqual([204, 'cors', true]);
      expect(await count(await ada.ecid(), 'commerce.productListAdds')).toBe(1);
    });

    it('of a link that leads away arrive although the page is gone (capture 10)', async () => {
      const ada = await arrive();
      await ada.send(pageView);
      const ecid = await ada.ecid();
      await ada.page.click('#away');
      await front.when(({ action }) => action === 'collect');
      expect(await count(ecid, 'web.webinteraction.linkClicks')).toBe(1);
    });
  });

  describe('personalisation', () => {
    it('answers scopes and surfaces with data and HTML, which the page renders, reports and counts once (captures 06, 07)', async () => {
      const ada = await arrive();
      const { propositions } = await ada.send(pageView, {
        personalization: {
          decisionScopes: ['home-recs', 'home-html', 'unknown'],
          surfaces: ['#place'],
          defaultPersonalizationEnabled: false,
        },
      });
      const by = (scope: string) => propositions.find((one) => one.scope === scope)!;
      expect(propositions.map(({ scope }) => scope).filter((scope) => !scope.startsWith('web://'))).toEqual([
        'home-recs',
        'home-html',
      ]);
      expect(propositions.find(({ scope }) => scope.endsWith('#place'))!.items).toHaveLength(1);
      const data = by('home-recs').items[0]!.data.content as { items: { id: string }[] };
      expect(data.items).toHaveLength(3);

      await ada.page.evaluate(
        (given) => {
          const here = globalThis as unknown as { alloy(name: string, options: object): Promise<unknown> };
          return here.alloy('applyPropositions', given).then(() => undefined);
        },
        { propositions: [by('home-html')], metadata: { 'home-html': { selector: '#recs', actionType: 'setHtml' } } },
      );
      expect(await ada.page.locator('#recs li').count()).toBe(3);

      const { id, scope, scopeDetails } = by('home-recs');
      const shown = { propositions: [{ id, scope, scopeDetails }], propositionEventType: { display: 1 } };
      for (let again = 0; again < 2; again++)
        await ada.send({ eventType: 'decisioning.propositionDisplay', _experience: { decisioning: shown } });
      const second = data.items[1]!.id;
      const clicked = { ...shown, propositionEventType: { interact: 1 }, propositionAction: { label: second } };
      await ada.send({ eventType: 'decisioning.propositionInteract', _experience: { decisioning: clicked } });
      const entries = (await timeline(await ada.ecid())).filter(({ detail }) => detail?.recommendation);
      expect(entries.map(({ detail }) => [detail!.types, detail!.recommendation])).toEqual([
        [
          ['decisioning.propositionInteract'],
          { id: id.slice('beckon:'.length), criterion: 'popular', item: second, position: 2 },
        ],
        [['decisioning.propositionDisplay'], { id: id.slice('beckon:'.length), criterion: 'popular' }],
      ]);
    });

    it('renders by itself into the selector, reports the display, and the click by beacon (captures 02, 07)', async () => {
      const ada = await arrive();
      await ada.send(pageView, { renderDecisions: true });
      await ada.page.locator('#recs li').first().waitFor();
      await front.when(({ body }) => JSON.stringify(body).includes('propositionDisplay'));
      const link = ada.page.locator('#recs li a').nth(1);
      const item = await link.getAttribute('data-aep-click-label');
      await link.click();
      const click = await front.when(({ action }) => action === 'collect');
      expect(click.status).toBe(204);
      const entries = (await timeline(await ada.ecid())).filter(({ detail }) => detail?.recommendation);
      expect(entries.map(({ detail }) => detail!.recommendation)).toMatchObject([
        { criterion: 'popular', item, position: 2 },
        { criterion: 'popular' },
      ]);
    });

    it('renders an activity’s design by itself; its display and click tell item, place, activity and experience (ACT-1, DES-6)', async () => {
      const key = `page-${++activities}`;
      const script =
        '#foreach($e in $entities)#if($foreach.count > 3)#break#end<p><a href="$e.pageUrl">$e.name</a></p>#end';
      await beckon.api('PUT', '/v1/designs/row', { name: 'Row', type: 'html', language: 'velocity', script });
      const offer = { kind: 'recommendation', criterion: 'popular', design: 'row', selector: '#recs' };
      const experiences = [{ key: 'rows', offers: [offer] }];
      await beckon.api('PUT', `/v1/activities/${key}`, { name: 'Page', location: '__view__', experiences });
      await beckon.api('POST', `/v1/activities/${key}/publish`, {});
      const ada = await arrive();
      await ada.send(pageView, { renderDecisions: true });
      const link = ada.page.locator('#recs .at-track-click p a').nth(1);
      await link.waitFor();
      await front.when(({ body }) => JSON.stringify(body).includes('propositionDisplay'));
      const [item, ecid] = [await link.getAttribute('data-beckon-item'), await ada.ecid()];
      await link.click();
      await front.when(({ action }) => action === 'collect');
      await beckon.api('POST', `/v1/activities/${key}/pause`, {});
      const entries = (await timeline(ecid)).filter(({ detail }) => detail?.recommendation);
      const by = { criterion: 'popular', activity: key, experience: 'rows' };
      expect(entries.map(({ detail }) => detail!.recommendation)).toMatchObject([{ ...by, item, position: 2 }, by]);
      expect(await beckon.api('GET', `/v1/activities/${key}/numbers`)).toMatchObject({
        experiences: [{ experience: 'rows', people: 1, impressions: 1, clicks: 1 }],
      });
    });

    it('rides the display of applied HTML on the next event (edge §8.2, includeRenderedPropositions)', async () => {
      const ada = await arrive();
      await ada.send(pageView, { renderDecisions: true, personalization: { sendDisplayEvent: false } });
      await ada.page.locator('#recs li').first().waitFor();
      await ada.send(cart('productViews'), { personalization: { includeRenderedPropositions: true } });
      const ecid = await ada.ecid();
      expect(await count(ecid, 'decisioning.propositionDisplay')).toBe(1);
      expect(await count(ecid, 'commerce.productViews')).toBe(1);
    });
  });

  it('a page that the shop’s server has drawn shows what that was answered, and reports the display once (edge §8.3, applyResponse)', async () => {
    const ada = await arrive();
    const ecid = await ada.ecid();
    const schemas = ['dom-action', 'html-content-item'].map((name) => `https://ns.adobe.com/personalization/${name}`);
    const event = {
      xdm: { ...pageView, identityMap: { ECID: [{ id: ecid, primary: true }] } },
      query: { personalization: { decisionScopes: ['__view__'], schemas } },
    };
    const responseBody = await beckon.api('POST', '/ee/v2/interact?datastreamId=compat', { event });
    await ada.run('applyResponse', { renderDecisions: true, responseBody });
    await ada.page.locator('#recs li').first().waitFor();
    await front.when(({ body }) => JSON.stringify(body).includes('propositionDisplay'));
    expect(await count(ecid, 'decisioning.propositionDisplay')).toBe(1);
    expect(await count(ecid, 'web.webpagedetails.pageViews')).toBe(1);
  });

  describe('identity', () => {
    it('is handed over to another host by adobe_mc (edge §6)', async () => {
      const ada = await arrive();
      await ada.send(pageView);
      const ecid = await ada.ecid();
      const { url } = await ada.run<{ url: string }>('appendIdentityToUrl', { url: stage.page('other') });
      expect(url).toContain('adobe_mc=');
      await ada.open(url);
      await ada.send(pageView);
      expect(await ada.ecid()).toBe(ecid);
      expect(front.calls.at(-1)!.body.xdm!.identityMap!['ECID']![0]!.id).toBe(ecid);
      expect(await count(ecid, 'web.webpagedetails.pageViews')).toBe(2);
    });

    it('comes back by the FPID that the shop’s server keeps, when all else is lost (edge §6)', async () => {
      const device = crypto.randomUUID();
      const ada = await arrive();
      await ada.reload({ device });
      await ada.send(pageView);
      const ecid = await ada.ecid();
      await ada.context.clearCookies({ name: /^(kndctr|AMCV)_/ });
      await ada.reload();
      await ada.send(pageView);
      expect(await ada.ecid()).toBe(ecid);
      const other = await Visitor.arrive(browser, stage);
      await other.send({ ...pageView, identityMap: { FPID: [{ id: device.toUpperCase() }] } });
      expect(await other.ecid()).toBe(ecid);
      await other.leave();
    });

    it('is found again by the legacy cookie when the SDK’s own is gone (edge trap 10)', async () => {
      const ada = await arrive();
      await ada.send(pageView);
      const ecid = await ada.ecid();
      await ada.context.clearCookies({ name: /^kndctr_/ });
      await ada.reload();
      await ada.send(pageView);
      expect(front.calls.at(-1)!.body.xdm!.identityMap!['ECID']![0]!.id).toBe(ecid);
      expect(await ada.ecid()).toBe(ecid);
    });

    it('of a person is claimed in vain without a token, and proven by one until sign-out (trust rows 75, 77, design §7)', async () => {
      interface Known {
        identities: { namespace: string; id: string }[];
        orders: { id: string }[];
      }
      const ada = await arrive();
      await ada.send(pageView);
      const ecid = await ada.ecid();
      const email = `ada-${isHttps ? 1 : 2}@compat.example`;
      const known = () => beckon.api<Known>('GET', `/v1/profiles/email:${email}`);
      const order = (place: number) => `ORD-${place}-${isHttps ? 1 : 2}`;

      const identityMap = { Email: [{ id: email, authenticatedState: 'authenticated', primary: true }] };
      await ada.send({ ...purchase(order(1)), identityMap });
      await expect(known()).rejects.toThrow('404');
      const said = { ecid, namespace: 'email', id: email };
      const { token } = await beckon.api<{ token: string }>('POST', '/v1/identity-tokens', said);
      await ada.send(pageView, { data: { __beckon: { identityToken: token } } });
      expect((await known()).identities).toEqual(
        expect.arrayContaining([expect.objectContaining({ namespace: 'ecid', id: ecid })]),
      );
      // From here on the device counts as its person's, so what it buys is an order.
      await ada.send(purchase(order(2)));
      expect((await known()).orders.map(({ id }) => id)).toEqual([order(2)]);

      await ada.send(pageView, { data: { __beckon: { signOut: true } } });
      await ada.send(purchase(order(3)));
      const after = await known();
      expect(after.identities.map(({ namespace }) => namespace)).not.toContain('ecid');
      expect(after.orders.map(({ id }) => id)).toEqual([order(2)]);
    });
  });

  describe('what goes wrong', () => {
    it.each(['127.0.0.1:8080', 'localhost:8443', 'http://localhost', 'localhost/x'])(
      'the SDK refuses the edgeDomain "%s", as the guide says (edge trap 1)',
      async (edgeDomain) => {
        await expect(arrive({ edgeDomain })).rejects.toThrow(/edgeDomain/);
        expect(front.calls).toEqual([]);
      },
    );

    it('an unknown datastream is told with Adobe’s code, readable across origins (edge §11)', async () => {
      const ada = await arrive({ datastreamId: 'nobody' });
      expect(await ada.outcome('sendEvent', { xdm: pageView })).toMatchObject({
        error: expect.stringContaining('EXEG-0003-400'),
      });
      expect(front.calls).toHaveLength(1);
    });

    it('thirdPartyCookiesEnabled left on is noticed when Adobe cannot be reached (edge trap 2)', async () => {
      const ada = await arrive({ thirdPartyCookiesEnabled: true });
      await ada.send(pageView);
      expect(front.calls[0]!.body.query!.identity!.fetch).toEqual(['ECID', 'CORE']);
      expect(front.calls[0]!.answer!.warnings![0]!.title).toBe('thirdPartyCookiesEnabled is not false');
    });

    it('cookies that are blocked make a new device, and nothing fails (trust row 86)', async () => {
      const ada = await arrive();
      await ada.page.evaluate(
        `Object.defineProperty(document, 'cookie', { get: function () { return ''; }, set: function () {} })`,
      );
      const first = await ada.outcome('sendEvent', { xdm: pageView });
      const second = await ada.outcome('sendEvent', { xdm: pageView });
      expect([first, second]).toMatchObject([{ value: {} }, { value: {} }]);
      expect(front.calls.map(({ status }) => status)).toEqual([200, 200]);
    });
  });
});

describe('a plain http page before an https edge of its own domain', () => {
  it('writes its identity cookie without Secure, and is told that it will not travel (edge trap 8)', async () => {
    const plain = { ...stages[0]!, page: () => 'http://shop.test/page.html' };
    visitor = await Visitor.arrive(browser, plain, {});
    await visitor.send(pageView);
    expect(await visitor.cookie('identity')).toMatch(/^CiY/);
    expect(front.calls[0]!.setCookie).toEqual([]);
    expect(front.calls[0]!.answer!.warnings![0]!.title).toBe('A plain http page before an https edge');
  });
});

describe('origins', () => {
  it('a page of a foreign origin is refused before anything is kept, although its request arrives (edge trap 7, §2)', async () => {
    const evil = { ...stages[0]!, page: () => 'https://evil.test/page.html' };
    visitor = await Visitor.arrive(browser, evil, {});
    const outcome = await visitor.outcome('sendEvent', {
      xdm: { ...pageView, identityMap: { ECID: [{ id: '9'.repeat(38) }] } },
    });
    expect(outcome).toHaveProperty('error');
    expect(front.calls.map(({ status }) => status)).toEqual([403]);
    await isUnknown('9'.repeat(38));
  });
});

/** A TC string (IAB TCF v2 core) that gives these purposes. */
function tcString(purposes: number[]): string {
  const core = Buffer.alloc(27);
  core[0] = 2 << 2;
  for (const purpose of purposes) {
    const bit = 152 + purpose - 1;
    core[bit >> 3]! |= 1 << (7 - (bit & 7));
  }
  return core.toString('base64url');
}
