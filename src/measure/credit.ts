/**
 * Which message, if any, an order is credited to. Credited is not caused: the report prints both (trust.md §5.3).
 */

const dayMs = 24 * 60 * 60 * 1000;

/** How orders are credited, from a moment on. A changed rule is a new version, and older orders keep theirs. */
export interface CreditRule {
  version: number;
  /** Of several clicks in time, the one that counts. */
  model: 'last' | 'first';
  /** A click counts this long after its message left, and an order this long after the click. */
  clickDays: number;
  orderDays: number;
  /** Orders from here on, UTC ms. */
  since: number;
}

/** What holds until a shop says otherwise. */
export const usualRule: CreditRule = { version: 1, model: 'last', clickDays: 5, orderDays: 5, since: -8.64e15 };

/** Name and version, as the ledger of credits keeps it: `last-human-click-5d/1`. */
export function ruleName({ model, clickDays, orderDays, version }: CreditRule): string {
  const days = clickDays === orderDays ? `${clickDays}d` : `${clickDays}d-${orderDays}d`;
  return `${model}-human-click-${days}/${version}`;
}

/** The rule for an order of this moment; `rules` in the order of their versions. */
export function ruleAt(rules: readonly CreditRule[], at: number): CreditRule {
  return rules.findLast(({ since }) => since <= at) ?? usualRule;
}

export const creditRule = ruleName(usualRule);
export const creditWindowMs = usualRule.clickDays * dayMs;

/** A human click on a message that was sent to the buyer. Times are UTC ms. */
export interface HumanClick {
  messageId: string;
  sentAt: number;
  at: number;
}

/**
 * The click that an order is credited to: of those that came at most `clickDays` after their message left, and at most `orderDays` before
 * the order, the last or the first one; null when there is none. Equal times are decided by the message id. Pure.
 *
 * Source: trust.md §5.3 and the table of §6.13.
 */
export function creditedClick<Click extends HumanClick>(
  order: { at: number },
  clicks: readonly Click[],
  rule: CreditRule = usualRule,
): Click | null {
  const [clickMs, orderMs] = [rule.clickDays * dayMs, rule.orderDays * dayMs];
  let found: Click | null = null;
  for (const click of clicks) {
    const inTime =
      click.at >= click.sentAt &&
      click.at - click.sentAt <= clickMs &&
      order.at >= click.at &&
      order.at - click.at <= orderMs;
    if (inTime && (found === null || isLater(click, found) === (rule.model === 'last'))) found = click;
  }
  return found;
}

/** The message of the click that an order is credited to. */
export function creditOf(
  order: { at: number },
  clicks: readonly HumanClick[],
  rule: CreditRule = usualRule,
): string | null {
  return creditedClick(order, clicks, rule)?.messageId ?? null;
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
