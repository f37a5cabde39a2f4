import { expect, it } from 'vitest';
import { demoPeople, walked } from './demo.ts';
import { recipes } from './journey/index.ts';
import { assignArm, journeySalt } from './profile/index.ts';

it('the three demo people are treated in all three journeys, by the published hash and their fixed ids', () => {
  for (const { profileId } of demoPeople) {
    for (const { key, holdout } of recipes().filter((one) => walked.has(one.key)))
      expect(assignArm(journeySalt(key), profileId, holdout!)).toBe('treated');
  }
});
