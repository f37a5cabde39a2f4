import { isWhole, matchesOf } from './velocity-pattern.ts';
import { Entity, isSame, numberIn, Real, textOf, type Value } from './velocity-value.ts';

/** What a method may use up. `fits` throws when a text or list would be larger than one may be. */
export interface Budget {
  charge(steps: number): void;
  fits(length: number): void;
}

type Text = (text: string, args: readonly Value[], budget: Budget) => Value;
type List = (list: Value[], args: readonly Value[], budget: Budget) => Value;
type Dict = (map: Map<string, Value>, args: readonly Value[], budget: Budget) => Value;
type Any = (value: Value, args: readonly Value[]) => Value;

/** Pieces that a text is split into. */
const mostParts = 10_000;

const text = (args: readonly Value[], place = 0) => textOf(args[place] ?? null);
const whole = (args: readonly Value[], place = 0) => Math.trunc(numberIn(args[place] ?? null) ?? 0);

/** Methods of texts, as Java names them. There is no other way to a method than these tables. */
const ofText = new Map<string, Text>([
  ['length', (own) => own.length],
  ['isEmpty', (own) => own === ''],
  ['equalsIgnoreCase', (own, args) => own.toLowerCase() === text(args).toLowerCase()],
  ['contains', (own, args) => own.includes(text(args))],
  ['startsWith', (own, args) => own.startsWith(text(args))],
  ['endsWith', (own, args) => own.endsWith(text(args))],
  ['indexOf', (own, args) => own.indexOf(text(args), whole(args, 1))],
  ['lastIndexOf', (own, args) => own.lastIndexOf(text(args))],
  ['charAt', (own, args) => own[whole(args)] ?? null],
  [
    'substring',
    (own, args) => own.slice(Math.max(0, whole(args)), args.length > 1 ? Math.max(0, whole(args, 1)) : undefined),
  ],
  ['trim', (own) => own.trim()],
  ['toUpperCase', (own) => own.toUpperCase()],
  ['toLowerCase', (own) => own.toLowerCase()],
  ['concat', (own, args, budget) => bounded(own + text(args), budget)],
  ['replace', (own, args, budget) => replaced(own, { from: text(args), to: text(args, 1) }, budget)],
  ['replaceAll', (own, args, budget) => replacedBy(own, args, { budget, all: true })],
  ['replaceFirst', (own, args, budget) => replacedBy(own, args, { budget, all: false })],
  ['matches', (own, args, budget) => isWhole(own, text(args), budget)],
  ['split', (own, args, budget) => parts(own, args, budget)],
  ['compareTo', (own, args) => (own < text(args) ? -1 : own > text(args) ? 1 : 0)],
]);

const ofList = new Map<string, List>([
  ['size', (own) => own.length],
  ['isEmpty', (own) => own.length === 0],
  ['get', (own, args) => own[whole(args)] ?? null],
  ['contains', (own, args, budget) => (budget.charge(own.length), own.some((one) => isSame(one, args[0] ?? null)))],
  ['indexOf', (own, args, budget) => (budget.charge(own.length), own.findIndex((one) => isSame(one, args[0] ?? null)))],
  ['add', (own, args, budget) => (budget.fits(own.length * 8), own.push(args.at(-1) ?? null), true)],
  [
    'subList',
    (own, args, budget) => (
      budget.charge(own.length),
      own.slice(Math.max(0, whole(args)), Math.max(0, whole(args, 1)))
    ),
  ],
]);

const ofMap = new Map<string, Dict>([
  ['size', (own) => own.size],
  ['isEmpty', (own) => own.size === 0],
  ['get', (own, args) => own.get(text(args)) ?? null],
  ['containsKey', (own, args) => own.has(text(args))],
  ['keySet', (own, _args, budget) => (budget.charge(own.size), [...own.keys()])],
  ['values', (own, _args, budget) => (budget.charge(own.size), [...own.values()])],
  ['put', (own, args, budget) => (budget.fits(own.size * 8), own.set(text(args), args[1] ?? null), null)],
]);

/** Of every value; the readers of numbers hang on any number or text, as designs call them (recommendations DES-3). */
const ofAny = new Map<string, Any>([
  ['toString', (own) => textOf(own)],
  ['equals', (own, args) => isSame(own, args[0] ?? null)],
  ['parseDouble', (_own, args) => real(args[0] ?? null)],
  ['parseFloat', (_own, args) => real(args[0] ?? null)],
  ['parseInt', (_own, args) => integer(args[0] ?? null)],
  ['parseLong', (_own, args) => integer(args[0] ?? null)],
  [
    'valueOf',
    (own, args) =>
      typeof own === 'string' ? text(args) : own instanceof Real ? real(args[0] ?? null) : integer(args[0] ?? null),
  ],
  ['doubleValue', (own) => real(own)],
  ['floatValue', (own) => real(own)],
  ['intValue', (own) => integer(own)],
  ['longValue', (own) => integer(own)],
  ['round', (own, args) => rounded(args[0] ?? own)],
  ['format', (_own, args) => formatted(text(args), args.slice(1))],
]);

const names = new Set([...ofText.keys(), ...ofList.keys(), ...ofMap.keys(), ...ofAny.keys()]);

/** Is there a method of that name on anything? */
export function isMethod(name: string): boolean {
  return names.has(name);
}

/** All of them. */
export function methodNames(): string[] {
  return [...names];
}

/** Calls a method; null where the value has none of that name. */
export function call(own: Value, { name, args }: { name: string; args: readonly Value[] }, budget: Budget): Value {
  budget.charge(2 + args.length);
  if (own === null) return null;
  if (own instanceof Entity) return name === 'get' ? own.get(text(args)) : null;
  if (typeof own === 'string') {
    budget.charge(own.length >> 5);
    const method = ofText.get(name);
    if (method) return method(own, args, budget);
  }
  if (Array.isArray(own)) return ofList.get(name)?.(own, args, budget) ?? null;
  if (own instanceof Map) return ofMap.get(name)?.(own, args, budget) ?? null;
  return ofAny.get(name)?.(own, args) ?? null;
}

function bounded(made: string, budget: Budget): string {
  budget.fits(made.length);
  return made;
}

/** The length is known before the text is made. */
function replaced(own: string, { from, to }: { from: string; to: string }, budget: Budget): string {
  if (from === '') return own;
  const pieces = own.split(from);
  budget.fits(own.length + (pieces.length - 1) * to.length);
  return pieces.join(to);
}

/** Patterns run in time that grows with the text only (docs/decision/0018). One that is none changes nothing. */
function replacedBy(own: string, args: readonly Value[], { budget, all }: { budget: Budget; all: boolean }): string {
  const to = text(args, 1);
  let made = '';
  let at = 0;
  for (const { start, end } of matchesOf(own, text(args), budget)) {
    made += own.slice(at, start) + to;
    budget.fits(made.length);
    at = end;
    if (!all) break;
  }
  return bounded(made + own.slice(at), budget);
}

function parts(own: string, args: readonly Value[], budget: Budget): Value {
  const by = text(args);
  const isPattern = by.length > 1 && /[\\[\](){}.*+?^$|]/.test(by);
  budget.fits(own.length * 2);
  if (!isPattern) return own.split(by).slice(0, mostParts);
  const found: string[] = [];
  let at = 0;
  for (const { start, end } of matchesOf(own, by, budget)) {
    if (end === 0) continue;
    found.push(own.slice(at, start));
    at = end;
    if (found.length >= mostParts) break;
  }
  return [...found, own.slice(at)];
}

function real(value: Value): Value {
  const number = numberIn(value);
  return number === null ? null : new Real(number);
}

function integer(value: Value): Value {
  const number = numberIn(value);
  return number === null ? null : Math.trunc(number);
}

function rounded(value: Value): Value {
  const number = numberIn(value);
  return number === null ? null : Math.round(number);
}

/** `%s`, `%d`, `%.2f`, `%,.2f`, `%%`. */
function formatted(pattern: string, args: readonly Value[]): string {
  let next = 0;
  return pattern
    .slice(0, 500)
    .replace(/%(,?)(?:\.(\d))?([sdf%])/g, (_whole, comma: string, digits: string | undefined, kind: string) => {
      if (kind === '%') return '%';
      const value = args[next++] ?? null;
      if (kind === 's') return textOf(value).slice(0, 5000);
      const number = numberIn(value);
      if (number === null) return '';
      const made = (kind === 'd' ? Math.trunc(number) : number).toFixed(kind === 'd' ? 0 : Number(digits ?? 6));
      return comma === '' ? made : made.replace(/\B(?=(?:\d{3})+(?!\d))(?<!\.\d*)/g, ',');
    });
}
