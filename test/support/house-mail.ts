import { emptyLedger } from './ledger.ts';
import type { House } from '../../src/api/index.ts';
import { BeckonError, type FakeClock } from '../../src/base/index.ts';
import { shopTheme } from '../../src/message/index.ts';

const unknown = { code: 'MESSAGE_TEMPLATE_UNKNOWN', status: 404, mend: 'Put one first' };
const none = () => Promise.reject(new BeckonError(unknown, 'There is no template'));

const shopFace = { shop: 'Lumen & Loom', language: null, theme: shopTheme, several: false };

/** A house without templates. */
function fakeTemplates(): House['templates'] {
  const themes = {
    list: async () => [],
    get: async () => shopTheme,
    put: async (_key: string, theme: unknown) => theme,
  };
  return {
    list: async () => [],
    get: none,
    put: none,
    publish: none,
    restore: none,
    versions: none,
    version: none,
    difference: none,
    check: async () => [],
    preview: none,
    proof: none,
    wear: none,
    themes: themes as unknown as House['templates']['themes'],
    components: { list: async () => [] } as unknown as House['templates']['components'],
    showComponent: none,
  };
}

/** A house with the sender of its settings and no coupons. */
function fakeBrands(): Pick<House, 'senders' | 'coupons'> {
  const unset = () => Promise.reject(new Error('There is none here'));
  const sender = { name: 'Lumen & Loom', from: 'news@shop.example' };
  const home = { key: 'default', origin: 'settings' as const, sender, dkim: [], savedAt: null };
  return {
    senders: {
      list: async () => [],
      get: async () => home,
      put: unset,
      remove: unset,
      ways: () => [],
      check: async () => [],
    },
    coupons: { list: async () => [], get: unset, put: unset, remove: unset, add: unset, withdraw: unset },
  };
}

/** Links that are ours when their token is `good`, and no templates. */
export function fakeMailing(
  clock: FakeClock,
  unsubscribed: string[],
): Pick<House, 'messages' | 'templates' | 'senders' | 'coupons'> {
  return { messages: fakeMessages(clock, unsubscribed), templates: fakeTemplates(), ...fakeBrands() };
}

function fakeMessages(clock: FakeClock, unsubscribed: string[]): House['messages'] {
  return {
    told: async () => ({ taken: 0, repeated: 0 }),
    suppressions: undefined as never,
    post: () => Promise.reject(new Error('Nobody sends mail here')),
    posted: async () => null,
    choices: async () => null,
    choose: async () => false,
    comeBack: async () => false,
    topics: async () => [],
    putTopic: async () => {},
    removeTopic: async () => false,
    ...emptyLedger,
    harm: async () => ({ sent: 0, delivered: 0, complained: 0, unsubscribed: 0, replied: 0, bounced: {} }),
    click: async (token) =>
      token === 'good' || token === 'evil'
        ? {
            acceptedAt: null,
            location: token === 'good' ? 'https://shop.example/cart?bk_click=click-1' : 'javascript:alert(1)',
            event: {
              id: 'click-1',
              source: 'message',
              types: ['message.clicked'],
              happenedAt: clock.now(),
              receivedAt: clock.now(),
              level: 2,
              visitor: 'email:ada@example.com',
              identities: [{ namespace: 'email', id: 'ada@example.com' }],
              message: { id: 'm1', journey: 'abandoned-cart', link: 0 },
            },
          }
        : null,
    livePicture: async (token) =>
      token === 'good' ? { png: new Uint8Array([1]) } : token === 'busy' ? { busy: true } : null,
    livePage: (token) => (token === 'good' ? 'https://shop.example/p/coat' : null),
    mirror: async (token) => (token === 'good' ? { html: '<p>the mail</p>' } : token === 'gone' ? { gone: 'x' } : null),
    open: async (token) =>
      token === 'good'
        ? {
            id: 'open-1',
            source: 'message',
            types: ['message.opened'],
            happenedAt: clock.now(),
            receivedAt: clock.now(),
            level: 2,
            visitor: 'email:ada@example.com',
            identities: [{ namespace: 'email', id: 'ada@example.com' }],
            message: { id: 'm1', journey: 'abandoned-cart' },
          }
        : null,
    unsubscribePage: async (token) => (token === 'good' ? { ...shopFace, address: 'a…@example.com' } : null),
    unsubscribe: async (token) => {
      if (token === 'good') unsubscribed.push(token);
      return token === 'good';
    },
  };
}
