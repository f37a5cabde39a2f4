import type { Settings } from '../../src/settings.ts';

/** What the killed processes and the test that watches them share: settings, and what a recommendation answers. */
export function settingsOf(given: { databaseUrl: string; smtpUrl: string }): Settings {
  return {
    port: 0,
    host: '127.0.0.1',
    dataDir: '/nowhere',
    databaseUrl: given.databaseUrl,
    smtpUrl: given.smtpUrl,
    clock: 'virtual',
    demo: false,
    publicUrl: 'http://localhost:8080',
    trustProxy: false,
    allowedHosts: [],
    secret: 'thirty-two bytes of the crash tests',
    from: '"Lumen & Loom" <news@mail.lumenloom.example>',
    replyTo: null,
    shopUrl: 'http://localhost:8080/shop',
    linkHosts: [],
    oidc: null,
    postalAddress: 'Storgatan 1, 111 22 Stockholm',
    adminKey: null,
    zone: 'Europe/Stockholm',
    demoVisitors: 0,
    logLevel: 'warn',
    rates: {},
    leaseMs: 1000,
    recoveryMs: 400,
  };
}

/** As `/v1/recommendations` answers for a cart. */
export function answerOf(cart: string[], items: string[]): Record<string, unknown> {
  const entry = (id: string) => ({ id, name: id, price: 129, currency: 'EUR', url: null, imageUrl: null });
  return {
    status: 'ok',
    trackingToken: 'rec-1',
    cart: cart.map((id) => ({ ...entry(id), quantity: 1, inStock: true })),
    items: items.map((id) => ({ ...entry(id), reason: 'Often bought with it' })),
  };
}
