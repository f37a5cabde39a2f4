import { BeckonError } from '../base/index.ts';
import { errors } from './error.ts';
import { asObject, parseJson, type JsonLimits } from './json.ts';

/** A message of a batch as it came; `fault` when it could not be read. */
export interface RawMessage {
  value?: unknown;
  fault?: BeckonError;
}

/** A body of the Tracking API: what it says once for all, and its messages. */
export interface SegmentBody {
  head: Record<string, unknown>;
  messages: RawMessage[];
}

/** A message has ten levels of its own and lies two deep in its batch. */
const messageLimits: JsonLimits = { depth: 12, keys: 200, text: 32 * 1024, key: 128 };
const batchLimits: JsonLimits = { ...messageLimits, depth: messageLimits.depth + 2 };
const maxMessages = 1000;
const maxMessageCharacters = 256 * 1024;

/** A body with one message. Throws API_JSON_…, API_INPUT_INVALID and SEGMENT_BODY_TOO_LARGE. */
export function readSingle(text: string): SegmentBody {
  if (text.length > maxMessageCharacters) throw tooLarge(`A message of ${text.length} characters`);
  const head = asObject(parseJson(text, messageLimits));
  if (!head) throw new BeckonError(errors.API_INPUT_INVALID, 'The body is not a JSON object');
  return { head, messages: [{ value: head }] };
}

/**
 * A body with `batch`. What is wrong inside one message (a key twice, `__proto__`, too deep, too long) costs that message
 * alone; a body that is not JSON or has no list costs the call, as libraries expect of a 400.
 *
 * @throws API_JSON_UNREADABLE, API_INPUT_INVALID, SEGMENT_BODY_TOO_LARGE
 */
export function readBatch(text: string): SegmentBody {
  const { head, messages } = readWhole(text) ?? readApart(text);
  if (messages.length > maxMessages) {
    throw tooLarge(`${messages.length} messages in one batch; ${maxMessages} are allowed: a batch so long`);
  }
  return { head, messages };
}

function readWhole(text: string): SegmentBody | null {
  let head: Record<string, unknown> | undefined;
  try {
    head = asObject(parseJson(text, batchLimits));
  } catch (error) {
    if (error instanceof BeckonError) return null;
    throw error;
  }
  if (!Array.isArray(head?.['batch'])) throw noBatch();
  // Its size is only worth knowing where the whole body is larger than one message may be.
  const large = text.length > maxMessageCharacters;
  return { head: head!, messages: (head!['batch'] as unknown[]).map((value) => (large ? sized(value) : { value })) };
}

function sized(value: unknown): RawMessage {
  return JSON.stringify(value).length <= maxMessageCharacters ? { value } : { fault: tooLarge('This message') };
}

/** Reads each message by itself, and the rest of the body without them. */
function readApart(text: string): SegmentBody {
  const found = findBatch(text);
  if (!found) {
    parseJson(text, batchLimits); // says what is wrong, and where
    throw noBatch();
  }
  const head = asObject(parseJson(`${text.slice(0, found.from)}[]${text.slice(found.to)}`, batchLimits));
  if (!head) throw noBatch();
  return { head, messages: found.slices.map(([from, to]) => readAlone(text.slice(from, to))) };
}

function readAlone(text: string): RawMessage {
  if (text.length > maxMessageCharacters) return { fault: tooLarge('This message') };
  try {
    return { value: parseJson(text, messageLimits) };
  } catch (error) {
    if (error instanceof BeckonError) return { fault: error };
    throw error;
  }
}

interface Found {
  /** Place of the list itself. */
  from: number;
  to: number;
  slices: [from: number, to: number][];
}

/** Where the list `batch` of the outermost object stands, and each of its values; null when the brackets do not close. */
function findBatch(text: string): Found | null {
  let depth = 0;
  let key = '';
  let from = -1;
  let start = -1;
  const slices: [number, number][] = [];
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!;
    if (sign === '"') {
      const end = endOfText(text, at);
      if (end < 0) return null;
      if (depth === 1) key = text.slice(at + 1, end);
      at = end;
    } else if (sign === '{' || sign === '[') {
      depth++;
      if (from < 0 && depth === 2 && sign === '[' && key === 'batch') [from, start] = [at, at + 1];
    } else if (sign === '}' || sign === ']') {
      depth--;
      if (from >= 0 && depth === 1) return { from, to: at + 1, slices: closed(text, slices, [start, at]) };
    } else if (sign === ',' && from >= 0 && depth === 2) {
      slices.push([start, at]);
      start = at + 1;
    }
  }
  return null;
}

/** The last slice counts unless the list is empty. */
function closed(text: string, slices: [number, number][], last: [number, number]): [number, number][] {
  return slices.length === 0 && text.slice(...last).trim() === '' ? [] : [...slices, last];
}

function endOfText(text: string, at: number): number {
  for (let end = at + 1; end < text.length; end++) {
    if (text[end] === '\\') end++;
    else if (text[end] === '"') return end;
  }
  return -1;
}

function noBatch(): BeckonError {
  return new BeckonError(errors.API_INPUT_INVALID, 'The body has no list "batch"', { where: 'batch' });
}

/** Status 400, not 413: every library takes that for "do not send this again". */
export function tooLarge(what: string): BeckonError {
  return new BeckonError(errors.SEGMENT_BODY_TOO_LARGE, `${what} is larger than this door takes`);
}
