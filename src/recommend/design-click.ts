/** An item as it was shown: where its link leads, and its place, from 1. */
export interface ShownLink {
  id: string;
  url: string | null;
  position: number;
}

/** What a page finds on the element around a recommendation. */
export interface ClickMarks {
  recommendation: string;
  criterion: string;
  items: readonly ShownLink[];
}

const longestName = 200;

/**
 * Wraps a recommendation in the element by which clicks are known (recommendations DES-6): class `at-track-click`, and
 * the recommendation's id. Each link that leads to one of its items gets the item and its place, and the label that the
 * Web SDK reads, unless the design has set one.
 */
export function wrapForClicks(content: string, marks: ClickMarks): string {
  const byAddress = new Map(marks.items.flatMap((item) => (item.url === null ? [] : [[item.url, item] as const])));
  const linked = content.replace(/<a(\s[^<>]*)>/gi, (whole, attributes: string) => {
    const item = byAddress.get(addressOf(attributes));
    if (!item) return whole;
    const label = /\bdata-aep-click-label\s*=/i.test(attributes) ? '' : ` data-aep-click-label="${quoted(item.id)}"`;
    return `<a data-beckon-item="${quoted(item.id)}" data-beckon-position="${item.position}"${label}${attributes}>`;
  });
  const about = `data-beckon-recommendation="${quoted(marks.recommendation)}" data-beckon-criterion="${quoted(marks.criterion)}"`;
  return `<div class="at-track-click" ${about}>${linked}</div>`;
}

function addressOf(attributes: string): string {
  const found = /\bhref\s*=\s*(?:"([^"]{0,4096})"|'([^']{0,4096})')/i.exec(attributes);
  return (found?.[1] ?? found?.[2] ?? '').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');
}

function quoted(text: string): string {
  return text.slice(0, longestName).replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
