/** Quiet hours: when no marketing mail may start, on the recipient's wall clock. Pure. Source: trust.md §1.8. */

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

/**
 * The moment the quiet window that holds `now` ends, or null when `now` is not in one. Half-open `[from, to)`, may cross
 * midnight (trust row 30). Found by wall clock, so a clock change inside the window moves its end with it.
 *
 * @param hours "21:00"–"08:00"; @param now UTC ms
 */
export function quietUntil(now: number, hours: { from: string; to: string } | null, zone: string): number | null {
  if (!hours) return null;
  const [from, to] = [minutesOf(hours.from), minutesOf(hours.to)];
  if (from === to || !inside(wallMinutes(now, zone), from, to)) return null;
  const minute = 60_000;
  const start = Math.floor(now / minute) * minute;
  let end = start + ((to - wallMinutes(now, zone) + 1440) % 1440) * minute;
  // An offset change between now and the end shows as a wall clock that is not `to`; step by the difference.
  const miss = ((wallMinutes(end, zone) - to + 720 + 1440) % 1440) - 720;
  end -= miss * minute;
  while (inside(wallMinutes(end, zone), from, to)) end += minute;
  return end;
}

function inside(at: number, from: number, to: number): boolean {
  return from < to ? at >= from && at < to : at >= from || at < to;
}

function minutesOf(text: string): number {
  const [hours, minutes] = text.split(':').map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function wallMinutes(at: number, zone: string): number {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    formats.set(zone, format);
  }
  return minutesOf(format.format(at));
}
