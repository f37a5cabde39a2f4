import { createHmac, type Hmac } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { BeckonError, hmac, point, SystemClock, SystemRandom, UuidIds } from './base/index.ts';
import { readVersion } from './built.ts';
import { EventLog, type ShopEvent } from './event/index.ts';
import { Jobs } from './job/index.ts';
import { addressKey, addressSecretOf, holdMail, mailStops, withdrawnStop, type MailStop } from './message/index.ts';
import { everybody, keptErasures, repeatErasures, withdrawnConsents, type KeptErasure } from './profile/index.ts';
import { errors } from './settings-value.ts';
import type { Store } from './store/index.ts';

/**
 * Who must get no mail and who is to be forgotten, apart from backups: small, written often, and made to hold again after an
 * older state was brought back (trust.md §2.4, trust row 67). It names nobody: addresses and people are hashes under the secret.
 *
 *     {"beckon":"stops","version":1,"at":…,"installation":…}
 *     {"kind":"suppressed"|"chosen"|"withdrawn"|"erased", …}     one a line
 *     {"kind":"end","lines":…,"mac":…}
 */
type Stop = MailStop | ({ kind: 'erased' } & KeptErasure);

interface Head {
  beckon: 'stops';
  version: 1;
  /** ISO 8601: what was said before then is in it. */
  at: string;
  madeBy: string;
  /** A hash of the secret, so that a list of another is not taken for an empty one. */
  installation: string;
}

/** What came of a list. */
export interface Replayed {
  at: string;
  lines: number;
  /** What held mail back and was not known here. */
  held: number;
  /** People who will be forgotten once more. */
  people: number;
}

const batch = 2000;

/** Writes the list; it has its name when it is whole. @returns how many lines it has */
export async function writeStops(store: Store, path: string, secret: string): Promise<number> {
  const part = `${path}.part`;
  const file = await open(part, 'w', 0o600);
  try {
    const mac = macOf(secret);
    const write = async (lines: readonly object[]) => {
      const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
      mac.update(text);
      await file.write(text);
    };
    // What is said while it is written may be in it or not, so it says when it was begun.
    const at = new Date(new SystemClock().now()).toISOString();
    const head: Head = { beckon: 'stops', version: 1, at, madeBy: readVersion(), installation: placeOf(secret) };
    await write([head]);
    let lines = 0;
    for await (const page of stopsOf(store, secret)) {
      lines += page.length;
      await write(page);
    }
    await file.write(`${JSON.stringify({ kind: 'end', lines, mac: mac.digest('base64url') })}\n`);
    await file.sync();
    await file.close();
    await rename(part, path);
    return lines;
  } catch (error) {
    await file.close().catch(() => {});
    await rm(part, { force: true });
    throw error;
  }
}

async function* stopsOf(store: Store, secret: string): AsyncGenerator<Stop[]> {
  yield* mailStops(store);
  for await (const page of withdrawnConsents(store)) yield page.map((one) => withdrawnStop(secret, one));
  for await (const page of keptErasures(store, secret)) yield page.map((one) => ({ kind: 'erased', ...one }));
}

/**
 * Makes a list hold in this database. Nothing of it takes effect before all of it was found to be as it was written; cut off, it is done
 * again from the beginning, which changes nothing more. The mail's part comes first.
 *
 * @throws STOPS_UNREADABLE
 */
export async function replayStops(store: Store, path: string, secret: string): Promise<Replayed> {
  const { head, lines } = await inspectStops(path, secret);
  const clock = new SystemClock();
  const ids = new UuidIds(clock, new SystemRandom());
  const erasures: KeptErasure[] = [];
  const withdrawn = new Map<string, Withdrawn>();
  let held = 0;
  for await (const page of pagesOf(path)) {
    const mails = page.flatMap((stop) => (stop.kind === 'erased' ? [] : [stop]));
    for (const stop of page) {
      if (stop.kind === 'erased') erasures.push(stop);
      if (stop.kind === 'withdrawn') withdrawn.set(stop.key, stop);
    }
    held += await store.inTransaction((tx) => holdMail(tx, mails, clock.now()));
    point('stops.held');
  }
  await withdrawAgain({ log: new EventLog({ store, ids }), store, secret, now: clock.now() }, withdrawn);
  const jobs = new Jobs({ store, clock, ids });
  const people = await repeatErasures({ store, clock, jobs, secret }, erasures);
  return { at: head.at, lines, held, people };
}

type Withdrawn = Extract<MailStop, { kind: 'withdrawn' }>;

/** Tells the log what people had told it, so that they are again who does not want mail, and a new consent is one. */
async function withdrawAgain(
  { log, store, secret, now }: { log: EventLog; store: Store; secret: string; now: number },
  withdrawn: ReadonlyMap<string, Withdrawn>,
): Promise<void> {
  if (withdrawn.size === 0) return;
  const keySecret = addressSecretOf(secret);
  for await (const page of everybody(store)) {
    const addresses = page.flatMap(({ names }) => names.filter(({ namespace }) => namespace === 'email'));
    const events = addresses.flatMap((name): ShopEvent[] => {
      const stop = withdrawn.get(addressKey(keySecret, name.id));
      if (!stop) return [];
      const when = { happenedAt: Math.min(stop.at, now), receivedAt: now, level: 3 as const };
      const consent = Object.fromEntries(stop.purposes.map((purpose) => [purpose, 'out' as const]));
      const who = { visitor: `email:${name.id}`, identities: [name] };
      return [
        { id: `${stop.key}:${stop.at}`, source: 'restore', types: ['profile.asserted'], ...when, ...who, consent },
      ];
    });
    if (events.length > 0) await store.inTransaction((tx) => log.append(tx, events));
    point('stops.withdrawn');
  }
}

/** Reads all of it and changes nothing. @throws STOPS_UNREADABLE */
export async function inspectStops(path: string, secret: string): Promise<{ head: Head; lines: number }> {
  const mac = macOf(secret);
  let head: Head | null = null;
  let end: { lines: number; mac: string } | null = null;
  let lines = -1;
  for await (const text of linesOf(path)) {
    const line = parsed(text);
    if (head === null) {
      if (line?.['beckon'] !== 'stops' || line['version'] !== 1) throw unreadable(path, 'is no list of stops');
      head = line as unknown as Head;
      if (head.installation !== placeOf(secret)) throw unreadable(path, 'is of another secret than the one found now');
    } else if (end !== null || line === null) throw unreadable(path, 'is not as it was written');
    if (line?.['kind'] === 'end') end = line as unknown as { lines: number; mac: string };
    else {
      lines++;
      mac.update(`${text}\n`);
    }
  }
  if (head === null || end === null || end.lines !== lines || end.mac !== mac.digest('base64url'))
    throw unreadable(path, 'is not as it was written, or was cut off');
  return { head, lines };
}

async function* pagesOf(path: string): AsyncGenerator<Stop[]> {
  let page: Stop[] = [];
  for await (const text of linesOf(path)) {
    const line = JSON.parse(text) as Stop | Head | { kind: 'end' };
    if (!('kind' in line) || line.kind === 'end') continue;
    page.push(line);
    if (page.length < batch) continue;
    yield page;
    page = [];
  }
  yield page;
}

function linesOf(path: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(path), crlfDelay: Infinity });
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
}

function macOf(secret: string): Hmac {
  return createHmac('sha256', hmac(secret, 'beckon stops v1'));
}

function placeOf(secret: string): string {
  return hmac(secret, 'beckon stops v1 installation');
}

function unreadable(path: string, why: string): BeckonError {
  return new BeckonError(errors.STOPS_UNREADABLE, `The list ${basename(path)} ${why}`);
}
