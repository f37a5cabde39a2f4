import { isRightToLeft } from './language.ts';
import type { Style } from './mjml-small.ts';
import { plainHtml } from './words.ts';

/** What stands around the blocks: head, colours in light and dark, the shop's name, and the ways out near the top. Pure. */

/** Keeps what comes after the preheader out of the line that mail programs show beside the subject. */
const padding = '&#847;&zwnj;&nbsp;'.repeat(30);

/** A whole MJML document. */
export function frameOf(content: string, { preheader, style }: { preheader: string; style: Style }): string {
  const { theme, language } = style;
  const { light } = theme;
  const dir = isRightToLeft(language) ? 'rtl' : 'ltr';
  // The words of a notice come with it, in the language it was asked for in.
  const lang = style.kind === 'transactional' ? `{%= context.language ?: '${language}' %}` : language;
  return `<mjml lang="${lang}" dir="${dir}">
  <mj-head>
    <mj-title>{{shop.name}}</mj-title>
    <mj-preview>${plainHtml(preheader)}${padding}</mj-preview>
    <mj-breakpoint width="400px" />
    <mj-attributes>
      <mj-all font-family="${theme.font}" />
      <mj-text color="${light.ink}" font-size="16px" line-height="24px" padding="0" />
      <mj-section padding="0 16px" background-color="${light.raised}" css-class="bk-raised" />
      <mj-button background-color="${light.button}" color="${light.buttonInk}" border-radius="${theme.radius}px" font-size="16px" font-weight="600" inner-padding="14px 28px" padding="16px 8px 24px" align="left" />
    </mj-attributes>
    <mj-raw>
      <meta name="color-scheme" content="light dark">
      <meta name="supported-color-schemes" content="light dark">
    </mj-raw>
    <mj-style>${sheetOf(style)}</mj-style>
  </mj-head>
  <mj-body background-color="${light.paper}" width="600px" css-class="bk-paper">
    ${topOf(style)}
    ${content}
    <mj-section padding="0 16px" border-radius="0 0 ${theme.radius}px ${theme.radius}px"><mj-column><mj-spacer height="28px" /></mj-column></mj-section>
    <mj-section css-class="bk-end" background-color="${light.paper}"><mj-column><mj-spacer height="16px" /></mj-column></mj-section>
  </mj-body>
</mjml>`;
}

/** Dark colours twice: for programs that follow the system, and for Outlook’s, which marks what it has changed. */
function sheetOf({ theme: { light, dark } }: Style): string {
  const dims = (before: string) => `
    ${before}.bk-paper, ${before}.bk-paper > div[role="article"], ${before}.bk-end, ${before}.bk-end > table, ${before}.bk-end td { background-color: ${dark.paper} !important; background: ${dark.paper} !important; }
    ${before}.bk-raised, ${before}.bk-raised > table, ${before}.bk-raised > table > tbody > tr > td { background-color: ${dark.raised} !important; background: ${dark.raised} !important; }`;
  const inks = (before: string) => `
    ${before}.bk-ink > div, ${before}.bk-ink a, ${before}.bk-ink strong, ${before}.bk-line a, ${before}.bk-line strong { color: ${dark.ink} !important; }
    ${before}.bk-quiet > div, ${before}.bk-quiet a, ${before}.bk-quiet span, ${before}.bk-line .bk-faint, ${before}.bk-line .bk-faint a { color: ${dark.quiet} !important; }
    ${before}.bk-rule p { border-top-color: ${dark.line} !important; }
    ${before}.bk-outline td, ${before}.bk-outline a { background: ${dark.raised} !important; color: ${dark.ink} !important; }
    ${before}.bk-button td, ${before}.bk-button a { background: ${dark.button} !important; color: ${dark.buttonInk} !important; }`;
  return `
    :root { color-scheme: light dark; supported-color-schemes: light dark; }
    a { color: inherit; }
    .bk-button a { color: ${light.buttonInk} !important; }
    @media (prefers-color-scheme: dark) {
      body { background-color: ${dark.paper} !important; }${dims('')}${inks('')}
    }${dims('[data-ogsb] ')}${inks('[data-ogsc] ')}
  `;
}

function topOf(style: Style): string {
  const { theme, phrases, kind } = style;
  const { light } = theme;
  const name = theme.logo
    ? `<img src="${plainHtml(theme.logo.src)}" alt="${plainHtml(theme.logo.alt)}" width="${theme.logo.width}" height="${theme.logo.height}" style="display:block;border:0;color:${light.ink};font-size:20px">`
    : '{{shop.name}}';
  const brand = `<mj-text css-class="bk-ink" padding="0 8px" font-size="20px" line-height="28px" font-weight="600"><a href="{{shop.url}}" style="text-decoration:none;color:${light.ink}">${name}</a></mj-text>`;
  const link = (href: string, words: string) =>
    `<a href="{{message.${href}}}" style="color:${light.quiet};display:inline-block;margin-left:12px">${words}</a>`;
  const ways =
    kind === 'marketing'
      ? `<mj-column width="55%" vertical-align="middle"><mj-text css-class="bk-quiet" padding="0 8px" align="right" font-size="14px" line-height="21px" color="${light.quiet}">${link('mirrorUrl', phrases.mirror)} ${link('unsubscribeUrl', phrases.unsubscribe)}</mj-text></mj-column>`
      : '';
  const share = kind === 'marketing' ? ' width="45%"' : '';
  const { radius } = theme;
  return `<mj-section padding="28px 16px 20px" border-radius="${radius}px ${radius}px 0 0"><mj-group><mj-column${share} vertical-align="middle">${brand}</mj-column>${ways}</mj-group></mj-section>`;
}
