import type { Trouble } from './alert/index.ts';
import { said } from './base/index.ts';
import type { Messages } from './message/index.ts';

/** A host that asked for less is told of only while it leaves us less than this share of what was. */
const leastShare = 0.5;

/** What slows mail down and somebody must know: brakes, shares on their way there, hosts that want less, warm-ups that stay. */
export async function paceTroubles({ pacing }: Pick<Messages, 'pacing'>, now: number): Promise<Trouble[]> {
  // Looked at first: a brake that is to be pulled is, also while nobody sends.
  const harmed = await pacing.look();
  const { lanes, warmUps, brakes } = await pacing.state();
  const pulled = brakes.filter(({ releasedAt }) => releasedAt === null);
  const isPulled = (scope: string) => pulled.some((brake) => brake.scope === scope);
  return [
    ...pulled.map(({ scope, why }) =>
      trouble(`brake:${scope}`, {
        title: `${whose(scope)} is held: ${why}`,
        text: isTemplate(scope)
          ? `The template fails for every second person, so its mails wait. Mend and publish it; then POST /v1/sending/brakes/release with {"scope":"${scope}","by":"…","note":"…"}. Mails that wait end at their deadline.`
          : `Hosts and providers stop senders at such shares, so Beckon stopped first. Receipts still leave. Look where these readers come from; then POST /v1/sending/brakes/release with {"scope":"${scope}","by":"…","note":"…"}. Mails that wait end at their deadline.`,
        said: {
          title: said('alert.brake', { scope: scopeOf(scope), why }),
          text: isTemplate(scope) ? said('alert.brake.template') : said('alert.brake.text'),
        },
        journey: journeyOf(scope),
      }),
    ),
    ...harmed
      .filter(({ scope, level }) => level === 'watch' && !isPulled(scope))
      .map(({ scope, why }) =>
        trouble(`harm:${scope}`, {
          title: `${whose(scope)}: ${why}`,
          text: 'That is more than hosts like to see. A little more, and Beckon stops these mails by itself.',
          said: { title: said('alert.harm', { scope: scopeOf(scope), why }), text: said('alert.harm.text') },
          journey: journeyOf(scope),
        }),
      ),
    ...lanes
      .filter((lane) => lane.closedUntil !== null && lane.closedUntil > now)
      .map(({ name, closedUntil, why }) =>
        trouble(`lane:${name}`, {
          title: `${name} takes no mail until ${new Date(closedUntil!).toISOString()}`,
          text: `Its last words: ${why ?? 'none'}. It is tried again by itself, one mail a minute at first; nobody was suppressed for it.`,
          said: {
            title: said('alert.lane.closed', { lane: name, until: new Date(closedUntil!).toISOString() }),
            text: said('alert.lane.closed.text', { why: why ?? '–' }),
          },
          journey: null,
        }),
      ),
    ...lanes
      .filter(({ closedUntil, perMinute, ceiling }) => closedUntil === null && isSlow(perMinute, ceiling))
      .map(({ name, perMinute, why }) =>
        trouble(`lane:${name}`, {
          title: `${name} takes ${Math.floor(perMinute!)} mails a minute`,
          text: `It asked for less: ${why ?? 'no words'}. The rate rises again by itself.`,
          said: {
            title: said('alert.lane.slow', { lane: name, rate: Math.floor(perMinute!) }),
            text: said('alert.lane.slow.text', { why: why ?? '–' }),
          },
          journey: null,
        }),
      ),
    ...warmUps
      .filter(({ room, kept }) => room !== null && kept !== null)
      .map(({ domain, kept, caps, step }) =>
        trouble(`warm-up:${domain}`, {
          title: `The warm-up of ${domain} stays at ${caps[step]} mails a day`,
          text: `Of the last day: ${kept}. It goes on once a day went well.`,
          said: {
            title: said('alert.warmUp', { domain, count: caps[step] ?? 0 }),
            text: said('alert.warmUp.text', { why: kept ?? '–' }),
          },
          journey: null,
        }),
      ),
  ];
}

function isSlow(perMinute: number | null, ceiling: number | null): boolean {
  return perMinute !== null && (ceiling === null ? perMinute < 60 * leastShare : perMinute < ceiling * leastShare);
}

function trouble(key: string, more: Pick<Trouble, 'title' | 'text' | 'said' | 'journey'>): Trouble {
  return { key, kind: 'mails', owners: [], ...more };
}

/** A journey by its key; everything else as it is called. */
function scopeOf(scope: string): string {
  return journeyOf(scope) ?? scope;
}

function journeyOf(scope: string): string | null {
  return scope.startsWith('journey:') ? scope.slice('journey:'.length) : null;
}

function isTemplate(scope: string): boolean {
  return scope.startsWith('template:');
}

function whose(scope: string): string {
  if (isTemplate(scope)) return `The mail "${scope.slice('template:'.length)}"`;
  if (scope.startsWith('domain:')) return `The marketing mail of ${scope.slice('domain:'.length)}`;
  const journey = journeyOf(scope);
  return journey === null ? 'All marketing mail' : `The mail of "${journey}"`;
}
