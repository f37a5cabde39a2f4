/** The Cookie header as a map of raw values; the first of equal names wins, as browsers send the more specific first. */
export function readCookies(header: string | undefined): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const untrimmed of (header ?? '').split(';', 200)) {
    const part = untrimmed.trim();
    const split = part.indexOf('=');
    if (split < 1) continue;
    const name = part.slice(0, split).trim();
    if (!cookies.has(name))
      cookies.set(
        name,
        part
          .slice(split + 1)
          .trim()
          .replace(/^"(.*)"$/, '$1'),
      );
  }
  return cookies;
}

/** Undoes %XX where it is well-formed, otherwise gives the text as it is. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
