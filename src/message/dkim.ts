import { createHash, createPrivateKey, sign, type KeyObject } from 'node:crypto';

/**
 * DKIM (RFC 6376) over finished mails: relaxed/relaxed, SHA-256, no `l=`, with an RSA key, an Ed25519 key (RFC 8463) or
 * both. From, To, Subject and Date are oversigned: the signature says that there is no second one, so none can be added
 * on the way (trust §1.3).
 */
export interface DkimKey {
  domain: string;
  selector: string;
  key: KeyObject;
}

/** Fields that are signed where a mail has them. The list pair makes one-click valid (RFC 8058 §3.1, row 14). */
const signed = [
  'from',
  'to',
  'subject',
  'date',
  'message-id',
  'reply-to',
  'mime-version',
  'content-type',
  'list-id',
  'list-unsubscribe',
  'list-unsubscribe-post',
  'feedback-id',
  'auto-submitted',
  'cfbl-address',
  'x-beckon-msg',
];
const oversigned = ['from', 'to', 'subject', 'date'];

/** The algorithm's name in a signature, from the kind of key. */
const algorithms: Record<string, string> = { rsa: 'rsa-sha256', ed25519: 'ed25519-sha256' };

/** @throws a plain Error that says what is wrong with it */
export function dkimKey(given: { domain: string; selector: string; pem: string }): DkimKey {
  let key: KeyObject;
  try {
    key = createPrivateKey(given.pem);
  } catch {
    throw new Error('the DKIM key is no private key in PEM');
  }
  const kind = key.asymmetricKeyType ?? '';
  if (!algorithms[kind]) throw new Error(`the DKIM key is of the kind ${kind}, and must be RSA or Ed25519`);
  if (kind === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) < 1024)
    throw new Error('the DKIM key has fewer than 1024 bits');
  return { domain: given.domain, selector: given.selector, key };
}

/** The mail with a signature of each key before it. @param headerLength octets of the header without its empty line */
export async function signMail(
  mail: { raw: Buffer; headerLength: number },
  keys: readonly DkimKey[],
  at: number,
): Promise<{ raw: Buffer; headerLength: number }> {
  if (keys.length === 0) return mail;
  const body = canonicalBody(mail.raw.subarray(mail.headerLength + 2));
  const bodyHash = createHash('sha256').update(body).digest('base64');
  const fields = fieldsOf(mail.raw.toString('utf8', 0, mail.headerLength));
  const signatures = await Promise.all(keys.map((key) => signature(key, { fields, bodyHash, at })));
  const front = Buffer.from(signatures.join(''), 'latin1');
  return { raw: Buffer.concat([front, mail.raw]), headerLength: mail.headerLength + front.length };
}

async function signature(
  { domain, selector, key }: DkimKey,
  over: { fields: readonly Field[]; bodyHash: string; at: number },
): Promise<string> {
  const present = signed.filter((name) => over.fields.some((field) => field.name === name));
  const names = [...present, ...oversigned];
  const head = [
    `DKIM-Signature: v=1; a=${algorithms[key.asymmetricKeyType!]}; c=relaxed/relaxed; d=${domain};`,
    ` s=${selector}; t=${Math.floor(over.at / 1000)}; q=dns/txt;`,
    ` h=${namesFolded(names)};`,
    ` bh=${over.bodyHash};`,
    ' b=',
  ].join('\r\n');
  const text = present.map((name) => over.fields.find((field) => field.name === name)!.canonical).join('');
  const made = await signed256(key, `${text}${canonicalField(head)!.canonical.slice(0, -2)}`);
  return `${head}${made.replace(/.{72}(?=.)/g, '$&\r\n ')}\r\n`;
}

function namesFolded(names: readonly string[]): string {
  let [text, column] = ['', 3];
  for (const [n, name] of names.entries()) {
    const piece = n === 0 ? name : `:${name}`;
    if (column + piece.length > 74) [text, column] = [`${text}\r\n `, 1];
    text += piece;
    column += piece.length;
  }
  return text;
}

/** RSA signs the text, Ed25519 the hash of it (RFC 8463 §3); in the pool of threads, so that mails are signed side by side. */
function signed256(key: KeyObject, text: string): Promise<string> {
  const rsa = key.asymmetricKeyType === 'rsa';
  const data = Buffer.from(text, 'utf8');
  return new Promise((resolve, reject) => {
    sign(rsa ? 'sha256' : null, rsa ? data : createHash('sha256').update(data).digest(), key, (error, made) => {
      if (error) reject(error);
      else resolve(made.toString('base64'));
    });
  });
}

interface Field {
  name: string;
  /** `name:value` with its CRLF, relaxed. */
  canonical: string;
}

function fieldsOf(header: string): Field[] {
  return header
    .split(/\r\n(?![ \t])/)
    .map(canonicalField)
    .filter((field) => field !== null)
    .reverse(); // of several of one name the lowest is signed first (RFC 6376 §5.4.2)
}

/** RFC 6376 §3.4.2. */
function canonicalField(text: string): Field | null {
  const colon = text.indexOf(':');
  if (colon < 1) return null;
  const name = text.slice(0, colon).trim().toLowerCase();
  const value = text
    .slice(colon + 1)
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ')
    .trim();
  return { name, canonical: `${name}:${value}\r\n` };
}

/** RFC 6376 §3.4.4: no blanks at the end of lines, runs of blanks are one, no empty lines at the end. */
export function canonicalBody(body: Buffer): Buffer {
  if (body.length === 0) return body;
  // Our own bodies are base64 and boundaries: no blanks but in part headers, where each is single, and one CRLF at the end.
  if (
    body.length > 2 &&
    !body.includes('\t') &&
    !body.includes('  ') &&
    !body.includes(' \r\n') &&
    !body.subarray(-4).equals(fourEnds)
  ) {
    return body.subarray(-2).equals(lineEnd) ? body : Buffer.concat([body, lineEnd]);
  }
  const lines = body
    .toString('latin1')
    .replace(/[ \t]+/g, ' ')
    .replace(/ (?=\r\n|$)/g, '')
    .replace(/(?:\r\n)*$/, '');
  return Buffer.from(lines === '' ? '' : `${lines}\r\n`, 'latin1');
}

const lineEnd = Buffer.from('\r\n');
const fourEnds = Buffer.from('\r\n\r\n');
