import { BeckonError } from '../base/index.ts';
import { usualGuard, type FeedGuard, type FeedSettings } from './feed.ts';
import { feedErrors } from './feed-error.ts';
import { checkHeaders, vetted } from './feed-fetch.ts';
import { compileMapping, mappedFields, type FeedMapping } from './feed-mapping.ts';
import { usualReading, type ReadOptions } from './feed-read.ts';
import { checkSchedule, type FeedSchedule } from './feed-schedule.ts';
import { checkEnvironmentName } from './input.ts';

/** A feed as a door gives it; what is left out stays as it was, null clears. */
export interface FeedInput {
  name?: string;
  url?: string | null;
  schedule?: FeedSchedule | null;
  paused?: boolean;
  mode?: 'merge' | 'replace';
  environment?: string | null;
  reading?: Partial<ReadOptions>;
  mapping?: FeedMapping | null;
  guard?: Partial<FeedGuard>;
  /** Kept sealed and never shown; null takes them away. */
  user?: string | null;
  password?: string | null;
  headers?: Record<string, string> | null;
}

const fresh: FeedSettings = {
  url: null,
  schedule: null,
  paused: false,
  mode: 'merge',
  environment: null,
  reading: usualReading,
  mapping: null,
  guard: usualGuard,
};

/**
 * The settings of a feed after a change, checked. Pure.
 *
 * @throws FEED_SETTINGS_INVALID, FEED_URL_REFUSED
 */
export function settingsAfter(
  before: FeedSettings | null,
  input: FeedInput,
  { now, allowed }: { now: number; allowed: ReadonlySet<string> },
): FeedSettings {
  const old = before ?? fresh;
  const settings: FeedSettings = {
    url: input.url === undefined ? old.url : input.url,
    schedule: input.schedule === undefined ? old.schedule : input.schedule,
    paused: input.paused ?? old.paused,
    mode: input.mode ?? old.mode,
    environment: input.environment === undefined ? old.environment : input.environment,
    reading: { ...old.reading, ...input.reading },
    mapping: input.mapping === undefined ? old.mapping : input.mapping,
    guard: { ...old.guard, ...input.guard },
  };
  if (settings.url !== null) vetted(settings.url, allowed);
  if (settings.schedule !== null) {
    if (settings.url === null) throw invalid('A schedule needs an address to ask', 'schedule');
    settings.schedule = checkSchedule(settings.schedule, now);
  }
  if (settings.environment !== null) checkEnvironmentName(settings.environment);
  if (settings.mapping !== null) checkMapping(settings.mapping);
  checkReading(settings.reading);
  if (input.headers) checkHeaders(input.headers);
  if (input.user?.includes(':')) throw invalid('A user name cannot hold a colon', 'user');
  return settings;
}

function checkReading({ encoding, element }: ReadOptions): void {
  if (encoding !== null && !isEncoding(encoding)) {
    throw invalid(`The encoding "${encoding}" is not known`, 'reading.encoding');
  }
  if (element !== null && !/^[A-Za-z_][\w.-]{0,99}$/.test(element)) {
    throw invalid(`"${element}" is no name of an XML element without its namespace`, 'reading.element');
  }
}

function isEncoding(name: string): boolean {
  try {
    return new TextDecoder(name).encoding !== '';
  } catch {
    return false;
  }
}

function checkMapping(mapping: FeedMapping): void {
  for (const [field, { column, expression }] of Object.entries(mapping.fields)) {
    const where = `mapping.fields.${field}`;
    const isAttribute = /^attributes\.[^\p{Cc}]{1,100}$/u.test(field) && field !== 'attributes.__proto__';
    if (!isAttribute && !mappedFields.some((known) => known === field)) {
      throw invalid(`"${field}" is no field of an item; there are ${mappedFields.join(', ')} and attributes.…`, where);
    }
    if (column === undefined && expression === undefined) {
      throw invalid(`"${field}" has neither a column nor an expression`, where);
    }
  }
  if (!Object.hasOwn(mapping.fields, 'id')) throw invalid('The mapping says nothing of the id', 'mapping.fields.id');
  compileMapping(mapping);
}

function invalid(why: string, where: string): BeckonError {
  return new BeckonError(feedErrors.FEED_SETTINGS_INVALID, why, { where });
}
