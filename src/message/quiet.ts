/** By whose clock quiet hours go: when no marketing mail may start, on the recipient's wall clock. Pure. Source: trust.md §1.8. */

/** Zones that were found to be some: asking for one costs more than all other gates of a mail together. */
const known = new Set<string>();
/** There are about 600; names differ in case too, and come from outside. */
const mostKnown = 2000;

/** Is this an IANA zone that this machine knows? */
export function isZone(zone: string): boolean {
  if (known.has(zone)) return true;
  try {
    const is = new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '' && zone !== '';
    if (is && known.size < mostKnown) known.add(zone);
    return is;
  } catch {
    return false;
  }
}

/** The recipient's zone if it is one, else the shop's: unknown zones never switch quiet hours off (trust row 29). */
export function effectiveZone(profileZone: string | null, shopZone: string): string {
  return profileZone !== null && isZone(profileZone) ? profileZone : shopZone;
}
