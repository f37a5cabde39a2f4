import type { LanguageProblem } from '../../src/api/contract-language.ts';
import type { AudienceListReport, AudienceMember, AudienceView } from '../../src/api/contract-audience.ts';

export function audiencesOf(iso: (hours: number) => string): AudienceView[] {
  const times = { createdAt: iso(-700), updatedAt: iso(-40), builtAt: iso(-40), build: null, state: 'ready' as const };
  return [
    {
      ...times,
      kind: 'rule',
      key: 'wanderers',
      name: 'Came by in the last week and has not ordered',
      rule: 'profile.reachable and daysSince(profile.lastSeenAt) <= 7 and isEmpty(profile.orders)',
      size: 412,
    },
    {
      ...times,
      kind: 'rule',
      key: 'hochwertige-armbanduhren',
      name: 'Interessentinnen und Interessenten für hochwertige Armbanduhrensonderanfertigungen',
      rule: 'profile.favouriteCategory = "watches"\nand not happened("commerce.purchases", within: "P30D")',
      size: 1_204_311,
      builtAt: null,
      state: 'building',
      build: { step: 'members', done: 410_000, of: 1_000_000 },
    },
    { ...times, kind: 'list', key: 'friends', name: 'Friends of the shop', rule: null, size: 7 },
  ];
}

const names = ['Ada Lindqvist', 'Maximiliane Freifrau von Hohenzollern-Sigmaringen', null, 'Νίκος Παπαδόπουλος', null];

export function membersOf(iso: (hours: number) => string, count: number): AudienceMember[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `0193-${index}`,
    name: names[index % names.length]!,
    email: index % 5 === 2 ? null : `person-${index}@exempel.se`,
    lastSeenAt: iso(-index),
    since: iso(-index * 5),
  }));
}

export const listReport: AudienceListReport = {
  rows: 4,
  changed: 3,
  refused: 1,
  faults: [{ line: 3, code: 'API_INPUT_INVALID', why: 'nobody is known by crm "42"' }],
  columns: { used: ['email', 'crm'], ignored: [] },
};

/** Finds fault with "wrong", wherever it stands. */
export function problemsOf(source: string): LanguageProblem[] {
  return source.split('\n').flatMap((text, index) => {
    const at = text.indexOf('wrong');
    if (at < 0) return [];
    return [
      {
        severity: 'error' as const,
        code: 'LANGUAGE_FUNCTION_UNKNOWN',
        line: index + 1,
        column: at + 1,
        source: '',
        found: 'wrong',
        expected: 'a function',
        near: 'round',
        message: 'There is no function "wrong"',
        mend: 'Did you mean "round"?',
      },
    ];
  });
}
