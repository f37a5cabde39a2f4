import { BeckonError } from './base/index.ts';
import { errors } from './settings.ts';
import { Team } from './team/index.ts';

export const teamHelp = `Usage: beckon team [what] [flags of serve that name the database]

Without more it lists who may work in the studio.

  --reset ADDRESS                a link by which this member chooses a new password; their authenticator goes
  --set-up                       a link by which the first password is set, while there is none
  --verify                       go through the audit log; exit code 1 when a line does not fit the one before

The embedded database serves one process at a time: stop Beckon first, or give DATABASE_URL.
`;

/** What is asked of the team; the rest are flags of serve. */
export interface TeamAsked {
  what: 'list' | 'reset' | 'set-up' | 'verify';
  address: string;
  rest: string[];
}

/** @throws SETTINGS_CLASH when more than one thing is asked, SETTINGS_BAD_VALUE without an address */
export function readTeamFlags(flags: readonly string[]): TeamAsked {
  const rest = [...flags];
  const asked: TeamAsked['what'][] = [];
  let address = '';
  for (const what of ['reset', 'set-up', 'verify'] as const) {
    const at = rest.indexOf(`--${what}`);
    if (at < 0) continue;
    asked.push(what);
    if (what === 'reset') address = rest[at + 1] ?? '';
    rest.splice(at, what === 'reset' ? 2 : 1);
  }
  if (asked.length > 1) {
    throw new BeckonError(errors.SETTINGS_CLASH, `--${asked.join(' and --')} at once`, { mend: 'Ask one at a time' });
  }
  if (asked[0] === 'reset' && !address.includes('@')) {
    throw new BeckonError(errors.SETTINGS_BAD_VALUE, '--reset needs the address of a member', {
      mend: 'beckon team lists who is there',
    });
  }
  return { what: asked[0] ?? 'list', address, rest };
}

/** @returns the exit code */
export async function tellTeam(
  { what, address }: TeamAsked,
  team: Team,
  { say, publicUrl }: { say: (line: string) => void; publicUrl: string },
): Promise<number> {
  const link = (text: string) => `${publicUrl}/welcome#${text}`;
  if (what === 'verify') {
    const { lines, hash, broken } = await team.entries.verify();
    say(
      broken === null
        ? `${lines} lines, each fits the one before; the last hash is ${hash || 'none'}`
        : `Line ${broken} of ${lines} does not fit the one before`,
    );
    return broken === null ? 0 : 1;
  }
  if (what === 'reset') say(`Works once, within an hour: ${link(await team.resetLink(null, { email: address }))}`);
  else if (what === 'set-up') {
    if (await team.isSetUp()) {
      say('A password was set already; with --reset ADDRESS a member chooses a new one');
      return 1;
    }
    say(`Works once, within a day: ${link(await team.setupLink())}`);
  } else {
    const members = await team.list();
    if (members.length === 0)
      say('Nobody yet: the studio opens on its own machine only. --set-up makes a link for the first');
    for (const { email, name, role, invited, codes } of members) {
      const more = [invited ? 'invited' : null, codes ? 'with authenticator' : null].filter((one) => one !== null);
      say(`${email}  ${name}  ${role}${more.length > 0 ? `  (${more.join(', ')})` : ''}`);
    }
  }
  return 0;
}
