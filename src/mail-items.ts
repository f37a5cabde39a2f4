import type { Caller } from './journey/index.ts';
import {
  gridsOf,
  withAnswer,
  type AskedItems,
  type ItemAsk,
  type Messages,
  type TemplateDocument,
} from './message/index.ts';
import { needsOf, type Criteria } from './recommend/index.ts';

interface Rooms {
  showing: { criteria: Criteria };
  slots: { callOwn: Caller; messages: Messages };
}

/** How long the recommender may take for a batch of mails, real ms. */
const answersWithinMs = 15_000;

/**
 * What mails ask the recommender for themselves: over the same door as the actions of journeys, so that a process which
 * only sends asks the one that recommends, and a simulation its own. A criterion that a message names cannot be removed.
 */
export function mailItems({ showing: { criteria }, slots }: Rooms) {
  criteria.onRemove((key) => messagesBy(key, slots.messages));
  return {
    recommend: (ask: ItemAsk) => askedOf(slots.callOwn, ask),
    unfit: (key: string) => {
      const criterion = criteria.find(key);
      if (criterion === undefined) return `There is no criterion "${key}"`;
      const needs = needsOf(criterion.algorithm);
      return needs === null ? null : `The criterion "${key}" is about the ${needs} of a page, and a mail has none`;
    },
  };
}

async function askedOf(call: Caller, { criterion, limit, recipients }: ItemAsk): Promise<AskedItems> {
  const body = JSON.stringify({ criterion, limit, recipients });
  const headers = { accept: 'application/json', 'content-type': 'application/json' };
  try {
    const url = '/v1/recommendations:batch';
    const { status, text } = await call({ method: 'POST', url, headers, body, timeoutMs: answersWithinMs });
    const answer = JSON.parse(text) as { answers?: unknown[]; code?: string; detail?: string };
    // Somebody plays the recommender, and gives the same to everybody.
    if (status === 200) return { answers: answer.answers ?? recipients.map(() => answer) };
    const isForGood = [400, 404, 409, 422].includes(status);
    return isForGood ? { refused: [answer.code, answer.detail].filter(Boolean).join(': ') } : { silent: true };
  } catch {
    return { silent: true };
  }
}

/** What a message would show to somebody; items of golden recipients stand where the criterion has none. */
export async function withItems<S extends { context: Record<string, unknown> }>(
  call: Caller,
  document: TemplateDocument,
  { sample, recipient, at }: { sample: S; recipient: ItemAsk['recipients'][number]; at: number },
): Promise<S> {
  let { context } = sample;
  for (const grid of gridsOf(document.blocks)) {
    const asked = await askedOf(call, { ...grid, recipients: [recipient] });
    if ('answers' in asked) context = withAnswer(context, grid, { answer: asked.answers[0], at });
  }
  return { ...sample, context };
}

/** Messages whose newest or published version names the criterion. */
async function messagesBy(criterion: string, { templates }: Messages): Promise<string[]> {
  const found: string[] = [];
  for (const { key } of await templates.list()) {
    const versions = await templates.versions(key);
    const [newest] = versions;
    const sent = versions.find(({ publishedAt }) => publishedAt !== null);
    const isNamed = [newest, sent].some(
      (one) => one && gridsOf(one.body.blocks).some((grid) => grid.criterion === criterion),
    );
    if (isNamed) found.push(`the message "${key}"`);
  }
  return found;
}
