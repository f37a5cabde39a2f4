/**
 * Reads a mail that came to us as a tree of parts. Everything in it is a stranger's word, so each measure has an end:
 * what is beyond it is left out, never an error. mailparser is not used here: it takes the parts of a delivery report
 * for attachments and decodes what nobody asks for.
 */
export interface MailPart {
  /** By lower-case name, unfolded, in their order. */
  headers: ReadonlyMap<string, readonly string[]>;
  /** `text/plain`, in lower case. */
  type: string;
  parameters: Readonly<Record<string, string>>;
  /** Decoded text of a leaf; empty for a multipart. */
  text: string;
  parts: readonly MailPart[];
}

const limits = { octets: 2 * 1024 * 1024, depth: 6, parts: 60, headers: 400, text: 256 * 1024 };

/** Reads a whole mail. Never throws: what is no mail is one part with some text. */
export function readMail(raw: Buffer): MailPart {
  const whole = raw.subarray(0, limits.octets).toString('latin1').replace(/\r\n?/g, '\n');
  return readPart(whole, { depth: 0, left: { parts: limits.parts } });
}

/** The first value of a header, or undefined. */
export function headerOf(part: MailPart, name: string): string | undefined {
  return part.headers.get(name)?.[0];
}

/** All parts, the outermost first. */
export function partsOf(part: MailPart): MailPart[] {
  return [part, ...part.parts.flatMap(partsOf)];
}

interface Room {
  depth: number;
  left: { parts: number };
}

function readPart(source: string, room: Room): MailPart {
  const end = source.startsWith('\n') ? 0 : source.indexOf('\n\n');
  const head = end < 0 ? source : source.slice(0, end);
  const body = end < 0 ? '' : source.slice(end === 0 ? 1 : end + 2);
  const headers = readHeaders(head);
  const { value, parameters } = readParameters(headers.get('content-type')?.[0] ?? 'text/plain');
  const type = value === '' ? 'text/plain' : value;
  const made = { headers, type, parameters };
  const within = childrenOf(body, { type, boundary: parameters['boundary'] });
  if (within === null || room.depth >= limits.depth) return { ...made, text: decode(body, made), parts: [] };
  const parts: MailPart[] = [];
  for (const one of within) {
    if (room.left.parts-- <= 0) break;
    parts.push(readPart(one, { ...room, depth: room.depth + 1 }));
  }
  return { ...made, text: '', parts };
}

/** The parts of a multipart, or the mail within a mail; null for a leaf. */
function childrenOf(body: string, { type, boundary }: { type: string; boundary: string | undefined }): string[] | null {
  if (type === 'message/rfc822' || type === 'message/global') return [body];
  if (!type.startsWith('multipart/') || !boundary) return null;
  const pieces = `\n${body}`.split(`\n--${boundary}`);
  const inner: string[] = [];
  for (const piece of pieces.slice(1)) {
    if (piece.startsWith('--')) break;
    inner.push(piece.replace(/^[ \t]*\n/, ''));
  }
  return inner;
}

/** Fields of a header, of which a line that begins with white space goes on; also those of a delivery report. */
export function readHeaders(head: string): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  let [name, count] = ['', 0];
  for (const line of head.split('\n')) {
    if (/^[ \t]/.test(line)) {
      const values = headers.get(name);
      if (values && values.at(-1)!.length < 8192) values.push(`${values.pop()!} ${line.trim()}`);
      continue;
    }
    const found = /^([!-9;-~]{1,100})[ \t]*:(.*)$/.exec(line);
    if (!found || ++count > limits.headers) {
      name = '';
      continue;
    }
    name = found[1]!.toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), found[2]!.trim()]);
  }
  return headers;
}

/** `multipart/report; report-type="delivery-status"` → its value and parameters, in lower-case names. */
export function readParameters(text: string): { value: string; parameters: Record<string, string> } {
  const value = text.split(';', 1)[0]!.trim().toLowerCase();
  const parameters: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [, name, quoted, bare] of text.matchAll(/;\s*([\w-]{1,60})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]*))/g)) {
    parameters[name!.toLowerCase()] ??= quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '';
  }
  return { value, parameters };
}

function decode(body: string, part: Pick<MailPart, 'headers' | 'parameters'>): string {
  const coding = (part.headers.get('content-transfer-encoding')?.[0] ?? '').toLowerCase();
  const cut = body.slice(0, limits.text * 2);
  const octets =
    coding === 'base64'
      ? Buffer.from(cut, 'base64')
      : Buffer.from(coding === 'quoted-printable' ? unquoted(cut) : cut, 'latin1');
  return inCharset(octets, part.parameters['charset']).slice(0, limits.text);
}

function unquoted(text: string): string {
  return text
    .replace(/=[ \t]*\n/g, '')
    .replace(/=([0-9A-F]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function inCharset(octets: Buffer, charset: string | undefined): string {
  try {
    return new TextDecoder(charset ?? 'utf-8').decode(octets);
  } catch {
    return octets.toString('latin1'); // a name of a charset that nobody knows
  }
}
