import type { Matcher } from './matcher.ts';

type Source = NonNullable<Matcher['source']>;

const name = '(?:`[^`]+`|[A-Za-z_]\\w*)';
const text = '"(?:[^"\\\\]|\\\\.)*"';
const source = `(?:key|request|profile)(?:\\.${name})+`;
const call = new RegExp(
  `^(not )?(anyEqual|anyAtLeast|anyAtMost|anyAbove|anyBelow|anyContain|anyStartWith|anyEndWith|anyBetween|hasAll)` +
    `\\((item(?:\\.${name})+), (.+)\\)$`,
);
const present = new RegExp(`^(item(?:\\.${name})+) is (not )?empty$`);
const guarded = new RegExp(`^(${source}) is (not )?empty (or|and) (.+)$`);
const values = new RegExp(`^(?:${text}|\\[${text}(?:, ${text})*\\])$`);
const reference = new RegExp(
  `^(listed\\()?(${source})(?: \\?: (${text}))?(\\))?(?:, (\\d+(?:\\.\\d+)?)(?:, (\\d+(?:\\.\\d+)?))?)?$`,
);

const unsaid = 'item.stock is null or ';

const positive: Readonly<Record<string, string>> = {
  anyEqual: 'equals',
  anyAtLeast: 'greaterOrEquals',
  anyAtMost: 'lesserOrEquals',
  anyAbove: 'greaterThan',
  anyBelow: 'lessThan',
  anyContain: 'contains',
  anyStartWith: 'startsWith',
  anyEndWith: 'endsWith',
  anyBetween: 'dynamicallyRanges',
  hasAll: 'containsAllInList',
};
const negative: Readonly<Record<string, string>> = {
  anyEqual: 'notEquals',
  anyContain: 'doesNotContain',
  hasAll: 'doesNotContainAllInList',
};

/**
 * The fields behind a condition, where it is one that fields write (`conditionOf` in src/catalog/rule-matcher.ts);
 * null where it says what they cannot. Pure.
 */
export function matcherOf(condition: string): Matcher | null {
  const given = inOneLine(condition.trim());
  if (given === null) return null;
  const [, ofWhat, isThere] = present.exec(given) ?? [];
  if (ofWhat !== undefined) {
    const operation = isThere === undefined ? 'valueIsNotPresent' : 'valueIsPresent';
    const attribute = attributeOf(ofWhat);
    return attribute === null ? null : { attribute, operation };
  }
  // Stock that is not said passes: the fields mean that by themselves.
  const stock = given.startsWith(unsaid);
  const told = stock ? given.slice(unsaid.length) : given;
  const [, guard, not, word, rest] = guarded.exec(told) ?? [];
  const matcher = overAnyStock(calledIn(rest ?? told), stock);
  if (matcher === null || stock !== isOverStock(matcher)) return null;
  if (guard === undefined) {
    return matcher.source === undefined || matcher.source.defaultValue !== undefined ? matcher : null;
  }
  const isOne = (not === undefined) === (word === 'or');
  if (!isOne || matcher.source === undefined || matcher.source.defaultValue !== undefined) return null;
  const { type, name: own } = sourceOf(guard) ?? {};
  if (own !== matcher.source.name || type !== matcher.source.type) return null;
  return word === 'or' ? matcher : { ...matcher, source: { ...matcher.source, excludeAllWhenEmpty: true } };
}

/** Without the line breaks that setting it out has made; null where a text itself has one. */
function inOneLine(condition: string): string | null {
  const isBroken = (condition.match(/"(?:[^"\\]|\\.)*"/gs) ?? []).some((one) => one.includes('\n'));
  if (isBroken) return null;
  return condition
    .replaceAll(/([([])\s*\n\s*/g, '$1')
    .replaceAll(/,?\s*\n\s*([)\]])/g, '$1')
    .replaceAll(/\s*\n\s*/g, ' ');
}

const overStock = ['equals', 'greaterOrEquals', 'lesserOrEquals', 'greaterThan', 'lessThan', 'dynamicallyRanges'];
const isOverStock = ({ attribute, operation }: Matcher) => attribute === 'stock' && overStock.includes(operation);

/** Being in a list is what asks of stock that is not said as well. */
function overAnyStock(matcher: Matcher | null, saysUnsaid: boolean): Matcher | null {
  if (matcher === null || saysUnsaid || matcher.operation !== 'equals' || !isOverStock(matcher)) return matcher;
  return { ...matcher, operation: 'isContainedInList' };
}

/** `not anyEqual(item.brand, …)`, without what stands before it. */
function calledIn(asked: string): Matcher | null {
  const [, not, match, own, against] = call.exec(asked) ?? [];
  if (match === undefined || own === undefined || against === undefined) return null;
  const operation = (not === undefined ? positive : negative)[match];
  if (operation === undefined) return null;
  const attribute = attributeOf(own);
  if (attribute === null) return null;
  if (values.test(against)) {
    const read = readValues(against);
    return read === null || operation === 'dynamicallyRanges' ? null : { attribute, operation, values: read };
  }
  const [, opened, path, fallback, closed, low, high] = reference.exec(against) ?? [];
  if (path === undefined || (opened === undefined) !== (closed === undefined)) return null;
  if ((low !== undefined) !== (operation === 'dynamicallyRanges')) return null;
  const defaultValue = fallback === undefined ? undefined : readValues(fallback)?.[0];
  const named = sourceOf(path);
  if (named === null) return null;
  const from = { ...named, ...(defaultValue === undefined ? {} : { defaultValue }) };
  const range = { ...(low === undefined ? {} : { lowRange: low }), ...(high === undefined ? {} : { highRange: high }) };
  return inList({ attribute, operation, source: from, ...range }, opened !== undefined);
}

/** A parameter or attribute may hold a list in one text; then the operation says so. */
function inList(matcher: Matcher, isListed: boolean): Matcher | null {
  const { operation, source } = matcher;
  const takesLists = ['containsAllInList', 'doesNotContainAllInList'].includes(operation);
  if (source?.type === 'ENTITY') return isListed ? null : matcher;
  if (takesLists) return isListed ? matcher : null;
  if (!isListed) return matcher;
  const other = { equals: 'isContainedInList', notEquals: 'isNotContainedInList' }[operation];
  return other === undefined ? null : { ...matcher, operation: other };
}

function readValues(given: string): string[] | null {
  try {
    const read: unknown = JSON.parse(given);
    return Array.isArray(read) ? read.map(String) : [String(read)];
  } catch {
    return null;
  }
}

/** The names in a path, without their back-ticks. */
const namesIn = (path: string): string[] =>
  [...path.matchAll(/`([^`]+)`|[A-Za-z_]\w*/g)].map(([whole, ticked]) => ticked ?? whole);

const fields = ['id', 'name', 'categories', 'price', 'currency', 'stock', 'url', 'imageUrl', 'variantOf'];
/** Words that mean a field, so that an attribute of the same name is called by its whole path. */
const taken = [...fields, 'value', 'inventory', 'category', 'categoryId', 'pageUrl', 'thumbnailUrl'];

/** `item.attributes.brand` → `brand`, `item.price` → `price`; null for a path that no attribute has. */
function attributeOf(path: string): string | null {
  const [, first = '', ...rest] = namesIn(path);
  if (first !== 'attributes') return rest.length === 0 && fields.includes(first) ? first : null;
  const [own] = rest;
  if (own === undefined || rest.length > 1 || /^(entity|attributes)\./.test(own)) return null;
  return taken.includes(own) ? `attributes.${own}` : own;
}

function sourceOf(path: string): Source | null {
  const [root, ...parts] = namesIn(path);
  const [first = ''] = parts;
  if (root === 'key') {
    const own = attributeOf(path);
    return own === null ? null : { type: 'ENTITY', name: own };
  }
  if (root === 'request') return parts.length > 1 || first.startsWith('mbox.') ? null : { type: 'MBOX', name: first };
  const isOdd = parts.some((part) => part.includes('.')) || first === 'user' || first === 'profile';
  return isOdd ? null : { type: 'PROFILE', name: parts.join('.') };
}
