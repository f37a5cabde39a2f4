import { Compile } from 'typebox/compile';
import { BeckonError, nearest, type ErrorKind } from '../base/index.ts';
import { Block, TemplateDocument } from './block.ts';
import { ComponentDocument, partForms } from './component.ts';
import { misfit } from './component-use.ts';
import { errors } from './error.ts';
import { Theme } from './theme.ts';

const document = Compile(TemplateDocument);
const component = Compile(ComponentDocument);
const theme = Compile(Theme);
const { blocks: _blocks, ...headProperties } = TemplateDocument.properties;
const anyBlocks = { type: 'array' as const, minItems: 0 };
const head = Compile({ ...TemplateDocument, properties: { ...headProperties, blocks: anyBlocks } });
const { blocks: _parts, ...componentProperties } = ComponentDocument.properties;
const componentHead = Compile({
  ...ComponentDocument,
  properties: { ...componentProperties, blocks: { ...anyBlocks, minItems: 1 } },
});
const blocks = new Map(Block.anyOf.map((one) => [one.properties.kind.const as string, Compile(one)] as const));
const parts: typeof blocks = new Map([...partForms].map(([kind, one]) => [kind, Compile(one)] as const));

/** A value as a document. Throws MESSAGE_TEMPLATE_INVALID with the place. */
export function documentOf(value: unknown): TemplateDocument {
  if (document.Check(value)) return value;
  throw refusal('The template', faultIn(value));
}

/** A value as a theme. Throws MESSAGE_TEMPLATE_INVALID with the place. */
export function themeOf(value: unknown): Theme {
  if (theme.Check(value)) return value;
  throw refusal('The theme', firstOf('', theme.Errors(value)));
}

/** A value as a component. Throws MESSAGE_COMPONENT_INVALID with the place. */
export function componentOf(value: unknown): ComponentDocument {
  const fault = component.Check(value) ? faultInParameters(value) : faultInComponent(value);
  if (fault === null) return value as ComponentDocument;
  throw refusal('The component', fault, errors.MESSAGE_COMPONENT_INVALID);
}

function faultInComponent(value: unknown): Fault {
  if (!componentHead.Check(value)) return firstOf('', componentHead.Errors(value));
  for (const [no, block] of (value as unknown as { blocks: unknown[] }).blocks.entries()) {
    const fault = faultInBlock(`/blocks/${no}`, block, parts);
    if (fault) return fault;
  }
  return { where: '', says: 'is not a component' };
}

/** Names that are there twice, and what cannot be the value where none is given. */
function faultInParameters({ parameters }: ComponentDocument): Fault | null {
  for (const [no, parameter] of parameters.entries()) {
    const where = `/parameters/${no}`;
    if (parameters.findIndex(({ name }) => name === parameter.name) < no)
      return { where: `${where}/name`, says: `is ${parameter.name}, as another parameter is called already` };
    const why = parameter.default === undefined ? null : misfit(parameter, parameter.default);
    if (why) return { where: `${where}/default`, says: why };
  }
  return null;
}

interface Fault {
  where: string;
  says: string;
}

function refusal(what: string, { where, says }: Fault, kind: ErrorKind = errors.MESSAGE_TEMPLATE_INVALID): BeckonError {
  const place = where === '' ? '/' : where;
  return new BeckonError(kind, `${what} at ${place} ${says}`, { where: place });
}

/** The first fault, judged block by block, since "none of eleven kinds" helps nobody. */
function faultIn(value: unknown): Fault {
  if (!head.Check(value)) return firstOf('', head.Errors(value));
  for (const [no, block] of (value as unknown as { blocks: unknown[] }).blocks.entries()) {
    const fault = faultInBlock(`/blocks/${no}`, block);
    if (fault) return fault;
  }
  return { where: '', says: 'is not a template' };
}

function faultInBlock(where: string, block: unknown, forms = blocks): Fault | null {
  const kind = (block as { kind?: unknown } | null)?.kind;
  const check = typeof kind === 'string' ? forms.get(kind) : undefined;
  if (!check) {
    const kinds = [...forms.keys()];
    const near = typeof kind === 'string' ? nearest(kind, kinds) : undefined;
    const hint = near === undefined ? `kinds are ${kinds.join(', ')}` : `did you mean "${near}"?`;
    return { where: `${where}/kind`, says: `is ${told(kind)}, which is no kind of block; ${hint}` };
  }
  if (check.Check(block)) return null;
  const { columns } = block as { columns?: unknown };
  if (kind === 'columns' && Array.isArray(columns)) {
    for (const [no, column] of columns.entries()) {
      const inside = (column as { blocks?: unknown } | null)?.blocks;
      for (const [at, one] of (Array.isArray(inside) ? inside : []).entries()) {
        const fault = faultInBlock(`${where}/columns/${no}/blocks/${at}`, one);
        if (fault) return fault;
      }
    }
  }
  return firstOf(where, check.Errors(block));
}

function firstOf(
  before: string,
  found: readonly { instancePath: string; message: string; keyword?: string; params?: object }[],
): Fault {
  const [first] = found;
  if (!first) return { where: before, says: 'is not valid' };
  const where = `${before}${first.instancePath}`;
  if (first.message.includes('false')) return { where, says: 'is no field here' };
  const names =
    first.keyword === 'required'
      ? `: ${Object.values(first.params ?? {})
          .flat()
          .join(', ')}`
      : '';
  return { where, says: `${first.message}${names}` };
}

function told(value: unknown): string {
  return (JSON.stringify(value) ?? 'missing').slice(0, 60);
}
