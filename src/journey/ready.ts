import { BeckonError } from '../base/index.ts';
import { targetOf } from './call.ts';
import type { JourneyDefinition } from './definition.ts';
import { secretsOf, type Secrets } from './secret.ts';
import type { Problem } from './validate.ts';

/**
 * What is missing here for the actions of a journey to make their calls: secrets, and hosts that may be called. A document
 * may be saved without them, as it may have been written elsewhere; it is published only with them.
 */
export async function missingHere(
  definition: JourneyDefinition,
  { secrets, allowed }: { secrets: Secrets; allowed: ReadonlySet<string> },
): Promise<Problem[]> {
  if (secrets.pretends) return [];
  const found: Problem[] = [];
  for (const [name, action] of Object.entries(definition.activities)) {
    if (action.kind !== 'action') continue;
    const names = secretsOf(action);
    const known = await secrets.open(names);
    for (const secret of names.filter((one) => !known.has(one)))
      found.push({ where: `activities.${name}`, what: `There is no secret "${secret}"; PUT /v1/secrets/${secret}` });
    const why = refusalOf(action.url, allowed);
    if (why !== null) found.push({ where: `activities.${name}.url`, what: why });
  }
  return found;
}

/** Only scheme, host and port are looked at: what follows may be filled in. */
function refusalOf(url: string, allowed: ReadonlySet<string>): string | null {
  const origin = /^https?:\/\/[^/?#]*/.exec(url)?.[0];
  if (origin === undefined) return null;
  try {
    targetOf(origin, allowed);
    return null;
  } catch (error) {
    if (error instanceof BeckonError) return error.message;
    throw error;
  }
}
