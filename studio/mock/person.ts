import type { ProfileDetail } from '../../src/api/contract.ts';
import type { CertificateView } from '../../src/api/contract-person.ts';
import { itemNames, picture } from './story.ts';

/** One person about whom everything is known. */
export const profileOf = (iso: (hours: number) => string, id: string): ProfileDetail => ({
  id,
  identities: [
    {
      namespace: 'ECID',
      id: '41289011538849211209985566023811736902',
      level: 0,
      source: 'edge:shop',
      since: iso(-720),
    },
    { namespace: 'email', id: 'ada@exempel.se', level: 3, source: 'server', since: iso(-400) },
  ],
  email: 'ada@exempel.se',
  attributes: { firstName: 'Ada', newsletter: true, städte: 'Schwäbisch Gmünd' },
  timeZone: 'Europe/Stockholm',
  language: 'sv-SE',
  origins: { timeZone: { source: 'edge:shop', at: iso(-1), level: 0 } },
  mailboxProvenAt: iso(-300),
  consent: {
    collect: { state: 'in', at: iso(-400), source: 'shop' },
    'email-marketing': { state: id === '0193-4' ? 'out' : 'in', at: iso(-2), source: 'shop' },
  },
  cart: {
    id: 'c-1',
    lines: itemNames.slice(0, 3).map((name, index) => ({
      item: `i-${index}`,
      name,
      quantity: index === 2 ? 2 : 1,
      imageUrl: picture(index),
    })),
  },
  viewed: Array.from({ length: 17 }, (_, index) => ({
    item: `i-${index}`,
    name: itemNames[index % itemNames.length]!,
    at: iso(-index * 2),
    imageUrl: index === 3 ? null : picture(index),
  })),
  orders: [
    {
      id: 'LL-10233',
      at: iso(-500),
      total: { amount: 214.9, currency: 'EUR' },
      refunded: { amount: 0, currency: 'EUR' },
      cancelled: false,
      items: ['i-4', 'i-5'],
    },
  ],
  lastViewed: 'i-0',
  mostViewed: 'i-3',
  favouriteCategory: 'coats',
  categories: [{ id: 'coats', score: 15 }],
  traits: { spent30: 214.9, lastSearches: ['wollmantel', 'uhr'], abandonedCarts: 3 },
  visits: 4,
  visit: { startedAt: iso(-2), endedAt: iso(-1), pages: 9, views: 4, orders: 0 },
  consents: [
    {
      purpose: 'email-marketing',
      channel: 'email',
      state: 'in',
      at: iso(-2),
      source: 'form:newsletter',
      level: 2,
      basis: 'consent',
      wording:
        'Ja, Lumen & Loom darf mir Neuigkeiten und Empfehlungen per E-Mail senden. Ich kann jederzeit widersprechen.',
      proof: { place: 'https://shop.example/newsletter', ipPrefix: '192.0.2' },
    },
    {
      purpose: 'email-marketing',
      channel: 'email',
      state: 'pending',
      at: iso(-3),
      source: 'form:newsletter',
      level: 1,
      basis: 'consent',
      wording: null,
      proof: {},
    },
    {
      purpose: 'collect',
      channel: 'web',
      state: 'out',
      at: iso(-400),
      source: 'edge:shop',
      level: 0,
      basis: null,
      wording: null,
      proof: {},
    },
  ],
  merges: [
    {
      id: '0193aaaa-0000-7000-8000-000000000001',
      at: iso(-40),
      from: '0193bbbb-0000-7000-8000-000000000001',
      identities: [{ namespace: 'ecid', id: '55289011538849211209985566023811736902' }],
      source: 'server',
    },
  ],
  claims: [{ device: 'ecid:4128', namespace: 'email', id: 'jonas@exempel.se', firstAt: iso(-50), lastAt: iso(-49) }],
  firstSeenAt: iso(-720),
  lastSeenAt: iso(-1),
});

export const certificateOf = (iso: (hours: number) => string, done: boolean): CertificateView => ({
  id: '0193cccc-0000-7000-8000-000000000001',
  state: done ? 'done' : 'running',
  requestedAt: iso(0),
  doneAt: done ? iso(0) : null,
  subject: ['k1:9f2c'],
  steps: ['message', 'journey', 'measure', 'profile', 'event'].map((room) => ({ room, at: iso(0) })),
});
