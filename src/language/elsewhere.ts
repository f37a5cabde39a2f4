const lookup = 'call a custom action before this step and read its answer under context.journey.actions';
const compare = 'write the operator: a = b, a != b, a < b, a >= b, a and b, not a';
const arithmetic = 'write the operator: a + b, a - b, a * b, a / b, a % b';
const escaping = 'leave it out: every value is escaped for the place it stands in';

/** What to use for functions and filters of other languages that mean nothing here, or are a form of the grammar. */
const elsewhere: Readonly<Record<string, string>> = {
  // Journey Optimizer's data sets and look-ups at render time.
  datasetLookup: lookup,
  externalDataLookup: lookup,
  experienceEventLookup: 'ask stored events: happened("commerce.purchases", within: "P30D")',
  executionMetadata: 'name the value in the message: what was sent is kept with its data',
  encrypt: 'do it in your own service, in a custom action',
  inSegment: 'use inAudience("key")',
  isMemberOf: 'use inAudience("key")',
  stringToInteger: 'use toInt(value)',
  getSegmentMembership: 'use inAudience("key")',
  // Handlebars' helpers, as its users write them.
  eq: compare,
  ne: compare,
  neq: compare,
  lt: compare,
  lte: compare,
  gt: compare,
  gte: compare,
  and: compare,
  or: compare,
  lookup: 'write list[place] or map["key"], or use get(map, key)',
  ifCond: compare,
  log: 'look at the preview: it shows the data beside the text',
  // Liquid's filters.
  default: 'write value ?: "text"',
  upcase: 'use upperCase(text)',
  downcase: 'use lowerCase(text)',
  capitalize: 'use titleCase(text)',
  strip: 'use trim(text)',
  lstrip: 'use leftTrim(text)',
  rstrip: 'use rightTrim(text)',
  strip_html: 'clean texts in the catalogue feed; here every tag is printed as text',
  newline_to_br: 'split the text at "\\\\n" and print each part: {{#each split(text, "\\\\n") as |line|}}',
  append: 'use concat(a, b)',
  prepend: 'use concat(a, b)',
  remove: 'use replace(text, part, "")',
  truncate: 'use substr(text, 0, length)',
  slice: 'use substr(text, from, to), or limit and skip for a list',
  date: 'use formatDate(moment, "d MMMM yyyy")',
  money: 'use formatCurrency(amount, "EUR")',
  escape: escaping,
  escape_once: escaping,
  raw: escaping,
  safe: escaping,
  json: 'print the value in a text of the kind JSON: it is written as JSON there',
  url_encode: 'use urlEncode(text); in an address a value is encoded without it',
  url_decode: 'use urlDecode(text)',
  plus: arithmetic,
  minus: arithmetic,
  times: arithmetic,
  divided_by: arithmetic,
  modulo: arithmetic,
  floor: 'use roundDown(number)',
  ceil: 'use roundUp(number)',
  uniq: 'use distinct(list)',
  where: 'use filter(list, field, values)',
  sort_natural: 'use sort(list, field)',
  map: 'loop over the list and print the field, or use sum, min, max and average with the name of the field',
};

/** What to write in place of a name that users of other languages bring along; null for any other name. */
export function insteadOf(name: string): string | null {
  return Object.hasOwn(elsewhere, name) ? elsewhere[name]! : null;
}

/** The names that are refused with what to use. */
export function foreignNames(): readonly string[] {
  return Object.keys(elsewhere);
}
