import { BeckonError } from '../base/index.ts';
import { compileTemplate, type Template } from '../language/index.ts';
import { errors } from './error.ts';
import type { MessageClass } from './message.ts';
import { fragments, layouts, type Fragment } from './recipe.ts';
import type { TemplateRow, TemplateSource } from './table-template.ts';

/** A template ready to render: four pieces of the one language, compiled once for a version. */
export interface CompiledTemplate {
  key: string;
  version: number;
  subject: Template;
  html: Template;
  text: Template;
  requires: readonly string[];
  /** A transactional one is about something the reader has just done; it has no unsubscribe link and sells nothing. */
  class: MessageClass;
  /** Does it show product cards, so that it must never go out without one? */
  showsItems: boolean;
}

/**
 * Source → HTML with the language's tokens still in it: fragments are expanded first, then MJML is compiled, then the
 * white space collapsed. Costs about 20 ms, so it happens at publish and its result is stored with the version.
 *
 * @throws MESSAGE_TEMPLATE_FAULT naming the template and, for MJML, the line
 */
export async function compileHtml(source: TemplateSource): Promise<string> {
  const whole = source.mjml.includes('<mjml')
    ? source.mjml
    : layouts[classOf(source)].mjml.replace('[[content]]', () => source.mjml);
  const mjml = expandFragments(whole, 'mjml').replace('[[preheader]]', () => source.preheader);
  // Read when it is needed: it takes most of a second and 58 MB, and a later start compiles nothing.
  const { default: mjml2html } = await import('mjml');
  const { html } = await mjml2html(mjml, {
    validationLevel: 'strict',
    ignoreIncludes: true,
    keepComments: false,
    beautify: false,
    minify: false,
    fonts: {},
  }).catch((cause: Error) => {
    throw new BeckonError(errors.MESSAGE_TEMPLATE_FAULT, `The MJML of "${source.key}" is refused: ${cause.message}`, {
      where: `${source.key}.mjml`,
      cause,
    });
  });
  return html.replace(/[ \t]*\n\s*/g, '\n').trim();
}

/**
 * Compiles a stored version for rendering and refuses what must not be published: a faulty token, an empty subject, a
 * marketing footer without its unsubscribe link and postal address (trust row 38), a link over fixed foreign text.
 *
 * @throws MESSAGE_TEMPLATE_FAULT; LANGUAGE_* with the place
 */
export function compilePieces(row: TemplateRow & { html: string }): CompiledTemplate {
  const pieces = {
    subject: compileTemplate(row.subject, { mode: 'header' }),
    html: compileTemplate(row.html, { mode: 'html' }),
    text: compileTemplate(textOf(row), { mode: 'text' }),
  };
  if (row.subject.trim() === '') throw fault(row.key, 'has no subject');
  const isNotice = classOf(row) === 'transactional';
  for (const needed of isNotice ? ['message.postalAddress'] : ['message.unsubscribeUrl', 'message.postalAddress']) {
    if (!pieces.html.paths.includes(needed)) throw fault(row.key, `does not print ${needed} in its footer`);
  }
  const showsItems = /fragment id="product-card"/.test(row.mjml);
  return { key: row.key, version: row.version, ...pieces, requires: row.requires, class: classOf(row), showsItems };
}

/** The plain text of a template, in its layout and with its components. */
export function textOf(row: Pick<TemplateRow, 'text' | 'class'>): string {
  const whole = layouts[classOf(row)].text.replace('[[content]]', () => row.text.trimEnd());
  return expandFragments(whole, 'text');
}

function classOf({ class: given }: Pick<TemplateSource, 'class'>): MessageClass {
  return given ?? 'marketing';
}

const fragmentTag = /\{\{\s*fragment\s+id="([^"]*)"((?:\s+\w+=(?:"[^"]*"|[^\s}"]+))*)\s*\}\}/g;

/** Puts each component's source in place of its tag, its parameters bound before it. */
export function expandFragments(source: string, kind: 'mjml' | 'text'): string {
  return source.replace(fragmentTag, (_tag, id: string, given: string) => {
    const fragment = Object.hasOwn(fragments, id) ? fragments[id] : undefined;
    if (!fragment) throw fault(id, `is not a component; there are: ${Object.keys(fragments).join(', ')}`);
    const bound = bindings(id, fragment, given);
    return kind === 'mjml'
      ? `${bound === '' ? '' : `<mj-raw>${bound}</mj-raw>`}${fragment.mjml.trim()}`
      : `${bound}${fragment.text.trimEnd()}`;
  });
}

function bindings(id: string, fragment: Fragment, given: string): string {
  const values = new Map<string, string>();
  for (const [, name, value] of given.matchAll(/\s+(\w+)=("[^"]*"|[^\s}"]+)/g)) values.set(name!, value!);
  const missing = fragment.parameters.find((name) => !values.has(name));
  if (missing) throw fault(id, `is used without its parameter "${missing}"`);
  return fragment.parameters
    .filter((name) => values.get(name) !== name)
    .map((name) => `{% let ${name} = ${values.get(name)} %}`)
    .join('');
}

function fault(key: string, why: string): BeckonError {
  return new BeckonError(errors.MESSAGE_TEMPLATE_FAULT, `The template or component "${key}" ${why}`, { where: key });
}
