/**
 * Which message, if any, an order is credited to. Credited is not caused: the report prints both (trust.md §5.3).
 */

/** The rule in force; a changed rule gets a new name, and old rows keep theirs. */
export const creditRule = 'last-human-click-5d/1';

const dayMs = 24 * 60 * 60 * 1000;
/** A click counts this long after the message left, and an order this long after the click; milliseconds. */
export const creditWindowMs = 5 * dayMs;

/** A human click on a message that was sent to the buyer. Times are UTC ms. */
export interface HumanClick {
  messageId: string;
  sentAt: number;
  at: number;
}

/**
 * The message of the last human click that came at most 5 days after its message left, when the order came at most
 * 5 days after that click; null when there is none. Equal times are decided by the message id. Pure.
 *
 * Source: trust.md §5.3 and the table of §6.13.
 */
export function creditOf(order: { at: number }, clicks: readonly HumanClick[]): string | null {
  let last: HumanClick | null = null;
  for (const click of clicks) {
    const inTime =
      click.at >= click.sentAt &&
      click.at - click.sentAt <= creditWindowMs &&
      order.at >= click.at &&
      order.at - click.at <= creditWindowMs;
    if (inTime && (last === null || isLater(click, last))) last = click;
  }
  return last?.messageId ?? null;
}

function isLater(a: HumanClick, b: HumanClick): boolean {
  return a.at === b.at ? a.messageId > b.messageId : a.at > b.at;
}

/** The click id that a landing page carries (`bk_click=<id>`), or null. A page that has it was opened by a person. */
export function clickIdOf(url: string | undefined): string | null {
  const found = /[?&#]bk_click=([^&#]+)/.exec(url ?? '');
  if (!found) return null;
  try {
    return decodeURIComponent(found[1]!);
  } catch {
    return null;
  }
}
