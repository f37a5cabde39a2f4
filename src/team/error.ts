import { defineErrors } from '../base/index.ts';

/** Errors of the team. What is wrong with a sign-in is never told apart: who guesses learns nothing (trust.md §3.6). */
export const errors = defineErrors({
  TEAM_SIGN_IN_REFUSED: {
    status: 401,
    mend: 'Check address, password and code; whoever may manage the team makes a new link, and so does beckon team --reset ADDRESS',
  },
  TEAM_SERVICE_SILENT: { status: 503, mend: 'Try again; beckon serve names the service in BECKON_OIDC' },
  TEAM_SERVICE_REFUSED: {
    status: 403,
    mend: 'Sign in there with the address you were invited by; the service must send it as verified',
  },
  TEAM_CODE_NEEDED: { status: 401, mend: 'Send the six digits of your authenticator too, or one of your spare codes' },
  TEAM_TOO_MANY_TRIES: { status: 429, mend: 'Wait as long as Retry-After says, then try again' },
  TEAM_PASSWORD_WEAK: { status: 422, mend: 'Choose a longer one: a few words that do not belong together are best' },
  TEAM_LINK_UNKNOWN: { status: 403, mend: 'Ask for a new link; each works once, within its time' },
  TEAM_SET_UP_ALREADY: { status: 409, mend: 'Sign in; whoever may manage the team invites others' },
  TEAM_SET_UP_FIRST: { status: 409, mend: 'Set the first password under Settings, then invite others' },
  TEAM_MEMBER_INVALID: { status: 422, mend: 'Mend the address, name or role that is named' },
  TEAM_MEMBER_KNOWN: { status: 409, mend: 'Change the role of the member that is there' },
  TEAM_MEMBER_UNKNOWN: { status: 404, mend: 'GET /v1/members lists who is there' },
  TEAM_OWNER_NEEDED: { status: 409, mend: 'Make somebody else an owner first' },
  TEAM_RIGHT_MISSING: { status: 403, mend: 'Ask an owner or admin for a role that may do this' },
  TEAM_CODES_WANTED: {
    status: 403,
    mend: 'Set up your authenticator under "Your account": owners of a team of several need one',
  },
  TEAM_CODES_UNKNOWN: { status: 409, mend: 'Ask for a new secret, then send the code that your authenticator shows' },
});
