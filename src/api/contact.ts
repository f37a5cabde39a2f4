import { BeckonError, sha256 } from '../base/index.ts';
import type { ShopEvent } from '../event/index.ts';
import { compileExpression, type Expression } from '../language/index.ts';
import type { ContactMapping } from './contract-contact.ts';
import { errors } from './error.ts';
import { asText } from './json.ts';
import { profileEvent } from './row.ts';

/** Rows of a table of people → what the log is told of them. Pure. */

const limits = { steps: 20_000, output: 32 * 1024 };

/** Columns by the names that they have in the exports of common tools, in three languages. */
const known: Record<string, readonly string[]> = {
  email: [
    'email',
    'email address',
    'e mail',
    'mail',
    'epost',
    'e post',
    'epostadress',
    'e mail adresse',
    'emailadresse',
  ],
  firstName: ['first name', 'firstname', 'given name', 'fname', 'förnamn', 'vorname'],
  lastName: ['last name', 'lastname', 'surname', 'family name', 'lname', 'efternamn', 'nachname'],
  language: ['language', 'locale', 'språk', 'sprache'],
  timeZone: ['time zone', 'timezone', 'tidszon', 'zeitzone'],
  consent: [
    'consent',
    'email marketing',
    'email marketing consent',
    'accepts email marketing',
    'accepts marketing',
    'subscribed',
    'opt in',
    'samtycke',
    'einwilligung',
  ],
  consentAt: [
    'consent at',
    'consent time',
    'consent timestamp',
    'email marketing consent timestamp',
    'consent date',
    'optin time',
    'confirm time',
    'samtycke tid',
    'einwilligung am',
  ],
  consentSource: ['consent source', 'consent method', 'optin source', 'samtycke källa', 'einwilligung quelle'],
  consentWording: ['consent wording', 'consent text', 'samtycke text', 'einwilligung text'],
  consentBasis: ['consent basis'],
};

const words: Record<string, 'in' | 'out' | 'pending'> = {
  ...Object.fromEntries(
    ['in', 'yes', 'y', 'true', '1', 'subscribed', 'opted in', 'opt in', 'ja', 'j', 'x'].map((word) => [
      word,
      'in' as const,
    ]),
  ),
  ...Object.fromEntries(
    ['out', 'no', 'n', 'false', '0', 'unsubscribed', 'opted out', 'opt out', 'cleaned', 'nej', 'nein'].map((word) => [
      word,
      'out' as const,
    ]),
  ),
  pending: 'pending',
};

/** Words of other programs for somebody who was never asked. */
const silent = new Set(['never subscribed', 'not subscribed', 'never']);

const fixed = new Set(Object.keys(known));

/** How the columns of one file are read. */
export interface ContactReader {
  /** Field → the column or expression it comes from. */
  used: Record<string, string>;
  /** How many columns there are. */
  width: number;
  /** Columns that nothing is read from. */
  ignored: string[];
  /** What a row says, field by field; fields that are empty are not there. */
  read(cells: readonly string[], now: number): Map<string, string>;
}

/** Brings the name of a column into one form. */
function plain(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[\s_.:-]+/g, ' ')
    .trim();
}

/**
 * Reads the first row and the mapping: which column, or which expression over `row`, gives each field. What the mapping
 * does not name is found by its usual name.
 *
 * @throws API_INPUT_INVALID, LANGUAGE_… with the field in `where`
 */
export function contactReader(header: readonly string[], mapping: ContactMapping = {}): ContactReader {
  const names = header.map((name) => name.trim());
  checkHeader(names);
  const sources = new Map<string, number | Expression>();
  const used: Record<string, string> = {};
  for (const [field, from] of Object.entries(mapping)) {
    checkField(field);
    if (from === null) continue;
    if (typeof from === 'string') {
      const place = names.indexOf(from);
      if (place < 0) throw wrong(`There is no column "${from}"; there are: ${names.join(', ')}`, `mapping.${field}`);
      sources.set(field, place);
      used[field] = from;
    } else {
      sources.set(field, compiled(from.expression, `mapping.${field}`));
      used[field] = `= ${from.expression}`;
    }
  }
  for (const [place, name] of names.entries()) {
    const field = Object.keys(known).find((one) => known[one]!.includes(plain(name)));
    if (field === undefined || sources.has(field) || Object.hasOwn(mapping, field)) continue;
    sources.set(field, place);
    used[field] = name;
  }
  if (!sources.has('email') && ![...sources.keys()].some((field) => field.startsWith('identities.'))) {
    throw wrong(`No column names the person: there is none called email, and the mapping names none`, 'mapping.email');
  }
  const hasExpressions = [...sources.values()].some((source) => typeof source !== 'number');
  const ignored = names.filter((_, place) => ![...sources.values()].includes(place));
  const read = (cells: readonly string[], now: number) => {
    const row = hasExpressions ? Object.fromEntries(names.map((name, place) => [name, cells[place] ?? ''])) : {};
    const found = new Map<string, string>();
    for (const [field, source] of sources) {
      const value = typeof source === 'number' ? cells[source] : source.evaluate({ row }, { now, limits });
      const text = textOf(value);
      if (text !== '') found.set(field, text);
    }
    return found;
  };
  return { used, width: names.length, ignored: hasExpressions ? [] : ignored, read };
}

function checkHeader(names: readonly string[]): void {
  const empty = names.findIndex((name) => name === '');
  if (empty >= 0) throw wrong(`Column ${empty + 1} has no name`, 'line 1');
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined) throw wrong(`The column "${twice.slice(0, 128)}" is there twice`, 'line 1');
  const bad = names.find((name) => asText(name, 128) === undefined || name === '__proto__');
  if (bad !== undefined) throw wrong(`"${bad.slice(0, 128)}" cannot be the name of a column`, 'line 1');
}

function checkField(field: string): void {
  if (fixed.has(field) || /^(attributes|identities)\.[A-Za-z0-9_-]{1,64}$/.test(field)) {
    if (!/\.(__proto__|constructor|prototype)$/.test(field)) return;
  }
  const all = [...fixed, 'attributes.<name>', 'identities.<namespace>'].join(', ');
  throw wrong(`"${field.slice(0, 128)}" is not a field; there are: ${all}`, 'mapping');
}

function compiled(source: string, where: string): Expression {
  try {
    return compileExpression(source);
  } catch (error) {
    if (!(error instanceof BeckonError)) throw error;
    const { code, status, mend } = error;
    const place = error.where === undefined ? where : `${where}, ${error.where}`;
    throw new BeckonError({ code, status, mend }, error.message, { where: place, cause: error });
  }
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** What one row came to. */
export interface Contact {
  /** The person; to be stored before what they agreed to. */
  person: ShopEvent;
  consent: ShopEvent | null;
  /** What the row says of consent, as it is taken. */
  says: 'in' | 'out' | 'pending' | null;
  /** Why a consent of the row was not taken; the person was. */
  withheld: string | null;
}

/**
 * A row → its person, and its consent as of its own time. Who is said to be `in` without a source and a time is taken
 * without consent. Its ids hang on what it says, so that a file which is sent again changes nothing.
 *
 * @throws API_INPUT_INVALID for a row that cannot be taken
 */
export function contactOf(fields: ReadonlyMap<string, string>, now: number): Contact {
  const identities: Record<string, string> = {};
  const attributes: Record<string, string> = {};
  for (const [field, text] of fields) {
    const [kind, name] = [field.slice(0, field.indexOf('.')), field.slice(field.indexOf('.') + 1)];
    if (field === 'email') identities['email'] = text;
    else if (kind === 'identities') identities[name] = text;
    else if (kind === 'attributes') attributes[name] = text;
    else if (!field.startsWith('consent')) attributes[field] = text;
  }
  const said = consentOf(fields, now);
  const id = `contact:${sha256(JSON.stringify([...fields].sort(([a], [b]) => (a < b ? -1 : 1)))).slice(0, 40)}`;
  const source = 'import';
  const person = { ...profileEvent({ id, identities, attributes }, now, () => id), source };
  if (said.state === null) return { person, consent: null, says: null, withheld: said.withheld };
  const row = {
    id: `${id}:consent`,
    ...(said.at === null ? {} : { at: said.at }),
    identities,
    consent: { 'email-marketing': said.state },
    proof: said.proof,
  };
  const stated = profileEvent(row, now, () => id);
  // The person was told of already; this says only what was agreed to, at its own time.
  const { attributes: _told, ...consent } = { ...stated, source, types: ['profile.consent'] };
  return { person, consent, says: said.state, withheld: null };
}

interface SaidConsent {
  state: 'in' | 'out' | 'pending' | null;
  at: string | null;
  proof: { channel: string; basis: string; place?: string; wording?: string };
  withheld: string | null;
}

function consentOf(fields: ReadonlyMap<string, string>, now: number): SaidConsent {
  const word = fields.get('consent');
  const basis = fields.get('consentBasis') ?? 'consent';
  const [place, wording] = [fields.get('consentSource'), fields.get('consentWording')];
  const proof = {
    channel: 'email',
    basis,
    ...(place === undefined ? {} : { place }),
    ...(wording === undefined ? {} : { wording }),
  };
  if (word === undefined || silent.has(plain(word))) return { state: null, at: null, proof, withheld: null };
  const state = Object.hasOwn(words, plain(word)) ? words[plain(word)]! : null;
  if (state === null) throw wrong(`"${word.slice(0, 64)}" says neither in nor out`, 'consent');
  const time = timeOf(fields.get('consentAt'), now);
  if (state === 'out') return { state, at: time.at, proof, withheld: null };
  const lacks = [place === undefined ? 'no source of the consent' : null, time.fault].filter((why) => why !== null);
  if (lacks.length > 0) return { state: null, at: null, proof, withheld: `${state}, but ${lacks.join(' and ')}` };
  return { state, at: time.at, proof, withheld: null };
}

/** A day alone counts from its beginning in UTC; a time without a zone is UTC. */
function timeOf(text: string | undefined, now: number): { at: string | null; fault: string | null } {
  if (text === undefined) return { at: null, fault: 'no time of the consent' };
  const found = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?) ?(Z|UTC|[+-]\d{2}:?\d{2})?)?$/i.exec(
    text,
  );
  const zone = (found?.[3] ?? 'Z')
    .toUpperCase()
    .replace('UTC', 'Z')
    .replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
  const at = found ? Date.parse(`${found[1]}T${found[2] ?? '00:00'}${zone}`) : NaN;
  const shown = text.slice(0, 40);
  if (Number.isNaN(at)) return { at: null, fault: `"${shown}" is not a time such as 2024-05-31T12:00:00Z` };
  if (at > now) return { at: null, fault: `its time "${shown}" lies ahead` };
  if (at < Date.UTC(2000, 0, 1)) return { at: null, fault: `its time "${shown}" lies before the year 2000` };
  return { at: new Date(at).toISOString(), fault: null };
}

function wrong(sentence: string, where: string): BeckonError {
  return new BeckonError(errors.API_INPUT_INVALID, sentence, { where });
}
