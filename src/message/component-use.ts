import { nearest } from '../base/index.ts';
import { everyBlock, showsList, type Block, type TemplateDocument, type Values, type Words } from './block.ts';
import {
  itemOf,
  usualCard,
  type ComponentDocument,
  type Components,
  type Parameter,
  type PartBlock,
} from './component.ts';
import { errors } from './error.ts';
import { finding, type MailFinding } from './finding.ts';

/** Which components a document uses, with which values, and what is wrong with that. Pure. */

/** One use of a component, and where. */
interface Use {
  at: string;
  component: string;
  values: Values;
  /** Does a grid give it its item? */
  asCard: boolean;
  /** In raw MJML or words, by a tag that gives its parameters. */
  byTag?: true;
}

const fragmentId = /\{\{\s*fragment\s+id="([^"]*)"/g;

function usesOf(at: string, block: Block | PartBlock): Use[] {
  const named: Use[] =
    block.kind === 'component'
      ? [{ at, component: block.component, values: block.values ?? {}, asCard: false }]
      : block.kind === 'products' || block.kind === 'cart'
        ? [
            {
              at: `${at}/card`,
              component: block.card?.component ?? usualCard[block.kind],
              values: block.card?.values ?? {},
              asCard: true,
            },
          ]
        : [];
  const tagged = [...JSON.stringify(block).replaceAll('\\"', '"').matchAll(fragmentId)];
  return [
    ...named,
    ...tagged.map(([, component]): Use => ({ at, component: component!, values: {}, asCard: false, byTag: true })),
  ];
}

/** Keys of all components in a document, those within others too, whether they are there or not. */
export function componentsOf(document: TemplateDocument, components: Components): Set<string> {
  const found = new Set<string>();
  const follow = (keys: readonly string[]) => {
    for (const key of keys) {
      if (found.has(key)) continue;
      found.add(key);
      follow(componentsIn(components.get(key)));
    }
  };
  follow(everyBlock(document).flatMap(({ at, block }) => usesOf(at, block).map(({ component }) => component)));
  return found;
}

/** Keys of the components that one is made of itself. */
export function componentsIn(component: ComponentDocument | undefined): string[] {
  return component?.blocks.flatMap((block, no) => usesOf(`/blocks/${no}`, block).map((use) => use.component)) ?? [];
}

/** All blocks that readers see something of: those of components stand where the component does. */
export function everyPart(
  document: TemplateDocument,
  components: Components,
): { at: string; block: Block | PartBlock }[] {
  return everyBlock(document).flatMap(({ at, block }) => [
    { at, block },
    ...partsIn(usesOf(at, block), components, new Set()).map((part) => ({ at, block: part })),
  ]);
}

function partsIn(uses: readonly Use[], components: Components, open: ReadonlySet<string>): PartBlock[] {
  return uses.flatMap(({ component: key }) => {
    const component = components.get(key);
    if (!component || open.has(key)) return [];
    const inside = new Set([...open, key]);
    return component.blocks.flatMap((block) => [block, ...partsIn(usesOf('', block), components, inside)]);
  });
}

/** Lists of which a component block of the document shows an item: without any, there is no mail. */
export function listsShown(document: TemplateDocument, components: Components): string[] {
  return everyBlock(document).flatMap(({ block }) => {
    if (block.kind !== 'component') return [];
    const parameters = components.get(block.component)?.parameters ?? [];
    return parameters.flatMap(({ name, kind }) => {
      const value = block.values?.[name];
      if (kind !== 'item' || typeof value !== 'string' || !value.startsWith('context.')) return [];
      return [value.replace(/\[\d+\]$/, '')];
    });
  });
}

/** Does it live by items, so that it must never go out without one? */
export function showsItems(document: TemplateDocument, components: Components): boolean {
  const aboutItem = (key: string) => {
    const component = components.get(key);
    return component !== undefined && itemOf(component) !== undefined;
  };
  return (
    document.blocks.some(showsList) ||
    everyBlock(document).some(({ at, block }) => usesOf(at, block).some(({ component }) => aboutItem(component)))
  );
}

/** Components that there are not, values that do not fit, and circles; in a document, or in a component itself. */
export function lookAtUses(
  blocks: readonly { at: string; block: Block | PartBlock }[],
  components: Components,
  self?: string,
): MailFinding[] {
  const uses = blocks.flatMap(({ at, block }) => usesOf(at, block));
  return uses.flatMap((use) => {
    const component = components.get(use.component);
    if (!component) return [unknown(use, components)];
    const circle = circleOf(use.component, components, self === undefined ? [] : [self]);
    if (circle) return [finding(errors.MESSAGE_COMPONENT_VALUE, 'error', { where: use.at, says: circle })];
    return use.byTag ? [] : lookAtValues(use, component);
  });
}

function unknown({ at, component: key }: Use, components: Components): MailFinding {
  const near = nearest(key, [...components.keys()]);
  const says = `There is no component "${key}"${near === undefined ? '' : `; did you mean "${near}"?`}`;
  return finding(errors.MESSAGE_COMPONENT_UNKNOWN, 'error', { where: at, says });
}

/** So many components may stand in one another. */
const deepest = 3;

function circleOf(key: string, components: Components, open: readonly string[]): string | null {
  if (open.includes(key))
    return `Components include themselves: ${[...open.slice(open.indexOf(key)), key].join(' → ')}`;
  const way = [...open, key];
  if (way.length > deepest) return `More than ${deepest} components stand in one another: ${way.join(' → ')}`;
  for (const inner of componentsIn(components.get(key))) {
    const found = circleOf(inner, components, way);
    if (found) return found;
  }
  return null;
}

function lookAtValues({ at, component: key, values, asCard }: Use, { parameters, ...rest }: ComponentDocument) {
  const wrong = (where: string, says: string) => finding(errors.MESSAGE_COMPONENT_VALUE, 'error', { where, says });
  const filled = asCard ? itemOf({ parameters, ...rest }) : undefined;
  const found: MailFinding[] = [];
  if (asCard && filled === undefined)
    found.push(
      wrong(at, `The component "${key}" has no parameter that is an item, so it cannot be the card of a grid`),
    );
  for (const name of Object.keys(values)) {
    if (parameters.some((one) => one.name === name)) continue;
    const near = nearest(
      name,
      parameters.map((one) => one.name),
    );
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    found.push(wrong(`${at}/values/${name}`, `The component "${key}" has no parameter ${name}${hint}`));
  }
  for (const parameter of parameters) {
    const { name } = parameter;
    if (name === filled) continue;
    const value = Object.hasOwn(values, name) ? values[name] : parameter.default;
    const says = value === undefined ? `is used without its parameter ${name}` : misfit(parameter, value);
    if (says) found.push(wrong(`${at}/values/${name}`, `The component "${key}" ${says}`));
  }
  return found;
}

type Value = Values[string];
const pathOfItem = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[\d{1,4}\])*$/;

/** Why a value cannot be that of a parameter; null: it can. */
export function misfit({ name, kind }: Pick<Parameter, 'name' | 'kind'>, value: Value): string | null {
  if (kind === 'number') return typeof value === 'number' ? null : `takes a number as ${name}`;
  if (kind === 'switch') return typeof value === 'boolean' ? null : `takes true or false as ${name}`;
  if (kind === 'item')
    return typeof value === 'string' && pathOfItem.test(value)
      ? null
      : `takes as ${name} the place of an item, such as context.journey.actions.Recommend.items[0]`;
  if (kind === 'address' && typeof value !== 'string') return `takes one address as ${name}`;
  if (typeof value === 'number' || typeof value === 'boolean') return `takes words as ${name}`;
  const bad = (typeof value === 'string' ? [value] : Object.values(value)).some((one) => expressionOf(one) === null);
  return bad ? `takes as ${name} words with {{…}} in them, and no blocks` : null;
}

const token = /\{\{\{[\s\S]*?\}\}\}|\{\{([\s\S]*?)\}\}|\{%=([\s\S]*?)%\}|\{%[\s\S]*?%\}/g;

/** Words with tokens in them as one expression; null with blocks, which are none. */
export function expressionOf(said: string): string | null {
  const parts: string[] = [];
  let from = 0;
  for (const found of said.matchAll(token)) {
    const inner = (found[1] ?? found[2])?.trim();
    if (inner === undefined || /^(?:[#/!>]|else\b|fragment\s)/.test(inner)) return null;
    if (found.index > from) parts.push(quoted(said.slice(from, found.index)));
    parts.push(`(${inner})`);
    from = found.index + found[0].length;
  }
  if (from < said.length || parts.length === 0) parts.push(quoted(said.slice(from)));
  return parts.join(' + ');
}

/** A text in quotes, in which nothing looks like the end of a tag. */
function quoted(text: string): string {
  return JSON.stringify(text.replace(/[\s\p{Cc}]+/gu, ' '))
    .replaceAll('}}', '}" + "}')
    .replaceAll('%}', '%" + "}');
}

/** A value as an expression, in the words of one language. */
function written({ kind }: Parameter, value: Value, say: (words: Words) => string): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (kind === 'item') return String(value);
  return expressionOf(say(value))!;
}

/** What each parameter of a component is where it is used, as expressions; what a grid fills is left out. */
export function bound(
  component: ComponentDocument,
  values: Values,
  say: { outer: (words: Words) => string; own: (words: Words) => string },
): Map<string, string> {
  return new Map(
    component.parameters.flatMap((one) => {
      if (Object.hasOwn(values, one.name)) return [[one.name, written(one, values[one.name]!, say.outer)] as const];
      return one.default === undefined ? [] : [[one.name, written(one, one.default, say.own)] as const];
    }),
  );
}

/**
 * What a component draws, with its parameters known in it and nowhere else. A parameter that its drawing does not read is not
 * set. One that another's value reads goes by a name that nobody writes.
 */
export function withParameters(
  drawn: string,
  parameters: ReadonlyMap<string, string>,
  tag: (token: string) => string = (one) => one,
): string {
  const reads = (text: string, name: string) => new RegExp(`(?<![\\w.])${name}(?!\\w)`).test(text);
  const used = [...parameters].filter(([name, value]) => name !== value && reads(drawn, name));
  const names = used.map(([name]) => name);
  const crossed = used.some(([name, value]) => names.some((other) => other !== name && reads(value, other)));
  const bind = (name: string, value: string, inside: string) =>
    `${tag(`{%#each [${value}] as |${name}|%}`)}${inside}${tag('{%/each%}')}`;
  const direct = used.reduceRight(
    (inside, [name, value], no) => bind(name, crossed ? `_given${no}` : value, inside),
    drawn,
  );
  if (!crossed) return direct;
  return used.reduceRight((inside, [, value], no) => bind(`_given${no}`, value, inside), direct);
}
