import { BeckonError } from '../base/index.ts';
import { anyType, checkTemplate, mapOf, parseType, type Problem, type Schema } from '../language/index.ts';
import { profileSchema } from '../profile/index.ts';
import { wordsOf, type TemplateDocument } from './block.ts';
import { shippedComponents, type Components } from './component.ts';
import { everyPart } from './component-use.ts';
import { compilePieces, type CompiledSource } from './compiled.ts';
import { errors } from './error.ts';
import { finding, type MailFinding } from './finding.ts';
import { goldenItems, goldenKeys, goldenOf } from './golden.ts';
import { inLanguage, ownLanguage } from './language.ts';
import { lookAtLinks } from './inspect-link.ts';
import { lookAtPictures } from './inspect-picture.ts';
import { renderMail, sizeLimits, type Rendering, type RenderSetting } from './render.ts';
import { isSilent } from './text-block.ts';
import { faintPairs, type Theme } from './theme.ts';

const text = parseType('text');

/** What a message sees. What a run has gathered hangs on the journey, so everything may stand in `context`. */
const messageSchema: Schema = mapOf({
  profile: profileSchema,
  context: anyType,
  coupon: anyType,
  shop: mapOf({ name: text, url: text }),
  message: mapOf({
    unsubscribeUrl: text,
    preferencesUrl: text,
    mirrorUrl: text,
    confirmUrl: text,
    postalAddress: text,
  }),
});

/** What a template is looked at with. */
export interface InspectDesk {
  key: string;
  theme: Theme;
  components?: Components;
  render: RenderSetting;
  /** UTC ms. */
  now: number;
}

/** Everything that is wrong with a document and with what it was compiled to (journeys M3, trust §1.10); errors first. */
export function inspect(document: TemplateDocument, compiled: CompiledSource, desk: InspectDesk): MailFinding[] {
  const parts = everyPart(document, desk.components ?? shippedComponents);
  const found = [
    ...lookAtWords(document),
    ...lookAtPieces(compiled, desk),
    ...lookAtLinks(parts, desk.render),
    ...lookAtPictures(parts),
    ...lookAtTheme(desk.theme),
    ...lookAtCoupons(parts),
  ];
  const broken = found.some(({ severity }) => severity === 'error');
  const all = broken ? found : [...found, ...lookAtMails(document, compiled, desk)];
  const once = [...new Map(all.map((one) => [`${one.code} ${one.where} ${one.message}`, one])).values()];
  return once.sort((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'));
}

/** Subject, preheader, body, the plain-text part, and words lacking in a language. */
function lookAtWords(document: TemplateDocument): MailFinding[] {
  const found: MailFinding[] = [];
  const own = ownLanguage(document);
  const said = wordsOf(document);
  const languages = new Set(said.flatMap(({ words }) => (typeof words === 'string' ? [] : Object.keys(words))));
  for (const language of [own, ...languages]) {
    if (inLanguage(document.subject, language, own).trim() === '') {
      found.push(finding(errors.MESSAGE_SUBJECT_EMPTY, 'error', { where: '/subject', says: 'The subject is empty' }));
    }
  }
  for (const { at, words } of said) {
    if (typeof words === 'string') continue;
    const missing = [...languages].filter((language) => !Object.hasOwn(words, language));
    if (missing.length === 0) continue;
    const says = `These words are missing in ${missing.join(', ')}; readers get those in ${own}`;
    found.push(finding(errors.MESSAGE_LANGUAGE_PARTIAL, 'warning', { where: at, says }));
  }
  const body = document.blocks.filter(({ kind }) => kind !== 'footer' && kind !== 'divider');
  if (body.length === 0) {
    const says = 'No block says anything: the body is empty';
    found.push(finding(errors.MESSAGE_BODY_EMPTY, 'error', { where: '/blocks', says }));
  }
  return [...found, ...lookAtPreheader(document, own), ...lookAtText(document)];
}

function lookAtPreheader(document: TemplateDocument, own: string): MailFinding[] {
  const words = inLanguage(document.preheader, own, own);
  if (/\{\{|\{%/.test(words) || (words.length >= 40 && words.length <= 110)) return [];
  const says = `The preheader has ${words.length} characters; inboxes show 40 to 110`;
  return [finding(errors.MESSAGE_PREHEADER_LENGTH, 'warning', { where: '/preheader', says })];
}

function lookAtText({ blocks }: TemplateDocument): MailFinding[] {
  return blocks.flatMap((block, index) => {
    if (!isSilent(block)) return [];
    const says = 'This block has no text, so the plain-text part says nothing of it';
    return [finding(errors.MESSAGE_TEXT_MISSING, 'warning', { where: `/blocks/${index}/text`, says })];
  });
}

/** Names that there are not, footers without what they must show, and where the way out stands. */
function lookAtPieces(compiled: CompiledSource, desk: InspectDesk): MailFinding[] {
  return Object.entries(compiled.languages).flatMap(([language, pieces]) => {
    const checks = [
      ['subject', pieces.subject, 'header'],
      ['html', pieces.html, 'html'],
      ['text', pieces.text, 'text'],
    ] as const;
    const problems = checks.flatMap(([name, source, mode]) =>
      checkTemplate(source, { mode, schema: messageSchema })
        .filter(({ severity }) => severity === 'error')
        .map((problem) => ofLanguage(problem, `${desk.key}.${name}`)),
    );
    return problems.length > 0 ? problems : lookAtFooter(compiled, { language, ...pieces });
  });
}

function ofLanguage({ severity, code, message, mend, line, column }: Problem, piece: string): MailFinding {
  const name = piece.slice(piece.lastIndexOf('.') + 1);
  const where = `${piece}, line ${line}, column ${column}`;
  return { severity, code, where, message: `In its ${name}: ${message} (${code})`, mend };
}

/** A reader must see the way out before a mail program cuts the mail off; some cut at 20 KB. */
const wayOutWithin = 20 * 1024;

function lookAtFooter(compiled: CompiledSource, { html }: { language: string; html: string }): MailFinding[] {
  const needed = compiled.class === 'transactional' ? ['postalAddress'] : ['unsubscribeUrl', 'postalAddress'];
  const paths = compileNames(html);
  const lacking = needed.filter((name) => !paths.has(name));
  if (lacking.length > 0) {
    const says = `The mail does not print ${lacking.map((name) => `message.${name}`).join(' and ')}`;
    return [finding(errors.MESSAGE_FOOTER_MISSING, 'error', { where: '/blocks', says })];
  }
  const first = Buffer.byteLength(html.slice(0, html.indexOf('message.unsubscribeUrl')));
  if (compiled.class === 'transactional' || first <= wayOutWithin) return [];
  const says = `The first link to unsubscribe comes after ${Math.ceil(first / 1024)} KB`;
  return [finding(errors.MESSAGE_UNSUBSCRIBE_LATE, 'warning', { where: '/blocks', says })];
}

function compileNames(html: string): Set<string> {
  return new Set([...html.matchAll(/message\.(\w+)/g)].map((found) => found[1]!));
}

function lookAtTheme(theme: Theme): MailFinding[] {
  return faintPairs(theme).map(({ where, ratio }) =>
    finding(errors.MESSAGE_CONTRAST_LOW, 'warning', {
      where: '/theme',
      says: `In the theme, ${where} has a contrast of ${ratio} to 1; 4.5 is the least that everybody can read`,
    }),
  );
}

function lookAtCoupons(parts: ReturnType<typeof everyPart>): MailFinding[] {
  return parts.flatMap(({ at, block }) =>
    block.kind === 'coupon' && block.pool === undefined
      ? [
          finding(errors.MESSAGE_COUPON_EMPTY, 'warning', {
            where: `${at}/code`,
            says: `Nothing gives out codes for "${block.code}" here: a mail is held unless its context has coupon.${block.code}`,
          }),
        ]
      : [],
  );
}

/** Renders for every golden recipient: what fails for one of them would fail for somebody. */
function lookAtMails(document: TemplateDocument, compiled: CompiledSource, desk: InspectDesk): MailFinding[] {
  const template = compilePieces({ key: desk.key, version: 0 }, compiled);
  const items = goldenItems(desk.render.publicUrl);
  const setting: RenderSetting = {
    ...desk.render,
    hosts: new Set([...desk.render.hosts, new URL(desk.render.publicUrl).host]),
    postalAddress: desk.render.postalAddress || 'Street 1, 12345 Town',
    item: (id) => items.get(id),
  };
  const languages = Object.keys(compiled.languages);
  const samples = [
    ...goldenKeys.map((key) => ({ key, language: undefined })),
    ...languages.map((language) => ({ key: 'twelve-items' as const, language })),
  ];
  return samples.flatMap(({ key, language }) => {
    const { profile, context } = goldenOf(key, {
      document,
      components: desk.components ?? shippedComponents,
      ids: [...items.keys()],
      now: desk.now,
    });
    const reader = language === undefined ? profile : { ...profile, language };
    const made = renderMail(
      {
        template,
        messageId: '00000000-0000-0000-0000-000000000000',
        context,
        profile: reader,
        now: desk.now,
        timeZone: 'UTC',
      },
      setting,
    );
    return lookAtMail(made, `${key}${language === undefined ? '' : ` in ${language}`}`);
  });
}

function lookAtMail(made: Rendering, whom: string): MailFinding[] {
  if ('skip' in made) return [];
  if ('failed' in made) {
    // A value that only a run has is no fault of the template; the mail is held when it is missing then, too.
    if (/^(RENDER_VALUE_MISSING|MESSAGE_VALUE_MISSING|RENDER_TYPE)/.test(made.failed)) return [];
    const kind = made.failed.startsWith('MESSAGE_TOO_LARGE')
      ? errors.MESSAGE_TOO_LARGE
      : made.failed.startsWith('MESSAGE_LINK_REFUSED')
        ? errors.MESSAGE_LINK_REFUSED
        : errors.MESSAGE_TEMPLATE_FAULT;
    return [finding(kind, 'error', { where: '/blocks', says: `For the golden recipient ${whom}: ${made.failed}` })];
  }
  if (made.mail.size <= sizeLimits.warn) return [];
  const says = `For the golden recipient ${whom} the HTML has ${Math.ceil(made.mail.size / 1024)} KB; mail programs cut off above 102`;
  return [finding(errors.MESSAGE_LARGE, 'warning', { where: '/blocks', says })];
}

/** Throws MESSAGE_TEMPLATE_FAULT with the first of the errors, and all of them in the sentence. */
export function refuseFaults(key: string, found: readonly MailFinding[]): void {
  const wrong = found.filter(({ severity }) => severity === 'error');
  if (wrong.length === 0) return;
  const all = wrong.map(({ where, message }) => `${where}: ${message}`).join('; ');
  throw new BeckonError(errors.MESSAGE_TEMPLATE_FAULT, `The template "${key}" cannot be saved. ${all}`, {
    where: wrong[0]!.where,
    mend: wrong[0]!.mend,
  });
}
