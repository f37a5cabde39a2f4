import { said, type Said } from '../base/index.ts';

/** A sentence of the timeline in English, beside the code and the values by which it is told in other languages. */
export interface Told {
  text: string;
  said: Said | null;
}

export type Values = Readonly<Record<string, string | number>>;

const english = {
  ordered: 'Ordered {items} for {amount}',
  'ordered.credited': 'Ordered {items} for {amount}, credited to a mail of “{journey}”',
  'audience.entered': 'Came into the audience “{audience}”',
  'audience.left': 'Left the audience “{audience}”',
  clicked: 'Clicked {items} in the mail and came to the shop',
  'clicked.link': 'Clicked a link in the mail and came to the shop',
  'clicked.unsure': '{items} was clicked in the mail; no page of the shop has confirmed a person yet',
  'clicked.unsure.link': 'a link was clicked in the mail; no page of the shop has confirmed a person yet',
  'mail.heldOut': 'Held out: no mail was sent, so that what the mails cause can be measured',
  'mail.planned': 'A mail is planned',
  'mail.accepted': 'The mail was sent',
  'mail.accepted.subject': 'The mail “{subject}” was sent',
  'mail.in_doubt': 'A mail may have been sent; the mail host gave no answer',
  'mail.abandoned': 'A mail may have been sent; it is not tried again, so that nobody gets two',
  'mail.held': 'A mail is held',
  'mail.deferred': 'The mail host asked to try the mail again later',
  'mail.skipped': 'No mail was sent',
  'mail.expired': 'No mail was sent; its time had passed',
  'mail.cancelled': 'The mail was called off',
  'mail.rejected': 'The mail host refused the mail',
  'mail.render_failed': 'No mail was sent; it could not be written',
  'mail.quarantined': 'A mail was put aside after repeated crashes',
  'step.entered': 'Entered the journey “{journey}”',
  'step.restarted': 'Began anew in “{journey}”, because it happened again',
  'step.waiting': 'Waits in “{journey}”',
  'step.heard': '“{journey}” heard what it waited for',
  'step.updated': '“{journey}” wrote to the profile',
  'step.jumped': '“{journey}” let them into another journey',
  'step.moved': 'Was moved on in “{journey}”',
  'step.passed': 'Took the path “{path}”',
  'step.passed.otherwise': 'Took the path “Otherwise”',
  'step.answered': '“{action}” was asked and answered',
  'step.answered.service': 'A service was asked and answered',
  'step.unanswered': '“{action}” was asked and gave no answer',
  'step.unanswered.service': 'A service was asked and gave no answer',
  'step.planned': 'A mail was planned',
  'step.carried': 'Stays in “{journey}”',
  'step.refused': 'Was not let into “{journey}”',
  'step.exited': 'Left the journey “{journey}”',
  'step.ended': 'Came to the end of “{journey}”',
  'did.cameBack': 'The mail came back',
  'did.complained': 'Called the mail unwanted',
  'did.replied': 'Answered the mail',
  'did.openedByProxy': 'A mail program loaded the pictures of the mail',
  'did.openedMail': 'Opened the mail',
  'did.wasOpened': 'The mail was opened',
  'did.unsubscribed': 'Unsubscribed by the link in a mail',
  'did.signedOut': 'Signed out',
  'did.claimedPurchase': 'The browser says {items} was bought; the shop has not confirmed it',
  'did.refunded': 'Money went back for order {order}',
  'did.cancelled': 'Order {order} was cancelled',
  'did.changedOrder': 'Order {order} was changed',
  'did.checkout': 'Went to the checkout',
  'did.addedToCart': 'Put {items} in the cart',
  'did.tookFromCart': 'Took {items} out of the cart',
  'did.viewed': 'Looked at {items}',
  'did.viewedCart': 'Looked at the cart',
  'did.beganCart': 'Began a cart',
  'did.reopenedCart': 'Came back to the cart',
  'did.savedForLater': 'Saved {items} for later',
  'did.clickedSome': 'Clicked a recommendation',
  'did.clickedPlace': 'Clicked {items}, place {place} of the recommendations',
  'did.wasShown': 'Was shown recommendations',
  'did.searched': 'Searched the shop',
  'did.browsed': 'Looked through {section}',
  'did.browsedSome': 'Looked through a category',
  'did.clickedLink': 'Clicked a link in the shop',
  'did.opened': 'Opened {page}',
  'did.openedSome': 'Opened a page',
  'did.something': 'Did something',
  'did.identified': 'The shop says this is {email}',
  'did.told': 'The shop told something about this person',
  'consent.in': 'Gave consent to {purpose}',
  'consent.out': 'Withdrew consent to {purpose}',
  'consent.pending': 'Has still to confirm consent to {purpose}',
  'consent.something': 'Said something about consent',
} as const;

/** All sentences of the timeline, by their codes: the studio has each of them in its languages. */
export const timelineWords: Readonly<Record<string, string>> = english;

/** A sentence by its code, with its values. */
export function told(code: string, values: Values = {}): Told {
  const text = timelineWords[code] ?? code;
  return {
    text: text.replaceAll(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole)),
    said: said(`timeline.${code}`, values),
  };
}

/** The same with why, where there is a reason. */
export function because(code: string, values: Values, reason: string | null): Told {
  const words = told(code, values);
  if (reason === null) return words;
  return { text: `${words.text}: ${reason}`, said: said(`timeline.${code}`, { ...values, reason }) };
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function uncapital(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
