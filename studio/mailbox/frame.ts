/**
 * The mail's HTML for the sandboxed frame: as it came, with links that open in a new tab, and as a mail program shows
 * it that is dark or light, whatever the system around is. The sandbox, not this text, keeps scripts out. Pure.
 */
export function frameOf(html: string, dark: boolean): string {
  const scheme = dark ? 'dark' : 'light';
  const shown = html.replaceAll(/\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)/gi, (_query, wanted: string) =>
    wanted.toLowerCase() === scheme ? '(min-width: 0px)' : '(max-width: 0px)',
  );
  // Only a mail that says it can be dark is drawn on a dark ground, as mail programs do.
  const knowsDark = /<meta\s[^>]*name=["']?color-scheme/i.test(html);
  const ground = knowsDark ? `<style>:root{color-scheme:${scheme} only}</style>` : '';
  const extra = `<base target="_blank">${ground}`;
  const head = /<head(\s[^>]*)?>/i.exec(shown);
  if (!head) return `${extra}${shown}`;
  const after = head.index + head[0].length;
  return `${shown.slice(0, after)}${extra}${shown.slice(after)}`;
}
