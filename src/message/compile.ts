import { BeckonError, sha256 } from '../base/index.ts';
import { isWhole, requiredOf, type TemplateDocument } from './block.ts';
import { shippedComponents, type Components } from './component.ts';
import { everyPart, listsShown, showsItems } from './component-use.ts';
import { errors } from './error.ts';
import { frameOf } from './frame.ts';
import { gridsOf } from './grid.ts';
import { chosenLanguage, type CompiledSource, type CouponPlace, type Pieces } from './compiled.ts';
import { languagesOf, ownLanguage } from './language.ts';
import { mjmlOf } from './mjml-block.ts';
import { expandFragments, say, type Style } from './mjml-small.ts';
import { phrasesIn } from './phrase.ts';
import { textOf } from './text-block.ts';
import { shopTheme, type Theme } from './theme.ts';
import { withoutTokens } from './words.ts';

/** What a document is drawn with: a theme, and the components of the shop beside those that come with Beckon. */
export interface Dress {
  theme: Theme;
  components?: Components;
}

/**
 * Document → pieces in each of its languages: blocks become MJML, components are put in, MJML becomes HTML with the
 * language's tokens still in it, and the white space is collapsed. Costs about 20 ms a language, so it happens at save.
 *
 * @throws MESSAGE_TEMPLATE_FAULT naming the template and, for MJML, the line
 */
export async function compileDocument(
  key: string,
  document: TemplateDocument,
  { theme, components = shippedComponents }: Dress,
): Promise<CompiledSource> {
  const own = ownLanguage(document);
  const kind = document.class ?? 'marketing';
  const languages: Record<string, Pieces> = {};
  for (const language of languagesOf(document)) {
    const style: Style = { theme, components, language, own, kind, phrases: phrasesIn(language) };
    languages[language] = {
      subject: say(document.subject, style),
      html: await htmlOf(key, document, style),
      text: textOf(document.blocks, style),
    };
  }
  return {
    languages,
    own,
    requires: [...new Set([...requiredOf(document), ...listsShown(document, components)])],
    class: kind,
    showsItems: showsItems(document, components),
    live: document.blocks.some((block) => 'live' in block && block.live === true),
    address: theme.address ?? null,
    sender: document.sender ?? null,
    theme: document.theme ?? null,
    pools: poolsOf(document, components),
    grids: gridsOf(document.blocks),
    hosts: socialHosts(document, components),
    drawing: drawing(),
  };
}

/** Each name once: two blocks of one name print one code. */
function poolsOf(document: TemplateDocument, components: Components): CouponPlace[] {
  const places = everyPart(document, components).flatMap(({ block }) =>
    block.kind === 'coupon' && block.pool !== undefined ? [[block.code, block.pool] as const] : [],
  );
  return [...new Map(places)].map(([name, pool]) => ({ name, pool }));
}

function socialHosts(document: TemplateDocument, components: Components): string[] {
  return everyPart(document, components).flatMap(({ block }) =>
    block.kind === 'social' ? block.links.flatMap(({ href }) => (URL.canParse(href) ? [new URL(href).host] : [])) : [],
  );
}

/** One of each kind of block, whose drawing says whether any of them is drawn differently since. */
const specimen: TemplateDocument['blocks'] = [
  { kind: 'text', words: 'a\n\n**b** [c](d)', look: 'heading' },
  { kind: 'picture', src: 's', alt: 'a', width: 1, height: 1, href: 'h' },
  { kind: 'button', words: 'b', href: 'h', look: 'outline' },
  { kind: 'products', list: 'context.a', title: 't', whenEmpty: 'hide', live: true },
  { kind: 'products', list: 'context.a' },
  { kind: 'cart', list: 'context.a', total: true, live: true },
  { kind: 'cart', list: 'context.a' },
  { kind: 'columns', columns: [{ blocks: [{ kind: 'divider' }] }, { blocks: [{ kind: 'divider', line: false }] }] },
  { kind: 'social', links: [{ name: 'n', href: 'h' }] },
  { kind: 'coupon', code: 'C', words: 'w', terms: 't' },
  { kind: 'coupon', code: 'C', pool: 'p' },
  { kind: 'component', component: 'product-card', values: { item: 'context.a[0]' } },
  { kind: 'footer' },
];
let drawn: string | undefined;

function drawing(): string {
  if (drawn !== undefined) return drawn;
  const style: Style = {
    theme: shopTheme,
    components: shippedComponents,
    language: 'en',
    own: 'en',
    kind: 'marketing',
    phrases: phrasesIn('en'),
  };
  const all = [
    frameOf(mjmlOf(specimen, style), { preheader: '', style }),
    textOf(specimen, style),
    [...shippedComponents],
    phrasesIn('sv'),
    phrasesIn('de'),
  ];
  drawn = sha256(JSON.stringify(all)).slice(0, 16);
  return drawn;
}

/** Was it compiled by another version of Beckon, or not at all? */
export function isStale(compiled: CompiledSource | null): boolean {
  return compiled === null || compiled.drawing !== drawing();
}

/** The document as MJML in one language, components put in, for those who want to see or take it away. */
export function mjmlSource(
  document: TemplateDocument,
  { theme, components = shippedComponents, wanted }: Dress & { wanted: string | null },
): string {
  const own = ownLanguage(document);
  const language = chosenLanguage(wanted, languagesOf(document), own);
  return wholeMjml(document, {
    theme,
    components,
    language,
    own,
    kind: document.class ?? 'marketing',
    phrases: phrasesIn(language),
  });
}

function wholeMjml(document: TemplateDocument, style: Style): string {
  const preheader = say(document.preheader, style);
  const whole = document.blocks.find(isWhole);
  const mjml =
    whole?.kind === 'mjml'
      ? whole.mjml.replace('[[preheader]]', () => preheader)
      : frameOf(mjmlOf(document.blocks, style), { preheader, style });
  return expandFragments(mjml, style);
}

async function htmlOf(key: string, document: TemplateDocument, style: Style): Promise<string> {
  const { text, restore } = withoutTokens(wholeMjml(document, style));
  // Read when it is needed: it takes most of a second and 58 MB, and a later start compiles nothing.
  const { default: mjml2html } = await import('mjml');
  const { html } = await mjml2html(text, {
    validationLevel: 'strict',
    ignoreIncludes: true,
    keepComments: false,
    beautify: false,
    minify: false,
    fonts: {},
  }).catch((cause: Error) => {
    const why = `The MJML of "${key}" is refused: ${restore(cause.message)}`;
    throw new BeckonError(errors.MESSAGE_TEMPLATE_FAULT, why, { where: whereOfMjml(document), cause });
  });
  return restore(html.replace(/[ \t]*\n\s*/g, '\n').trim());
}

/** Only raw MJML can be refused: that of the only such block, if there is one alone. */
function whereOfMjml({ blocks }: TemplateDocument): string {
  const raw = blocks.flatMap(({ kind }, index) => (kind === 'mjml' ? [index] : []));
  return raw.length === 1 ? `/blocks/${raw[0]}/mjml` : '/blocks';
}
