import { escapeHtml } from './page.ts';

/** The parts of an OpenAPI document that the reference shows. */
export interface ApiDocument {
  paths: Record<string, Record<string, Operation>>;
}

interface Operation {
  tags?: string[];
  summary?: string;
  description?: string;
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: Schema }[];
  requestBody?: { required?: boolean; content?: Record<string, { schema?: Schema }> };
  responses?: Record<string, { description?: string; content?: Record<string, { schema?: Schema }> }>;
  'x-asks'?: { scope: string; right?: string; looks?: boolean };
}

interface Schema {
  type?: string | string[];
  description?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  patternProperties?: Record<string, Schema>;
  required?: string[];
  format?: string;
  pattern?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
}

interface Door extends Operation {
  method: string;
  path: string;
}

/** Fields within fields are shown this deep; what lies deeper stands in /openapi.json. */
const deepest = 5;

interface Group {
  title: string;
  slug: string;
  doors: Door[];
}

/** The doors of an OpenAPI document, group by group, in the order in which the document names them. */
function groupsOf({ paths }: ApiDocument): Group[] {
  const groups = new Map<string, Group>();
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const title = operation.tags?.[0] ?? 'other';
      const slug = slugOf(title);
      const group = groups.get(slug) ?? { title, slug, doors: [] };
      group.doors.push({ ...operation, method: method.toUpperCase(), path });
      groups.set(slug, group);
    }
  }
  return [...groups.values()];
}

/** `Links in mails` → `links-in-mails`, as the address of a group says it. */
function slugOf(tag: string): string {
  return tag.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}

/** All doors, one line each. */
export function referenceIndex(document: ApiDocument): string {
  const groups = groupsOf(document).map(({ title, slug, doors }) => {
    const rows = doors.map(
      (door) =>
        `<tr><td><a href="/docs/api/${slug}#${anchorOf(door)}">${nameOf(door)}</a></td><td>${text(door.summary)}</td></tr>`,
    );
    return `<h2 id="${slug}"><a href="/docs/api/${slug}">${text(title)}</a></h2>${table(['door', 'what it does'], rows)}`;
  });
  return `<h1>API reference</h1>
<p>Every door of this server, drawn from the same schemas that validate what comes in. Machines read <a href="/openapi.json">/openapi.json</a>, OpenAPI 3.1.</p>
<p>Doors under <code>/v1</code> want <code>Authorization: Bearer</code> and a secret key with the scope that is named. A refusal is <code>application/problem+json</code> with a code, what was wrong, where, why, and the mend; each <a href="/docs/#error">code has a page</a>. Times are ISO 8601, money is in major units with its currency.</p>
${groups.join('\n')}`;
}

/** The doors of one group with all their fields; null when there is no such group. */
export function referenceGroup(document: ApiDocument, slug: string): { title: string; body: string } | null {
  const found = groupsOf(document).find((group) => group.slug === slug);
  if (!found) return null;
  const body = `<p class="crumb"><a href="/docs/api">API reference</a></p><h1>${text(found.title)}</h1>${found.doors.map(doorOf).join('\n')}`;
  return { title: `API: ${found.title}`, body };
}

function doorOf(door: Door): string {
  const { summary, description, parameters = [], requestBody, responses = {}, 'x-asks': asks } = door;
  const [good] = Object.entries(responses).filter(([status]) => status.startsWith('2'));
  // What every door says when it refuses stands at the top of the reference.
  const others = Object.entries(responses).filter(([status]) => status !== good?.[0] && status !== 'default');
  return [
    `<section class="door"><h2 id="${anchorOf(door)}">${nameOf(door)}</h2>`,
    summary ? `<p>${text(summary)}</p>` : '',
    description ? `<p>${text(description)}</p>` : '',
    asks ? `<p class="quiet">${asked(asks)}</p>` : '',
    parameters.length > 0 ? `<h3>In the address</h3>${parametersOf(parameters)}` : '',
    requestBody ? `<h3>Body</h3>${contentOf(requestBody.content)}` : '',
    good
      ? `<details><summary>Answer ${text(good[0])}</summary>${contentOf(good[1].content) || `<p>${text(good[1].description)}</p>`}</details>`
      : '',
    others.length > 0
      ? `<ul>${others.map(([status, { description }]) => `<li><code>${text(status)}</code> ${text(description)}</li>`).join('')}</ul>`
      : '',
    '</section>',
  ].join('');
}

function asked({ scope, right, looks }: { scope: string; right?: string; looks?: boolean }): string {
  const key =
    scope === '*'
      ? 'A key with all scopes'
      : scope === 'own'
        ? 'Whoever is signed in'
        : `Scope <code>${text(scope)}</code>`;
  return [key, right ? `members need the right <code>${text(right)}</code>` : '', looks ? 'changes nothing' : '']
    .filter((part) => part !== '')
    .join('; ');
}

function parametersOf(parameters: NonNullable<Operation['parameters']>): string {
  const rows = parameters.map(
    ({ name, in: where, required, description, schema = {} }) =>
      `<tr><td><code>${text(name)}</code></td><td>${text(where)}${required ? ', required' : ''}</td><td>${typeOf(schema)}</td><td>${text(description ?? schema.description)}</td></tr>`,
  );
  return table(['name', 'where', 'type', 'what'], rows);
}

function contentOf(content: Record<string, { schema?: Schema }> | undefined): string {
  return Object.entries(content ?? {})
    .map(([type, { schema = {} }]) => {
      const kind = type === 'application/json' ? '' : `<p><code>${text(type)}</code></p>`;
      return kind + shapeOf(schema, 0);
    })
    .join('');
}

/** A schema as a list of its fields; what has none is one line. */
function shapeOf(schema: Schema, depth: number): string {
  const inner = fieldsOf(schema, depth);
  return inner === ''
    ? `<p>${typeOf(schema)}</p>`
    : `${depth === 0 && schema.type === 'array' ? '<p>a list of</p>' : ''}${inner}`;
}

function fieldsOf(schema: Schema, depth: number): string {
  if (depth > deepest) return '';
  if (schema.items) return fieldsOf(schema.items, depth);
  const several = schema.anyOf ?? schema.oneOf;
  if (several) {
    const shapes = several.filter((one) => one.properties ?? one.items?.properties);
    return shapes.map((one) => fieldsOf(one, depth)).join('<p class="or">or</p>');
  }
  const all = [schema, ...(schema.allOf ?? [])];
  const rows = all.flatMap(({ properties = {}, required = [] }) =>
    Object.entries(properties).map(([name, field]) =>
      fieldOf(name, field, { required: required.includes(name), depth }),
    ),
  );
  return rows.length === 0 ? '' : `<ul class="fields">${rows.join('')}</ul>`;
}

function fieldOf(name: string, field: Schema, { required, depth }: { required: boolean; depth: number }): string {
  const what = field.description ? ` <span>${text(field.description)}</span>` : '';
  const must = required ? ' <b>required</b>' : '';
  return `<li><code>${text(name)}</code> <i>${typeOf(field)}</i>${must}${what}${fieldsOf(field, depth + 1)}</li>`;
}

/** In a few words what a value may be: `text, at most 128 signs`, `"fill" or "empty"`, `a list of numbers`. */
function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return `<code>${text(JSON.stringify(schema.const))}</code>`;
  if (schema.enum) return schema.enum.map((one) => `<code>${text(JSON.stringify(one))}</code>`).join(' or ');
  const several = schema.anyOf ?? schema.oneOf;
  if (several) return [...new Set(several.map(typeOf))].join(' or ');
  const type = Array.isArray(schema.type) ? schema.type.join(' or ') : schema.type;
  if (type === 'array') return `a list${countOf(schema)}${schema.items ? ` of ${typeOf(schema.items)}` : ''}`;
  if (type === 'string')
    return `${schema.format ? text(schema.format) : 'text'}${boundsOf(schema.minLength, schema.maxLength, 'signs')}`;
  if (type === 'number' || type === 'integer') return `${type}${boundsOf(schema.minimum, schema.maximum, '')}`;
  return text(type ?? 'anything');
}

function boundsOf(least: number | undefined, most: number | undefined, unit: string): string {
  const said = unit === '' ? '' : ` ${unit}`;
  if (least !== undefined && least > 0 && most !== undefined) return `, ${least} to ${most}${said}`;
  if (most !== undefined) return `, at most ${most}${said}`;
  return least !== undefined && (least > 0 || unit === '') ? `, at least ${least}${said}` : '';
}

function countOf({ minItems, maxItems }: Schema): string {
  const said = boundsOf(minItems, maxItems, '').replace(/^, /, '');
  return said === '' ? '' : ` (${said})`;
}

function table(heads: string[], rows: string[]): string {
  const head = heads.map((one) => `<th>${one}</th>`).join('');
  return `<div class="wide" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function nameOf({ method, path }: Door): string {
  return `<code>${method} ${text(path)}</code>`;
}

function anchorOf({ method, path }: Door): string {
  return slugOf(`${method} ${path}`).replaceAll(/^-|-$/g, '');
}

function text(value: string | undefined): string {
  return escapeHtml(value ?? '');
}
