import type { StuckList } from '../../src/api/contract-journey.ts';

const causes = [
  ['ask', 'Tried 4 times: http_503', { code: 'stuck.call', values: { count: 4, error: 'http_503' } }],
  ['crm', 'Tried 12 times: Zeitüberschreitung', { code: 'stuck.call', values: { count: 12, error: 'timeout' } }],
  ['wait', 'Its wait is over', { code: 'stuck.wait', values: {} }],
  ['mail', 'Nothing was heard of its mail', { code: 'stuck.mail', values: {} }],
] as const;

/** Runs that need a hand, of one journey or of all. */
export function stuckOf(
  iso: (hours: number) => string,
  asked: { names: readonly string[]; keys: readonly string[] },
): StuckList {
  const stuck = asked.names.slice(0, 9).map((label, index) => {
    const [activity, why, said] = causes[index % causes.length]!;
    return {
      runId: `0193-4567-r${index}`,
      journey: asked.keys[index % asked.keys.length]!,
      version: 3,
      profileId: `0193-${index}`,
      label,
      activity,
      since: iso(index * 3.1 - 60),
      why,
      said,
    };
  });
  return { stuck, total: asked.keys.length > 1 ? 214 : stuck.length };
}
