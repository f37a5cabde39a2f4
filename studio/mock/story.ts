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
  return [
    { at: iso(-0.2), kind: 'ordered', text: 'Order LL-10240, €214.90', items: items(0, 2) },
    { at: iso(-0.5), kind: 'clicked', text: 'Opened “Nordic winter coat, charcoal” from the mail', ...cart },
    {
      at: iso(-1),
      kind: 'sent',
      text: '“Your coats are still here” was accepted by the mail server',
      ...cart,
      activity: 'mail',
    },
    { at: iso(-1.01), kind: 'action', text: 'recommend answered 4 items in 3 ms', ...cart, activity: 'ask' },
    { at: iso(-5), kind: 'waiting', text: 'Until today 09:00', ...cart, activity: 'wait' },
    { at: iso(-5.01), kind: 'entered', text: 'Abandoned cart', ...cart },
    { at: iso(-5.02), kind: 'event', text: 'Put in the cart', items: items(0, 3) },
    { at: iso(-5.3), kind: 'event', text: 'Viewed', items: items(3, 1) },
    { at: iso(-6), kind: 'identified', text: 'Signed in as ada@exempel.se' },
    { at: iso(-6.1), kind: 'consent', text: 'Agreed to marketing mail' },
    {
      at: iso(-30),
      kind: 'refused',
      text: 'No mail from “Viewed, not bought”',
      reason: 'no consent',
      journey: 'viewed-not-bought',
      activity: 'mail',
    },
    { at: iso(-31), kind: 'held', text: 'Held until 08:00', reason: 'quiet_hours', ...cart },
    { at: iso(-32), kind: 'heldOut', text: 'No mail, counted in the control group', reason: 'held out', ...cart },
    { at: iso(-33), kind: 'exited', text: 'Left the journey', reason: 'Bought', ...cart },
    { at: iso(-34), kind: 'ended', text: 'Mail sent', ...cart, activity: 'done' },
    { at: iso(-35), kind: 'planned', text: 'A mail was planned', ...cart },
  ];
}

export function mailHtml(): string {
  return `<!doctype html><html><head><meta name="color-scheme" content="light dark"><style>body{margin:0;font:16px system-ui;background:#fff;color:#222}.w{max-width:600px;margin:auto;padding:24px}@media(prefers-color-scheme:dark){body{background:#111;color:#eee}}</style></head><body><div class="w"><h1>Still yours, Ada</h1><p>You left these in your cart.</p><img src="${picture(0)}" width="45%" alt="coat"> <img src="${picture(1)}" width="45%" alt="parka"><p><a href="/shop">Back to the cart</a></p><script>document.body.textContent='script ran'</script></div></body></html>`;
}
