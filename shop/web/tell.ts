import type { ShopItem } from '../catalogue.ts';

declare global {
  interface Window {
    alloy(command: string, options?: object): Promise<unknown>;
    /** What `/consent-banner.js` offers. */
    beckonBanner?: { open(): void; answer(): 'in' | 'out' | '' };
  }
}

/** What goes with an event besides its XDM: the places of the page that it asks for, and data of Target's kind. */
export interface Besides {
  personalization?: { decisionScopes: string[] };
  data?: object;
}

/**
 * Sends one event through the Web SDK. Shopping goes on when it cannot be sent, or when the visitor declined;
 * `?alloy_debug=true` in the address makes the SDK say in the console what became of each.
 */
export function tell(eventType: string, xdm: object, besides: Besides = {}): Promise<unknown> {
  return window.alloy('sendEvent', { xdm: { eventType, ...xdm }, ...besides }).catch(() => undefined);
}

/** A line as XDM knows it. `priceTotal` is the price of the whole line; the size is an option of the same SKU. */
export function productLine(item: ShopItem, quantity = 1, size = '') {
  return {
    SKU: item.id,
    name: item.name,
    quantity,
    priceTotal: Number((item.price * quantity).toFixed(2)),
    currencyCode: item.currency,
    ...(size === '' ? {} : { selectedOptions: [{ attribute: 'size', value: size }] }),
  };
}

/** What the visitor answered to the banner: 'in', 'out', or '' as long as nothing was. */
export function answered(): 'in' | 'out' | '' {
  return window.beckonBanner?.answer() ?? '';
}

/** The visitor's id, for the shop's server to pass on; nothing when the visitor did not allow it. */
export async function visitorId(): Promise<string | undefined> {
  // Before an answer the SDK would keep us waiting for one.
  if (answered() !== 'in') return undefined;
  try {
    const { identity } = (await window.alloy('getIdentity')) as { identity: { ECID: string } };
    return identity.ECID;
  } catch {
    return undefined;
  }
}

/** May what happens here be collected at all? */
export async function setCollect(state: 'in' | 'out'): Promise<void> {
  await window.alloy('setConsent', { consent: [{ standard: 'Adobe', version: '1.0', value: { general: state } }] });
}

/** For shared devices: without these cookies the next person here is a new visitor. The choice about collecting stays. */
export function forgetVisitor(): void {
  const labels = location.hostname.split('.');
  const domains = labels.map((_, at) => `; Domain=${labels.slice(at).join('.')}`);
  for (const cookie of document.cookie.split('; ')) {
    const name = cookie.split('=')[0] ?? '';
    if (!/^(kndctr_.*_(identity|cluster)|AMCV_.*)$/.test(decodeURIComponent(name))) continue;
    for (const domain of ['', ...domains]) document.cookie = `${name}=; Path=/; Max-Age=0${domain}`;
  }
}
