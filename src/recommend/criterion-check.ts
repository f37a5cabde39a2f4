import { BeckonError, nearest } from '../base/index.ts';
import { checkRules } from '../catalog/index.ts';
import { windows } from './asking.ts';
import type { CriterionAlgorithm, CriterionContent, CriterionDefinition } from './criterion-definition.ts';
import { errors } from './error.ts';

/** What exists, as far as a criterion may name it. */
export interface KnownToCriteria {
  find(key: string): CriterionDefinition | undefined;
  list(): readonly CriterionDefinition[];
  /** Is there an uploaded list of this name? */
  hasList(name: string): boolean;
}

export const criterionLimits = {
  name: 250,
  title: 250,
  description: 1000,
  members: 5,
  chain: 10,
  slots: 100,
  weights: 100,
};

const keyForm = /^(?=.*[a-z])[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?$/;

/** A key for addresses. @throws CRITERION_INVALID */
export function checkKey(key: string): string {
  if (keyForm.test(key) && key !== 'preview') return key;
  return refuse(
    'key',
    `"${key.slice(0, 80)}" is not a key: lower-case letters, digits and hyphens, at least one letter`,
  );
}

/**
 * A criterion in its one form; the types are checked by the door, what it means is checked here.
 *
 * @param key its own; null for one that is only tried
 * @throws CRITERION_INVALID, RULE_INVALID, each naming the place
 */
export function checkCriterion(given: CriterionContent, key: string | null, known: KnownToCriteria): CriterionContent {
  const name = given.name.trim();
  if (name === '' || name.length > criterionLimits.name) {
    refuse('name', `"${name.slice(0, 80)}" is not a name of 1 to ${criterionLimits.name} characters`);
  }
  const twin = known.list().find((one) => one.key !== key && one.name.toLowerCase() === name.toLowerCase());
  if (twin && key !== null) refuse('name', `"${name}" is the name of the criterion "${twin.key}"`);
  const { rules, weights = [], backup, price } = given;
  checkAlgorithm(given.algorithm, key, known);
  checkWindow(given);
  for (const [i, member] of (backup?.chain ?? []).entries()) {
    if (member === key) refuse(`backup.chain[${i}]`, `"${member}" cannot be a backup of itself`);
    assertKnown(member, `backup.chain[${i}]`, known);
  }
  if ((backup?.chain?.length ?? 0) > criterionLimits.chain) {
    refuse('backup.chain', `${backup!.chain!.length} backups are more than ${criterionLimits.chain}`);
  }
  if (price?.min !== undefined && price.max !== undefined && price.min > price.max) {
    refuse('price', `No price lies between ${price.min} and ${price.max}`);
  }
  return {
    ...given,
    name,
    ...(rules === undefined ? {} : { rules: checkRules(rules, 'rules') }),
    ...(weights.length === 0
      ? {}
      : {
          weights: weights.map(({ rule, weight }, i) => ({
            rule: checkRules([rule], `weights[${i}].rule`)[0]!,
            weight,
          })),
        }),
  };
}

function checkAlgorithm(algorithm: CriterionAlgorithm, key: string | null, known: KnownToCriteria): void {
  if (algorithm.kind === 'sequence') return checkSequence(algorithm.members, key, known);
  if (algorithm.kind === 'custom' && !known.hasList(algorithm.list)) {
    refuse('algorithm.list', `There is no uploaded list "${algorithm.list}"`);
  }
  if (algorithm.kind === 'popular' && algorithm.metric !== undefined && algorithm.action !== 'bought') {
    refuse('algorithm.metric', `Revenue is of what was bought, and not of what was ${algorithm.action}`);
  }
  if (algorithm.kind === 'popular') checkEvent(algorithm);
  const keys = 'keys' in algorithm ? algorithm.keys : undefined;
  if (keys === undefined) return;
  const { when = 'none', nth = 1 } = keys;
  if (!Number.isInteger(nth) || nth < 1 || nth > 100)
    refuse('algorithm.keys.nth', `${nth} is not a place from 1 to 100`);
  const isCurrent =
    'item' in algorithm
      ? algorithm.item.from === 'current'
      : algorithm.kind === 'popular' &&
        algorithm.within !== undefined &&
        'category' in algorithm.within &&
        algorithm.within.category.from === 'current';
  if (isCurrent && (when !== 'none' || nth !== 1)) {
    refuse('algorithm.keys', 'A request has one current key; there is no other to go on with');
  }
}

/** What is counted in visits already, and by which action. */
const counted: Readonly<Record<string, string>> = {
  'commerce.productViews': 'viewed',
  'commerce.productListAdds': 'carted',
  'commerce.purchases': 'bought',
};

function checkEvent({ action, event, within }: Extract<CriterionAlgorithm, { kind: 'popular' }>): void {
  const where = 'algorithm.event';
  if (action !== 'event') {
    if (event !== undefined) refuse(where, `A type of events goes with the action "event", and not with "${action}"`);
    return;
  }
  if (event === undefined || !/^[\w.:-]{1,128}$/.test(event)) {
    refuse(where, `"${(event ?? '').slice(0, 80)}" is not the type of an event`);
  }
  if (Object.hasOwn(counted, event)) {
    refuse(where, `"${event}" is counted in visits already: say the action "${counted[event]}"`);
  }
  if (within !== undefined && 'visitors' in within) {
    refuse('algorithm.within', 'Events are counted of all visitors together');
  }
}

function checkSequence(
  members: readonly { criterion: string; slots?: number }[],
  key: string | null,
  known: KnownToCriteria,
): void {
  const where = 'algorithm.members';
  if (members.length < 1 || members.length > criterionLimits.members) {
    refuse(where, `A sequence has 1 to ${criterionLimits.members} criteria; this one has ${members.length}`);
  }
  members.forEach(({ criterion, slots = 1 }, i) => {
    if (!Number.isInteger(slots) || slots < 1 || slots > criterionLimits.slots) {
      refuse(`${where}[${i}].slots`, `${slots} is not a number of slots from 1 to ${criterionLimits.slots}`);
    }
    assertKnown(criterion, `${where}[${i}].criterion`, known, key);
    const way = key === null ? null : wayTo(criterion, key, known);
    if (way !== null) {
      refuse(`${where}[${i}].criterion`, `The sequence would lead back to itself: ${[key, ...way].join(' → ')}`);
    }
  });
}

/** From a criterion by members of sequences to another; null where no way leads there. */
function wayTo(from: string, to: string, known: KnownToCriteria, before: readonly string[] = []): string[] | null {
  if (from === to) return [...before, to];
  const algorithm = known.find(from)?.algorithm;
  if (algorithm?.kind !== 'sequence' || before.includes(from)) return null;
  for (const { criterion } of algorithm.members) {
    const way = wayTo(criterion, to, known, [...before, from]);
    if (way !== null) return way;
  }
  return null;
}

function checkWindow({ algorithm, window }: CriterionContent): void {
  if (window === undefined) return;
  if (!windows.includes(window)) refuse('window', `"${String(window)}" is none of ${windows.join(', ')}`);
  if (['similar', 'recent', 'custom', 'sequence'].includes(algorithm.kind)) {
    refuse('window', `A window has no meaning for "${algorithm.kind}"`);
  }
  if (window === '6h' && algorithm.kind !== 'popular') refuse('window', 'Six hours are for popularity only');
}

function assertKnown(criterion: string, where: string, known: KnownToCriteria, self: string | null = null): void {
  if (criterion === self || known.find(criterion)) return;
  const near = nearest(
    criterion,
    known.list().map((one) => one.key),
  );
  refuse(where, `There is no criterion "${criterion}"${near === undefined ? '' : `; did you mean "${near}"?`}`);
}

function refuse(where: string, sentence: string): never {
  throw new BeckonError(errors.CRITERION_INVALID, sentence, { where });
}
