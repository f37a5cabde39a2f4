/** Invented journey documents: three like the recipes, one with long words, a jump back and an empty report. */
export const documents = [
  {
    key: 'abandoned-cart',
    name: 'Abandoned cart',
    description: 'Four hours after the last change of a cart, the things in it and what goes with them.',
    entry: {
      kind: 'event',
      event: 'cart.changed',
      when: 'count(event.lines) > 0',
      key: 'event.cartId',
      onRepeat: 'restart',
    },
    exits: [
      { event: 'ordered', reason: 'Bought' },
      { event: 'cart.emptied', key: 'event.cartId', reason: 'Emptied the cart' },
      { event: 'consent.lost', reason: 'Consent withdrawn' },
    ],
    start: 'wait',
    activities: {
      wait: { kind: 'wait', for: 'PT4H', next: 'ask' },
      ask: {
        kind: 'action',
        name: 'recommend',
        method: 'POST',
        url: '/v1/recommendations',
        body: {
          criterion: 'cart-based',
          cart: '=context.entry.lines',
          limit: 4,
          identities: { ECID: '{{profile.ecid}}' },
        },
        next: 'any',
        onError: 'failed',
      },
      any: {
        kind: 'condition',
        label: 'Anything to show?',
        paths: [
          {
            label: 'Something is in stock',
            when: 'isNotEmpty(context.journey.actions.recommend.cart)',
            next: 'mail',
          },
        ],
        otherwise: 'nothing',
      },
      mail: { kind: 'message', message: 'abandoned-cart', next: 'done' },
      done: { kind: 'end', label: 'Mail sent' },
      nothing: { kind: 'end', label: 'Nothing to show' },
      failed: { kind: 'end', label: 'The recommendation call failed' },
    },
  },
  {
    key: 'viewed-not-bought',
    name: 'Viewed, not bought',
    description: 'A day after a visit with views and no order, the things viewed, newest first.',
    entry: { kind: 'event', event: 'visit.ended', when: 'event.orders = 0' },
    exits: [{ event: 'ordered', reason: 'Bought' }],
    start: 'wait',
    activities: {
      wait: { kind: 'wait', for: 'PT24H', next: 'ask' },
      ask: {
        kind: 'action',
        name: 'recommend',
        method: 'POST',
        url: '/v1/recommendations',
        body: { criterion: 'recently-viewed' },
        next: 'mail',
      },
      mail: { kind: 'message', message: 'viewed-not-bought', next: 'done' },
      done: { kind: 'end', label: 'Mail sent' },
    },
  },
  {
    key: 'only-wandered',
    name: 'Only wandered',
    description: 'Every morning, visitors of the last days who bought nothing.',
    entry: { kind: 'audience', audience: 'daysSince(profile.lastSeenAt) < 7', at: '10:00', zone: 'Europe/Stockholm' },
    start: 'ask',
    activities: {
      ask: {
        kind: 'action',
        name: 'recommend',
        method: 'POST',
        url: '/v1/recommendations',
        body: { criterion: 'recently-viewed' },
        next: 'mail',
      },
      mail: { kind: 'message', message: 'only-wandered', next: 'done' },
      done: { kind: 'end', label: 'Mail sent' },
    },
  },
  {
    key: 'long-words',
    name: 'Rückgewinnungsmaßnahmenübersicht für Herrenarmbanduhrenliebhaber',
    description:
      'Återkommande påminnelser för kundklubbsmedlemmar med bortglömda varukorgar i sortimentet vinterkläder.',
    entry: { kind: 'event', event: 'newsletter.subscription.confirmation.received' },
    start: 'wait',
    activities: {
      wait: { kind: 'wait', for: 'P3DT12H30M', label: 'Aufmerksamkeitsverzögerungszeit', next: 'which' },
      which: {
        kind: 'condition',
        label: 'Kundengruppenzuordnung',
        paths: [
          { label: 'Herrenarmbanduhrenliebhaber', when: 'a', next: 'mail' },
          { label: 'Vinterjacksentusiaster i Norrland', when: 'b', next: 'crm' },
          { label: 'Noch nicht entschieden', when: 'c', next: 'wait' },
        ],
        otherwise: 'done',
      },
      mail: { kind: 'message', message: 'herrenarmbanduhren-fruehjahrskollektion', next: 'done', onExcluded: 'crm' },
      crm: { kind: 'action', name: 'stamp', method: 'POST', url: 'https://crm.example/hooks/7', next: 'done' },
      done: { kind: 'end', label: 'Rückgewinnungsmaßnahme abgeschlossen' },
    },
  },
];
