import { defineErrors } from '../base/index.ts';

export const errors = defineErrors({
  MESSAGE_ADDRESS_REFUSED: {
    status: 400,
    mend: 'Give a plain address such as ada@example.com: one @, a domain with a dot, no quotes, no control characters',
  },
  MESSAGE_HEADER_REFUSED: {
    status: 400,
    mend: 'Take the control or direction characters out of the value; mail headers are one line of visible text',
  },
  MESSAGE_TEMPLATE_UNKNOWN: {
    status: 404,
    mend: 'Look at GET /v1/messages for the templates there are, or put one under this key first',
  },
  MESSAGE_TEMPLATE_FAULT: {
    status: 422,
    mend: 'Correct the template at the place named; nothing was published and nothing is sent from it',
  },
  MESSAGE_LINK_REFUSED: {
    status: 422,
    mend: 'Use an http or https address on one of the shop’s own hosts, without user name, backslash or control characters',
  },
  MESSAGE_VALUE_MISSING: {
    status: 422,
    mend: 'Give the value in the journey’s context, or take it out of the template’s list of required values',
  },
  MESSAGE_TOO_LARGE: {
    status: 422,
    mend: 'Show fewer items or shorten the template; mail programs cut a mail off above 102 KB and hide its footer',
  },
  MESSAGE_TEMPLATE_INVALID: {
    status: 400,
    mend: 'Write the document as GET /v1/schema/template describes it; the place of the fault is named',
  },
  MESSAGE_TEMPLATE_CHANGED: {
    status: 409,
    mend: 'Read the template again and make the change in what stands there now; nothing was written',
  },
  MESSAGE_TEMPLATE_VERSION: {
    status: 404,
    mend: 'Look at the versions there are with GET /v1/templates/{key}/versions',
  },
  MESSAGE_THEME_UNKNOWN: { status: 404, mend: 'Look at GET /v1/themes for the themes there are, or put one first' },
  MESSAGE_THEME_IN_USE: {
    status: 409,
    mend: 'Let the templates and senders that are named wear another theme, then remove it; nothing was removed',
  },
  MESSAGE_COMPONENT_UNKNOWN: {
    status: 404,
    mend: 'Look at GET /v1/components for the components there are, or put one first',
  },
  MESSAGE_COMPONENT_INVALID: {
    status: 400,
    mend: 'Write the component as GET /v1/schema/component describes it; the place of the fault is named, and nothing was changed',
  },
  MESSAGE_COMPONENT_VALUE: {
    status: 422,
    mend: 'Give each parameter a value of its kind, as GET /v1/components/{key} names them',
  },
  MESSAGE_COMPONENT_FAULT: {
    status: 422,
    mend: 'Mend what is named, or first the messages that use the component; nothing was changed',
  },
  MESSAGE_COMPONENT_IN_USE: {
    status: 409,
    mend: 'Let the messages and components that are named use another, then remove it; nothing was removed',
  },
  MESSAGE_SUBJECT_EMPTY: { status: 422, mend: 'Write a subject in the language of the template' },
  MESSAGE_BODY_EMPTY: { status: 422, mend: 'Add a block that says or shows something' },
  MESSAGE_FOOTER_MISSING: {
    status: 422,
    mend: 'Add a footer block; in raw MJML print message.unsubscribeUrl as a link, and message.postalAddress',
  },
  MESSAGE_LARGE: {
    status: 422,
    mend: 'Show fewer items or say less: mail programs cut a mail off above 102 KB and hide its footer',
  },
  MESSAGE_TEXT_MISSING: { status: 422, mend: 'Write what the block says as plain text, too' },
  MESSAGE_ALT_MISSING: { status: 422, mend: 'Say in a few words what the picture shows, in every language' },
  MESSAGE_PICTURE_UNSIZED: { status: 422, mend: 'Give width and height in pixels, as it is shown' },
  MESSAGE_PICTURE_PLAIN: { status: 422, mend: 'Give the picture an https address' },
  MESSAGE_UNSUBSCRIBE_LATE: {
    status: 422,
    mend: 'Print message.unsubscribeUrl near the top as well, as the frame around blocks does by itself',
  },
  MESSAGE_CONTRAST_LOW: { status: 422, mend: 'Make the one colour darker or the other lighter until it is 4.5 to 1' },
  MESSAGE_PREHEADER_LENGTH: { status: 422, mend: 'Write 40 to 110 characters that go on where the subject ends' },
  MESSAGE_LANGUAGE_PARTIAL: { status: 422, mend: 'Write the words in these languages, too, or take the languages out' },
  MESSAGE_COUPON_EMPTY: {
    status: 422,
    mend: 'Let an action of the journey answer with the code and keep it under coupon, or take the block out',
  },
  MESSAGE_LINK_VAGUE: { status: 422, mend: 'Say where the link leads, as a list of links read aloud would' },
  MESSAGE_SENDER_UNKNOWN: {
    status: 404,
    mend: 'Look at GET /v1/senders for the senders there are, or put one first; without a name mails go out for the default one',
  },
  MESSAGE_SENDER_INVALID: {
    status: 400,
    mend: 'Write the sender as PUT /v1/senders/{key} describes it; the place of the fault is named, and nothing was changed',
  },
  MESSAGE_SENDER_FIXED: {
    status: 409,
    mend: 'Change BECKON_FROM and the settings beside it, or make a sender under another key',
  },
  MESSAGE_SENDER_IN_USE: {
    status: 409,
    mend: 'Let the templates name another sender and publish them, wait for the mails, then remove it; nothing was removed',
  },
  COUPON_POOL_UNKNOWN: {
    status: 404,
    mend: 'Look at GET /v1/coupon-pools for the pools there are, or put one first',
  },
  COUPON_POOL_IN_USE: {
    status: 409,
    mend: 'Leave the pool, so that no code of it comes in twice; withdraw its free codes with DELETE …/codes',
  },
  COUPON_POOL_INVALID: {
    status: 400,
    mend: 'Write the pool as PUT /v1/coupon-pools/{key} describes it; nothing was changed',
  },
  SUPPRESSION_UNKNOWN: {
    status: 404,
    mend: 'Look for the address with GET /v1/suppressions?address=…; an entry that has ended is not shown any more',
  },
  SUPPRESSION_KEPT: {
    status: 409,
    mend: 'Leave it: who complained or asked to be forgotten is written to only when they sign up anew, under another address',
  },
  SUPPRESSION_UNREADABLE: {
    status: 400,
    mend: 'Give the SHA-256 of the trimmed lower-case address as 64 hex digits, or the id that GET /v1/suppressions shows',
  },
  MESSAGE_CRITERION_UNFIT: {
    status: 400,
    mend: 'Give the grid a list, or a criterion of GET /v1/criteria that asks about people and not about the item or category of a page',
  },
  MESSAGE_LANE_UNKNOWN: {
    status: 422,
    mend: 'Name all, way:<transport>, host:<gmail, yahoo, microsoft, apple, gmx or a domain>, or journey:<key>',
  },
  MESSAGE_WARM_UP_INVALID: { status: 422, mend: 'Give caps of 1 to 60 days, and a step within them, counted from 0' },
  MESSAGE_TOLD_INVALID: {
    status: 422,
    mend: 'Name the domain of a sender (GET /v1/sending/pace has them under domains) and a day of the last seven',
  },
  MESSAGE_RELEASE_REFUSED: {
    status: 409,
    mend: 'Look at GET /v1/ledger/messages?state=quarantined for the mails that are put aside and not past their deadline',
  },
  MESSAGE_BRAKE_FREE: { status: 409, mend: 'Look at GET /v1/sending/pace for the brakes that are pulled' },
  MESSAGE_KEY_USED: {
    status: 409,
    mend: 'Give each mail a key of its own, such as receipt:<order>; the same key with the same words is answered with the mail that was planned',
  },
});
