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
});
