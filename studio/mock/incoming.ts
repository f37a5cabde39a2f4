import type { IntakeLine, IntakeView, QuarantineView } from '../../src/api/contract-watch.ts';
import type { WebhookRequest, WebhookView } from '../../src/api/contract-webhook.ts';

const shapes = [
  ['edge:default', 'web.webpagedetails.pageViews'],
  ['edge:default', 'commerce.productViews'],
  ['edge:default', 'commerce.productListAdds'],
  ['server', 'commerce.purchases'],
  ['segment:0193aa', 'Produktempfehlungsdarstellungsereignis angezeigt'],
  ['webhook:shopify', 'profile.consent'],
  ['edge:filiale-schwaebisch-gmuend', 'commerce.checkouts'],
] as const;

const refusals = [
  { code: 'API_INPUT_INVALID', why: 'row 4 (order-1): at "1969-01-01" lies before the year 2000', door: 'POST /v1' },
  {
    code: 'API_ORIGIN_REFUSED',
    why: 'The origin https://andere-seite.example is not one of the allowed origins of the datastream',
    door: 'POST /ee/v1/interact',
  },
  { code: '502', why: null, door: 'POST /hooks/:key' },
];

/** Invented lines, each two seconds older than the one before. */
export function intakeOf(now: number, search: URLSearchParams): IntakeView {
  const lines = Array.from({ length: 120 }, (_, index) => lineOf(index, now));
  const [source, outcome] = [search.get('source'), search.get('outcome')];
  const names = [...new Set(lines.map((line) => line.source))].sort();
  return {
    lines: lines.filter(
      (line) => (source === null || line.source === source) && (outcome === null || line.outcome === outcome),
    ),
    sources: names.map((name) => {
      const own = lines.filter((line) => line.source === name);
      return {
        source: name,
        sender: senderOf(name),
        lines: own.length,
        refused: own.filter((line) => line.outcome === 'refused').length,
      };
    }),
  };
}

const senderOf = (source: string) => (source.startsWith('segment:') ? 'Seiten des Ladens' : null);

function lineOf(index: number, now: number): IntakeLine {
  const at = new Date(now - index * 2000).toISOString();
  const [source, type] = shapes[index % shapes.length]!;
  const datastream = source.startsWith('edge:') ? source.slice(5) : null;
  const head = { number: 500 - index, at, source, sender: senderOf(source), datastream };
  if (index % 11 === 4) {
    return {
      ...head,
      ...refusals[index % refusals.length]!,
      type: null,
      visitor: null,
      outcome: 'refused',
      what: null,
    };
  }
  return {
    ...head,
    type,
    visitor: 'ecid:41289011538849211209985566023811736902',
    outcome: index % 13 === 7 ? 'repeated' : 'kept',
    door: null,
    code: null,
    why: null,
    what: {
      id: `${index}f1a-0193`,
      types: [type],
      happenedAt: at,
      level: source === 'server' ? 3 : 0,
      identities: ['ecid', ...(source === 'server' ? ['email'] : [])],
      claims: index % 5 === 0 ? ['email'] : [],
      items:
        index % 3 === 0
          ? []
          : [
              { id: 'coat-1', quantity: 2 },
              { id: 'watch-7', quantity: null },
            ],
      itemCount: index % 3 === 0 ? 0 : 14,
      order: source === 'server' ? 'LL-10240' : null,
      cart: index % 3 === 2 ? 'c-1' : null,
      page: 'https://shop.example/maentel/doppelreihiger-wollmantel-mit-abnehmbarer-kapuze',
      consent: source.startsWith('webhook') ? { 'email-marketing': 'in' } : {},
      attributes: source === 'server' ? ['firstName', 'timeZone'] : [],
      bot: index % 17 === 0,
    },
  };
}

export const noIntake: IntakeView = { lines: [], sources: [] };

export function quarantineOf(iso: (hours: number) => string): QuarantineView {
  const error = 'invalid input value for enum order_state: "teilweise zurückerstattet"';
  return {
    total: 2,
    rows: [
      { id: '0193-q1', at: iso(-1), error, events: [{ id: 'o-1', types: ['commerce.refunds'] }] },
      { id: '0193-q2', at: iso(-30), error: 'value too long', events: [{ id: 'o-2' }, { id: 'o-3' }] },
    ],
  };
}

export function webhooksOf(iso: (hours: number) => string): WebhookView[] {
  const hook = { settings: {}, signature: null, mapping: [], oldSecretUntil: null, createdAt: iso(-900) };
  return [
    {
      ...hook,
      key: 'shopify',
      kind: 'shopify',
      name: 'Shopify',
      url: 'https://shop.example/hooks/shopify',
      counts: { taken: 12_311, repeated: 41, ignored: 903, refused: 2, turnedAway: 1 },
      lastAt: iso(-0.1),
      lastRefusal: { at: iso(-26), why: 'The signature in x-shopify-hmac-sha256 does not fit the body' },
    },
    {
      ...hook,
      key: 'erp',
      kind: 'generic',
      name: 'Warenwirtschaftssystem der Zentrale',
      url: 'https://shop.example/hooks/erp',
      counts: { taken: 0, repeated: 0, ignored: 0, refused: 0, turnedAway: 0 },
      lastAt: null,
      lastRefusal: null,
    },
  ];
}

export const requestsOf = (key: string, iso: (hours: number) => string): WebhookRequest[] =>
  key === 'shopify'
    ? [
        {
          id: '0193-r1',
          topic: 'customers/data_request',
          at: iso(-20),
          doneAt: null,
          body: { customer: { id: 7, email: 'maximiliane.freifrau-von-hohenzollern@exempel.se' } },
        },
        { id: '0193-r0', topic: 'customers/redact', at: iso(-90), doneAt: iso(-80), body: { customer: { id: 3 } } },
      ]
    : [];
