/** The time on a wall clock of a zone, as date fields write it: `2026-11-30T10:00`. Pure. */
export function wallOf(at: number, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? '';
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}`;
}

/** The moment at which a wall clock of a zone shows this, UTC ms; where it never does, the clock that went on; null for no time. Pure. */
export function momentAt(wall: string, zone: string): number | null {
  const asUtc = Date.parse(`${wall}:00Z`);
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(wall) || Number.isNaN(asUtc)) return null;
  const offsetAt = (at: number) => Date.parse(`${wallOf(at, zone)}:00Z`) - at;
  const first = asUtc - offsetAt(asUtc);
  return asUtc - offsetAt(first);
}
