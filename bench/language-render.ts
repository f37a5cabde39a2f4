import { Eta } from 'eta';
import Handlebars from 'handlebars';
import { Liquid } from 'liquidjs';
import { elapsed } from '../src/base/index.ts';
import { compileTemplate } from '../src/language/index.ts';
import { percentile } from './figure.ts';
import { dataOf, sourceOf } from './language-mail.ts';
import type { Engine, Money } from './language-mail.ts';

/** One engine with one currency, in a process of its own: prints what it measured as one line of JSON. */
export interface Rendered {
  /** Renders to finished bytes a second. */
  rate: number;
  /** Compiles a second, each with one render. */
  compile: number;
  bytes: number;
  /** What came out, with the references that engines spell differently made equal. */
  html: string;
}

const formats = new Map<string, Intl.NumberFormat>();

/** Money with cached formats, as anyone would write it as a helper. */
function money(amount: number, currency: string, locale: string): string {
  const key = `${currency} ${locale}`;
  let format = formats.get(key);
  if (format === undefined) formats.set(key, (format = new Intl.NumberFormat(locale, { style: 'currency', currency })));
  return format.format(amount);
}

type Data = Record<string, unknown>;
type Render = (data: Data) => Uint8Array;

/** From source to a function that gives UTF-8 bytes. */
const compilers: Record<Engine, (source: string) => Render> = {
  beckon(source) {
    const template = compileTemplate(source, { mode: 'html' });
    const options = { now: Date.UTC(2026, 10, 23, 10), locale: 'en', timeZone: 'UTC' };
    return (data) => template.renderBytes(data, options);
  },
  handlebars(source) {
    const own = Handlebars.create();
    own.registerHelper('money', (amount: number, currency: string, locale: string) => money(amount, currency, locale));
    // Compiled at its first render, then the same function that `precompile` gives.
    const template = own.compile(source);
    return (data) => Buffer.from(template(data));
  },
  liquidjs(source) {
    const engine = new Liquid({ outputEscape: 'escape', ownPropertyOnly: true });
    engine.registerFilter('money', money);
    const template = engine.parse(source);
    return (data) => Buffer.from(engine.renderSync(template, data) as string);
  },
  eta(source) {
    const engine = new Eta({ autoEscape: true, autoTrim: false });
    const template = engine.compile(source);
    return (data) => Buffer.from(engine.render(template, { ...data, money }));
  },
};

/**
 * Calls a second, after a third of the time for warming up: 10 calls are timed together, and the quickest quarter of
 * these times counts, so that what else runs on the machine and the collector's rests weigh little, for all alike.
 */
function rateOf(work: () => void, ms: number): number {
  for (const until = elapsed() + ms / 3; elapsed() < until;) work();
  const times: number[] = [];
  for (const until = elapsed() + ms; elapsed() < until;) {
    const begun = elapsed();
    for (let i = 0; i < 10; i++) work();
    times.push(elapsed() - begun);
  }
  times.sort((a, b) => a - b);
  return 10_000 / percentile(times, 0.25);
}

const [engine, currency] = process.argv.slice(2) as [Engine, Money];
const source = sourceOf(engine);
const data = dataOf(currency);
const render = compilers[engine](source);
const html = Buffer.from(render(data)).toString().replaceAll('&#x27;', '&#39;');
const result: Rendered = {
  rate: rateOf(() => render(data), 2000),
  compile: rateOf(() => compilers[engine](source)(data), 700),
  bytes: render(data).length,
  html,
};
console.log(JSON.stringify(result));
