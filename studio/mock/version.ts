import type { JourneyVersion, JourneyVersions } from '../../src/api/contract-journey.ts';

export const versionsOf = (iso: (hours: number) => string): JourneyVersions => ({
  versions: [
    { version: 3, publishedAt: iso(-300), inside: 22 },
    { version: 2, publishedAt: iso(-900), inside: 16 },
    { version: 1, publishedAt: iso(-2000), inside: 0 },
  ],
});

/** A version that waits longer, asks nobody, and is more talkative. */
export function versionOf(live: Record<string, unknown>): JourneyVersion {
  const differences = [
    { where: 'holdout', before: 0.1, after: 0.2 },
    { where: 'name', before: live['name'], after: 'Rückgewinnungsmaßnahmen für Herrenarmbanduhrenliebhaber' },
    { where: 'activities.wait.for', before: 'PT4H', after: 'P1DT2H' },
    { where: 'activities.wait.next', before: 'ask', after: 'mail' },
    { where: 'activities.ask', before: { kind: 'action', label: 'Ask for the cart' } },
    { where: 'quietHours', before: null, after: { from: '20:00', to: '09:00' } },
  ];
  return { live, definition: { ...live, holdout: 0.2 }, differences };
}

export const placesOf = (map: Record<string, string | null> = {}) => ({
  places: [
    { from: 2, activity: 'wait', count: 12, to: 'wait' },
    { from: 1, activity: 'wait', count: 3, to: 'wait' },
    { from: 2, activity: 'altes-empfehlungsverfahren', count: 4 },
  ].map((place) => ({ ...place, ...(place.activity in map ? { to: map[place.activity] } : {}) })),
});
