import { BeckonError } from '../base/index.ts';
import { errors } from './error.ts';
import { isAttributeName } from './input-attribute.ts';
import type { Override, WholeItem } from './item.ts';
import { shown } from './limit.ts';
import { attributeTypes, inType, type Attribute, type AttributeType, type Schema } from './schema.ts';

/** A stored value that does not fit the type that the shop wants an attribute to have. */
export interface Misfit {
  id: string;
  value: unknown;
}

/** What the shop says of one of its attributes. */
export interface Declaration {
  type: AttributeType;
  /** Does it hold a list? */
  multi?: boolean;
  /** What people read in its place; left out, what was. */
  label?: string | null;
}

const longestLabel = 200;

/**
 * The attribute as it is declared. Pure.
 *
 * @throws ATTRIBUTE_DECLARATION_INVALID
 */
export function declared(schema: Schema, name: string, { type, multi, label }: Declaration): Attribute {
  const known = Object.hasOwn(schema, name) ? schema[name] : undefined;
  const wrong = !isAttributeName(name)
    ? `${shown(name)} is not a name for an attribute`
    : !attributeTypes.includes(type)
      ? `${shown(type)} is not a type; types are ${attributeTypes.join(', ')}`
      : (label ?? '').length > longestLabel
        ? `A label has at most ${longestLabel} characters`
        : null;
  if (wrong !== null) throw new BeckonError(errors.ATTRIBUTE_DECLARATION_INVALID, wrong);
  return {
    name,
    type,
    multi: multi ?? false,
    label: label === undefined ? (known?.label ?? null) : label,
    declared: true,
  };
}

/**
 * An item with an attribute in the type that it is declared to have, everywhere; what cannot be is taken out and told.
 * The very same item where nothing changes. Pure.
 */
export function retyped(item: WholeItem, attribute: Attribute): { item: WholeItem; misfits: Misfit[] } {
  const misfits: Misfit[] = [];
  const take = <T extends { attributes?: Record<string, unknown> }>(part: T, coin: string | null): T => {
    const { name } = attribute;
    const before = part.attributes && Object.hasOwn(part.attributes, name) ? part.attributes[name] : undefined;
    if (before === undefined || before === null) return part;
    const after = fitting(before, attribute, coin);
    if (after === undefined) misfits.push({ id: item.id, value: before });
    if (JSON.stringify(after) === JSON.stringify(before)) return part;
    const { [name]: _gone, ...others } = part.attributes!;
    return { ...part, attributes: after === undefined ? others : { ...part.attributes, [name]: after } };
  };
  const base = take(item, item.currency);
  let { environments } = base;
  for (const [name, own] of Object.entries(environments)) {
    const other = take<Override>(own, own.currency ?? item.currency);
    if (other === own) continue;
    const { attributes = {}, ...rest } = other;
    environments = { ...environments, [name]: Object.keys(attributes).length === 0 ? rest : other };
  }
  return { item: environments === base.environments ? base : { ...base, environments }, misfits };
}

/** The value in its type; undefined where it cannot be. */
function fitting(value: unknown, attribute: Attribute, coin: string | null): unknown {
  try {
    return inType(attribute, value, coin);
  } catch {
    return undefined;
  }
}

/** Says which values do not fit, the first three by name. */
export function misfitting({ name, type, multi }: Attribute, misfits: readonly Misfit[]): BeckonError {
  const kind = multi ? `a list of ${type}` : `one ${type}`;
  const first = misfits.slice(0, 3).map(({ id, value }) => `${shown(value)} of item "${id}"`);
  const which = `${first.join(', ')}${misfits.length > first.length ? ' and others' : ''}`;
  const why = `${misfits.length} of the values of "${name}" are not ${kind}: ${which}; nothing was changed`;
  return new BeckonError(errors.ATTRIBUTE_VALUES_MISFIT, why, { where: name });
}
