import type { DeviceKind } from '../event/index.ts';

const tablet = /ipad|tablet|kindle|silk\/|playbook|android(?!.*mobile)/i;
const phone = /mobi|iphone|ipod|windows phone/i;

/** The same few hundred texts come again and again. */
const known = new Map<string, DeviceKind | undefined>();
const most = 1000;

/** What kind of device a browser says that it runs on; undefined for whatever is no browser. */
export function deviceKind(userAgent: string | undefined): DeviceKind | undefined {
  if (userAgent === undefined) return undefined;
  if (known.has(userAgent)) return known.get(userAgent);
  if (known.size >= most) known.clear();
  const kind = kindOf(userAgent);
  known.set(userAgent, kind);
  return kind;
}

function kindOf(userAgent: string): DeviceKind | undefined {
  if (tablet.test(userAgent)) return 'tablet';
  if (phone.test(userAgent)) return 'phone';
  return /^(?:mozilla|opera)\//i.test(userAgent) ? 'computer' : undefined;
}
