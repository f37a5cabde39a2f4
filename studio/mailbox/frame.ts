/**
 * The mail's HTML for the sandboxed frame: as it came, with links that open in a new tab. The sandbox, not this text,
 * keeps scripts out. Pure.
 */
export function frameOf(html: string): string {
  const base = '<base target="_blank">';
  const head = /<head(\s[^>]*)?>/i.exec(html);
  if (!head) return `${base}${html}`;
  const after = head.index + head[0].length;
  return `${html.slice(0, after)}${base}${html.slice(after)}`;
}
