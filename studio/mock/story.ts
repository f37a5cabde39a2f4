import type { TimelineEntry } from '../../src/api/contract.ts';

export const itemNames = [
  'Nordic winter coat, charcoal',
  'Harbour parka',
  'Loopback sweatshirt, oat',
  'Meridian watch, steel',
  'Doppelreihiger Wollmantel mit abnehmbarer Kapuze',
  'Linen cushion',
  'Fjäll raincoat',
];

/** A flat picture of its own for each number. */
export function picture(index: number): string {
  const hue = (index * 67) % 360;
  const shape =
    index % 3 === 0
      ? '<path d="M34 24h28l14 16-8 10-6-6v34H34V44l-6 6-8-10Z"/>'
      : index % 3 === 1
        ? '<circle cx="48" cy="48" r="20"/><rect x="42" y="10" width="12" height="76" rx="4"/>'
        : '<rect x="24" y="28" width="48" height="44" rx="12"/>';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><rect width="96" height="96" fill="hsl(${hue} 30% 92%)"/><g fill="hsl(${hue} 45% 45%)">${shape}</g></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/** One person's day with an entry of every kind. */
export function timelineOf(iso: (hours: number) => string): TimelineEntry[] {
  const items = (from: number, count: number) =>
    itemNames.slice(from, from + count).map((name, index) => ({
      id: `i-${from + index}`,
      name,
      imageUrl: picture(from + index),
      quantity: index + 1,
    }));
  const cart = { journey: 'abandoned-cart' };
  const says = (code: string, values: Record<string, string | number> = {}) => ({
    text: code,
    said: { code: `timeline.${code}`, values },
  });
  const name = { journey: 'Abandoned cart' };
  return [
    {
      at: iso(-0.2),
      kind: 'ordered',
      ...says('ordered.credited', { items: '', amount: '214.90 EUR', ...name }),
      items: items(0, 2),
    },
    { at: iso(-0.5), kind: 'clicked', ...says('clicked', { items: 'Nordic winter coat' }), ...cart },
    {
      at: iso(-1),
      kind: 'sent',
      ...says('mail.accepted.subject', { subject: 'Your coats' }),
      ...cart,
      activity: 'mail',
    },
    { at: iso(-1.01), kind: 'action', ...says('step.answered', { action: 'recommend' }), ...cart, activity: 'ask' },
    { at: iso(-5), kind: 'waiting', ...says('step.waiting', name), ...cart, activity: 'wait' },
    { at: iso(-5.01), kind: 'entered', ...says('step.entered', name), ...cart },
    { at: iso(-5.02), kind: 'event', ...says('did.addedToCart', { items: '-' }), items: items(0, 3) },
    { at: iso(-5.3), kind: 'event', ...says('did.viewed', { items: '-' }), items: items(3, 1) },
    { at: iso(-6), kind: 'identified', ...says('did.identified', { email: 'ada@exempel.se' }) },
    { at: iso(-6.1), kind: 'consent', ...says('consent.in', { purpose: 'email-marketing' }) },
    {
      at: iso(-30),
      kind: 'refused',
      ...says('mail.skipped', { reason: 'no consent' }),
      reason: 'no consent',
      journey: 'viewed-not-bought',
      activity: 'mail',
    },
    { at: iso(-31), kind: 'held', ...says('mail.held', { reason: 'quiet_hours' }), reason: 'quiet_hours', ...cart },
    { at: iso(-32), kind: 'heldOut', ...says('mail.heldOut'), reason: 'held out', ...cart },
    { at: iso(-33), kind: 'exited', ...says('step.exited', { ...name, reason: 'Bought' }), reason: 'Bought', ...cart },
    { at: iso(-34), kind: 'ended', ...says('step.ended', { ...name, reason: 'Mail sent' }), ...cart, activity: 'done' },
    { at: iso(-35), kind: 'planned', ...says('mail.planned'), ...cart },
  ];
}

export function mailHtml(): string {
  return `<!doctype html><html><head><meta name="color-scheme" content="light dark"><style>body{margin:0;font:16px system-ui;background:#fff;color:#222}.w{max-width:600px;margin:auto;padding:24px}@media(prefers-color-scheme:dark){body{background:#111;color:#eee}}</style></head><body><div class="w"><h1>Still yours, Ada</h1><p>You left these in your cart.</p><img src="${picture(0)}" width="45%" alt="coat"> <img src="${picture(1)}" width="45%" alt="parka"><p><a href="/shop">Back to the cart</a></p><script>document.body.textContent='script ran'</script></div></body></html>`;
}
