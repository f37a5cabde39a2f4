/**
 * Words of a block: text with the language's tokens, `**bold**` and `[words](address)` in it; an empty line begins a
 * paragraph. Tokens are left alone; whatever else there is cannot leave its place. Pure.
 */

const token = /\{\{\{[\s\S]*?\}\}\}|\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;

/** The text between tokens through `change`, the tokens as they are. */
function outsideTokens(source: string, change: (text: string) => string): string {
  let made = '';
  let from = 0;
  for (const found of source.matchAll(token)) {
    made += change(source.slice(from, found.index)) + found[0];
    from = found.index + found[0].length;
  }
  return made + change(source.slice(from));
}

const references: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** The author's own text as HTML, between tags or in a quoted attribute; tokens escape themselves when rendered. */
export function plainHtml(source: string): string {
  return outsideTokens(source, (text) => text.replace(/[&<>"]/g, (char) => references[char]!));
}

const link = /\[((?:[^\][]|\{\{[^}]*\}\})+)\]\(((?:[^\s()]|\{\{[^}]*\}\}|\{%[\s\S]*?%\})+)\)/g;
const bold = /\*\*([^*]+)\*\*/g;

/** Words as HTML. `linkStyle` stands in each link, since mail programs forget what a style sheet said; `more` are further attributes. */
export function richHtml(source: string, linkStyle: string, more = ''): string {
  const html = plainHtml(source.trim());
  return html
    .replace(link, (_all, words: string, href: string) => `<a href="${href}"${more} style="${linkStyle}">${words}</a>`)
    .replace(bold, '<strong>$1</strong>')
    .replace(/\n[ \t]*\n\s*/g, '<br><br>')
    .replace(/\n/g, '<br>');
}

/** The same for the plain-text part: links with their address behind the words. */
export function richText(source: string): string {
  return source
    .trim()
    .replace(link, (_all, words: string, href: string) => (words === href ? href : `${words}: ${href}`))
    .replace(bold, '$1');
}

/** The addresses that the words link to. */
export function linksIn(source: string): string[] {
  return [...source.matchAll(link)].map((found) => found[2]!);
}

/** Takes tokens out of a text that a parser of markup shall read, and puts them back afterwards. */
export function withoutTokens(source: string): { text: string; restore(made: string): string } {
  const kept: string[] = [];
  const text = source.replace(/[\uE000\uE001]/g, '').replace(token, (found) => `\uE000${kept.push(found) - 1}\uE001`);
  return { text, restore: (made) => made.replace(/\uE000(\d+)\uE001/g, (_all, no: string) => kept[Number(no)]!) };
}
