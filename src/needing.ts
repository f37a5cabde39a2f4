import type { House } from './api/index.ts';
import type { Rooms } from './app.ts';
import { said, type Said } from './base/index.ts';

type Overview = Awaited<ReturnType<House['overview']>>;

/** What somebody should look at: brakes, stuck runs, feeds, events set aside, open requests, devices trying names, mails not made or in doubt. */
export async function needHand({
  journeys,
  runner,
  messages,
  events,
  webhooks,
  profiles,
  feeding,
  clock,
}: Rooms): Promise<Overview['needHand']> {
  const nameOf = (key: string) => journeys.list().find((one) => one.key === key)?.draft.name ?? key;
  const found: Overview['needHand'] = [];
  const tell = (link: string, text: string, words: Said) => found.push({ text, said: words, link });
  for (const { scope, releasedAt, why } of (await messages.pacing.state()).brakes) {
    if (releasedAt !== null) continue;
    const whose = scope.startsWith('journey:') ? nameOf(scope.slice('journey:'.length)) : scope;
    tell('/ledger', `A brake holds the mail of ${whose}: ${why}`, said('hand.brake', { scope: whose, why }));
  }
  for (const { journey, count, why } of await runner.stuckCounts()) {
    const name = nameOf(journey);
    const words = said('hand.stuck', { journey: name, count });
    tell(`/stuck?journey=${journey}`, `${name}: ${count} runs need a hand (${why})`, words);
  }
  for (const { key, name, status, dot } of await feeding.feeds.list()) {
    if (status === 'asks')
      tell(`/feeds/${key}`, `Feed ${name}: a run has stopped and asks`, said('hand.feedAsks', { feed: name }));
    else if (dot === 'red')
      tell(`/feeds/${key}`, `Feed ${name}: the last run failed`, said('hand.feedFailed', { feed: name }));
  }
  const aside = await events.setAside();
  if (aside > 0)
    tell('/incoming#aside', `Could not be folded and were set aside: ${aside}`, said('hand.aside', { count: aside }));
  const asked = await webhooks.openRequests();
  if (asked > 0)
    tell('/incoming#requests', `Open requests about people's data: ${asked}`, said('hand.requests', { count: asked }));
  const claimants = await profiles.claimantsSince(clock.now() - 86_400_000);
  if (claimants > 0) {
    const text = `Devices that gave more names than one may in a day: ${claimants}`;
    tell('/incoming', text, said('hand.claimants', { count: claimants }));
  }
  for (const { service, breaker, waiting, places } of await runner.services.view(journeys)) {
    const link = `/journeys/${places[0]!.journey}?activity=${places[0]!.activity}`;
    const text = `${service} does not answer; runs that wait: ${waiting}`;
    if (breaker.since !== null) tell(link, text, said('hand.service', { service, count: waiting }));
  }
  for (const { key, draft } of journeys.list()) {
    const { byState } = await messages.counts.of(key);
    const { name } = draft;
    const faults = (byState['render_failed'] ?? 0) + (byState['quarantined'] ?? 0);
    const link = `/ledger?journey=${key}`;
    if (faults > 0)
      tell(link, `${name}: ${faults} mails could not be made`, said('hand.faults', { journey: name, count: faults }));
    const doubt = byState['in_doubt'] ?? 0;
    if (doubt > 0)
      tell(
        `${link}&state=in_doubt`,
        `${name}: ${doubt} mails are in doubt`,
        said('hand.doubt', { journey: name, count: doubt }),
      );
  }
  return found;
}
