import { Compile } from 'typebox/compile';
import { BeckonError, nearest } from '../base/index.ts';
import { Block, kindsOfBlocks, TemplateDocument } from './block.ts';
import { errors } from './error.ts';
import { Theme } from './theme.ts';

const document = Compile(TemplateDocument);
const theme = Compile(Theme);
const { blocks: _blocks, ...headProperties } = TemplateDocument.properties;
const head = Compile({ ...TemplateDocument, properties: { ...headProperties, blocks: { type: 'array' as const } } });
const blocks = new Map(Block.anyOf.map((one) => [one.properties.kind.const as string, Compile(one)] as const));

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

interface Fault {
  where: string;
  says: string;
}

function refusal(what: string, { where, says }: Fault): BeckonError {
  const place = where === '' ? '/' : where;
  return new BeckonError(errors.MESSAGE_TEMPLATE_INVALID, `${what} at ${place} ${says}`, { where: place });
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

function faultInBlock(where: string, block: unknown): Fault | null {
  const kind = (block as { kind?: unknown } | null)?.kind;
  const check = typeof kind === 'string' ? blocks.get(kind) : undefined;
  if (!check) {
    const near = typeof kind === 'string' ? nearest(kind, kindsOfBlocks) : undefined;
    const hint = near === undefined ? `kinds are ${kindsOfBlocks.join(', ')}` : `did you mean "${near}"?`;
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
