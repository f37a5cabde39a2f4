import { BeckonError } from '../base/index.ts';
import { errors } from './error.ts';
import { shown } from './limit.ts';
import { checkRules, invalid } from './rule-check.ts';
import type { Bodies, Content, KeyItem, Kind } from './rule-definition.ts';
import { ruleLimits } from './rule-definition.ts';

/** Definitions as doors give them: what is left out has its usual value. Rules are checked here, so they are unknown. */
export interface DefinitionInputs {
  collection: { name: string; description?: string; rules: unknown };
  exclusion: { name: string; description?: string; rules: unknown; on?: boolean };
  promotion: {
    name: string;
    description?: string;
    on?: boolean;
    front?: number;
    back?: number;
    /** ISO 8601. */
    starts?: string | null;
    ends?: string | null;
    ids?: readonly string[] | null;
    collection?: string | null;
    rules?: unknown;
    randomise?: boolean;
    keyItem?: KeyItem | null;
    keyAttribute?: string | null;
  };
}

export type DefinitionInput<K extends Kind = Kind> = DefinitionInputs[K];

const keyForm = /^(?=.*[a-z])[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?$/;
const keyItems: readonly KeyItem[] = ['CURRENT', 'LAST_VIEWED', 'LAST_PURCHASED', 'MOST_VIEWED', 'PROFILE_ATTRIBUTE'];

/** A key for addresses. Throws RULE_INVALID. */
export function checkKey(key: string): string {
  if (keyForm.test(key) && key !== 'all') return key;
  const sentence = `"${key.slice(0, 80)}" is not a key: lower-case letters, digits and hyphens, at least one letter`;
  throw invalid('key', key === 'all' ? '"all" stands for the whole catalogue' : sentence);
}

/** A key made of a name, not among those taken; `kind` stands in where a name has no letter. */
export function keyFrom(name: string, kind: string, taken: (key: string) => boolean): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
    .replace(/-+$/, '');
  const stem = /[a-z]/.test(plain) && plain !== 'all' ? plain : `${kind}${plain === '' ? '' : `-${plain}`}`;
  if (!taken(stem)) return stem;
  for (let i = 2; ; i++) if (!taken(`${stem}-${i}`)) return `${stem}-${i}`;
}

/** The content of a definition in its one form. Throws RULE_INVALID naming the field. */
export function checkDefinition<K extends Kind>(kind: K, input: DefinitionInputs[K]): Content<K> {
  const given = input as DefinitionInputs['promotion'];
  const name = given.name.trim();
  if (name === '' || name.length > ruleLimits.name) {
    throw invalid('name', `${shown(given.name)} is not a name of 1 to ${ruleLimits.name} characters`);
  }
  const description = (given.description ?? '').trim();
  if (description.length > ruleLimits.description) {
    throw invalid('description', `${description.length} characters are more than ${ruleLimits.description}`);
  }
  const bodies: { [B in Kind]: () => Bodies[B] } = {
    collection: () => ({ rules: someRules(given.rules) }),
    exclusion: () => ({ rules: someRules(given.rules), on: given.on ?? true }),
    promotion: () => promotionOf(given),
  };
  return { name, description, ...bodies[kind]() } as Content<K>;
}

function someRules(given: unknown) {
  const rules = checkRules(given, 'rules');
  if (rules.length === 0) throw invalid('rules', 'Without a rule it would be every item');
  return rules;
}

function promotionOf(given: DefinitionInputs['promotion']): Bodies['promotion'] {
  const { front = 1, back = 0, ids = null, collection = null, keyItem = null, keyAttribute = null } = given;
  for (const [where, slots] of Object.entries({ front, back })) {
    if (!Number.isInteger(slots) || slots < 0) throw invalid(where, `${slots} is not a number of slots`);
  }
  if (front + back > ruleLimits.promotedSlots) {
    throw invalid('front', `${front + back} promoted slots are more than ${ruleLimits.promotedSlots}`);
  }
  const rules = checkRules(given.rules ?? [], 'rules');
  if (ids !== null && (rules.length > 0 || collection !== null)) {
    throw invalid('ids', 'A list of ids takes neither rules nor a collection');
  }
  if (ids === null && rules.length === 0 && collection === null) {
    throw invalid('rules', 'A promotion needs ids, a collection or rules: otherwise it would be every item');
  }
  const starts = timeOf(given.starts, 'starts');
  const ends = timeOf(given.ends, 'ends');
  if (starts !== null && ends !== null && ends <= starts) throw invalid('ends', 'It would end before it starts');
  if (keyItem !== null && !keyItems.includes(keyItem)) {
    throw invalid('keyItem', `${shown(keyItem)} is none of ${keyItems.join(', ')}`);
  }
  if (keyItem === 'PROFILE_ATTRIBUTE' && !keyAttribute) {
    throw invalid('keyAttribute', 'PROFILE_ATTRIBUTE needs the name of the attribute with the id of the key item');
  }
  return {
    on: given.on ?? true,
    front,
    back,
    starts,
    ends,
    ids: ids === null ? null : idsOf(ids),
    collection,
    rules,
    randomise: given.randomise ?? false,
    keyItem,
    keyAttribute,
  };
}

function idsOf(given: readonly string[]): string[] {
  const ids = [...new Set(given.map((id) => id.trim()).filter((id) => id !== ''))];
  if (ids.length === 0) throw invalid('ids', 'The list of ids is empty');
  if (ids.length > ruleLimits.promotedIds) {
    throw invalid('ids', `${ids.length} ids are more than ${ruleLimits.promotedIds}`);
  }
  return ids;
}

function timeOf(given: string | null | undefined, where: string): number | null {
  if (given === null || given === undefined || given === '') return null;
  const at = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}|$)/.test(given) ? Date.parse(given) : NaN;
  if (Number.isFinite(at)) return at;
  throw invalid(where, `${shown(given)} is not a time in ISO 8601`);
}

/** There is none of this key. */
export function unknown(kind: Kind, key: string, near: string | undefined): BeckonError {
  const hint = near === undefined ? '' : `; did you mean "${near}"?`;
  return new BeckonError(errors.RULE_UNKNOWN, `There is no ${kind} "${key.slice(0, 80)}"${hint}`, { where: kind });
}
