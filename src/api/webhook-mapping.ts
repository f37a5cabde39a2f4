import { BeckonError } from '../base/index.ts';
import type { ShopEvent } from '../event/index.ts';
import { compileExpression, truthy, type Expression, type Scope } from '../language/index.ts';
import type { WebhookMapping } from './contract-webhook.ts';
import { errors } from './error.ts';
import { asNumber, asText } from './json.ts';
import { profileEvent, serverEvent } from './row.ts';

const limits = { steps: 20_000, output: 32 * 1024 };
const maxLines = 1000;

type Compiled<T> = { [K in keyof T]: T[K] extends string | undefined ? Expression : Compiled<NonNullable<T[K]>> };

/** A mapping, compiled: from a body and its headers to events. */
export type Mapper = (scope: { body: unknown; headers: unknown }, context: MapContext) => MappedEvents;

export interface MapContext {
  /** Business time, UTC ms. */
  now: number;
  source: string;
  mintId: () => string;
}

/** Events made, and what could not be; `place` is where the mapping stands in its list, from 1. */
export interface MappedEvents {
  events: ShopEvent[];
  refused: { place: number; code: string; why: string }[];
}

/**
 * Compiles the mapping of a generic webhook.
 *
 * @throws LANGUAGE_…, with the field of the mapping in `where`
 */
export function compileMapping(mappings: readonly WebhookMapping[]): Mapper {
  const compiled = mappings.map((mapping, index) => compileAll(mapping, `mapping[${index}]`));
  return (scope, context) => {
    const made: MappedEvents = { events: [], refused: [] };
    for (const [index, mapping] of compiled.entries()) {
      try {
        const event = eventOf(mapping, scope, context);
        if (event) made.events.push(event);
      } catch (error) {
        if (!(error instanceof BeckonError)) throw error;
        const why = error.where === undefined ? error.message : `${error.where}: ${error.message}`;
        made.refused.push({ place: index + 1, code: error.code, why });
      }
    }
    return made;
  };
}

function compileAll<T extends object>(part: T, where: string): Compiled<T> {
  const made: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(part) as [string, unknown][]) {
    const here = `${where}.${name}`;
    if (typeof value === 'string') made[name] = compileOne(value, here);
    else if (typeof value === 'object' && value !== null) made[name] = compileAll(value, here);
  }
  return made as Compiled<T>;
}

function compileOne(source: string, where: string): Expression {
  try {
    return compileExpression(source);
  } catch (error) {
    if (!(error instanceof BeckonError)) throw error;
    const { code, status, mend } = error;
    const place = error.where === undefined ? where : `${where}, ${error.where}`;
    throw new BeckonError({ code, status, mend }, error.message, { where: place, cause: error });
  }
}

/** One event in the form of `/v1/events` or `/v1/profiles`, so that it passes their checks; null when `when` fails. */
function eventOf(mapping: Compiled<WebhookMapping>, scope: Scope, context: MapContext): ShopEvent | null {
  const value = (expression: Expression | undefined, more?: Scope): unknown =>
    expression?.evaluate(more ? { ...scope, ...more } : scope, { now: context.now, limits });
  if (mapping.when && !truthy(value(mapping.when))) return null;
  const type = value(mapping.type);
  const row = dropped({
    id: asText(value(mapping.id), 128),
    at: momentOf(value(mapping.at)),
    identities: eachOf(mapping.identities, (expression) => asText(value(expression), 254)),
  });
  if (row['id'] === undefined) throw fault('id', 'gave no id, without which the same body could count twice');
  const event =
    type === 'profile.asserted' || type === 'profile.consent'
      ? profileEvent(dropped({ ...row, ...aboutPerson(mapping, value) }), context.now, context.mintId)
      : serverEvent(dropped({ ...row, type, ...aboutOrder(mapping, value) }), context.now);
  return { ...event, source: context.source };
}

type Value = (expression: Expression | undefined, more?: Scope) => unknown;

function aboutPerson(mapping: Compiled<WebhookMapping>, value: Value): Record<string, unknown> {
  return {
    // What the body does not say gives null, and must not clear what is known.
    attributes: mapping.attributes && eachOf(mapping.attributes, (expression) => value(expression) ?? undefined),
    consent: mapping.consent && eachOf(mapping.consent, (expression) => consentOf(value(expression))),
  };
}

function aboutOrder(mapping: Compiled<WebhookMapping>, value: Value): Record<string, unknown> {
  const { items, order } = mapping;
  return {
    cartId: asText(value(mapping.cartId), 128),
    items:
      items && linesOf(value(items.each)).map((line) => itemOf(items, (expression) => value(expression, { line }))),
    order:
      order &&
      dropped({
        id: asText(value(order.id), 128),
        total: asNumber(value(order.total)),
        currency: currencyOf(value(order.currency)),
        refundId: asText(value(order.refundId), 128),
      }),
  };
}

function itemOf(
  items: Compiled<NonNullable<WebhookMapping['items']>>,
  value: (expression: Expression | undefined) => unknown,
): Record<string, unknown> {
  return dropped({
    id: asText(value(items.id), 128),
    quantity: asNumber(value(items.quantity)),
    price: asNumber(value(items.price)),
    currency: currencyOf(value(items.currency)),
  });
}

function linesOf(value: unknown): unknown[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value) && value.length <= maxLines) return value;
  throw fault(
    'items.each',
    Array.isArray(value) ? `gave ${value.length} lines; ${maxLines} are allowed` : 'gave no list',
  );
}

function currencyOf(value: unknown): string | undefined {
  return asText(value, 3)?.toUpperCase();
}

function consentOf(value: unknown): unknown {
  return value === true ? 'in' : value === false ? 'out' : (value ?? undefined);
}

/** ISO text as it is; whole numbers as seconds or milliseconds since 1970. */
function momentOf(value: unknown): string | undefined {
  if (typeof value !== 'number') return asText(value, 40);
  const ms = value < 1e11 ? value * 1000 : value;
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : undefined;
}

function eachOf(part: Record<string, Expression>, value: (expression: Expression) => unknown): Record<string, unknown> {
  return dropped(Object.fromEntries(Object.entries(part).map(([name, expression]) => [name, value(expression)])));
}

function dropped(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

function fault(where: string, why: string): BeckonError {
  return new BeckonError(errors.WEBHOOK_MAPPING_FAULT, `The expression ${why}`, { where });
}
