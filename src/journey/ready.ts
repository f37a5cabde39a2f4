import { BeckonError } from '../base/index.ts';
import { targetOf } from './call.ts';
import type { JourneyDefinition } from './definition.ts';
import { secretsOf, type Secrets } from './secret.ts';
import type { Problem } from './validate.ts';

/**
 * What is missing here for a journey to run: secrets and hosts of its calls, the sender of its mails. A document
 * may be saved without them, as it may have been written elsewhere; it is published only with them.
 */
export async function missingHere(
  definition: JourneyDefinition,
  {
    secrets,
    allowed,
    senders,
    classes,
  }: {
    secrets: Secrets;
    allowed: ReadonlySet<string>;
    senders?: () => Promise<Iterable<string>>;
    /** Of which class these messages are; of one that is not published nothing is said. */
    classes?: (messages: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  },
): Promise<Problem[]> {
  if (secrets.pretends) return [];
  const found: Problem[] = [];
  const { sender } = definition;
  const known = sender === undefined || !senders ? null : [...(await senders())];
  if (known && !known.includes(sender!))
    found.push({ where: 'sender', what: `There is no sender "${sender}"; there are ${known.join(', ')}` });
  if (classes) found.push(...(await otherClass(definition, classes)));
  for (const [name, action] of Object.entries(definition.activities)) {
    if (action.kind !== 'action') continue;
    const names = secretsOf(action);
    const known = await secrets.open(names);
    for (const secret of names.filter((one) => !known.has(one)))
      found.push({ where: `activities.${name}`, what: `There is no secret "${secret}"; PUT /v1/secrets/${secret}` });
    const why = refusalOf(action.url, allowed);
    if (why !== null) found.push({ where: `activities.${name}.url`, what: why });
    const untold = action.token && refusalOf(action.token.url, allowed);
    if (untold) found.push({ where: `activities.${name}.token.url`, what: untold });
  }
  return found;
}

/** Mails whose message is of another class: marketing would go out without a way to unsubscribe, or the other way round without asking. */
async function otherClass(
  { activities }: JourneyDefinition,
  classes: (messages: readonly string[]) => Promise<ReadonlyMap<string, string>>,
): Promise<Problem[]> {
  const mails = Object.entries(activities).flatMap(([name, one]) =>
    one.kind !== 'message'
      ? []
      : [one.message, ...(one.variants ?? []).map(({ message }) => message)].map((message) => ({
          name,
          message,
          wanted: one.class ?? 'marketing',
        })),
  );
  const known = await classes([...new Set(mails.map(({ message }) => message))]);
  return mails.flatMap(({ name, message, wanted }) => {
    const is = known.get(message);
    if (is === undefined || is === wanted) return [];
    return [
      { where: `activities.${name}.class`, what: `The message "${message}" is ${is}, and is to be sent as ${wanted}` },
    ];
  });
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
