import { constants, createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { BeckonError, durationMs, sha256 } from '../base/index.ts';
import type { RenderOptions } from '../language/index.ts';
import { filledBody } from './action.ts';
import type { Token } from './definition.ts';
import { errors } from './error.ts';

/** A JWT by which a service is asked for a token, signed with a key of ours (RFC 7523; journeys C6). */

const usual = 'PT5M';
/** The kind of key that each algorithm signs with, and how. */
const algorithms = {
  RS256: { kind: 'rsa', how: {} },
  PS256: { kind: 'rsa', how: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } },
  ES256: { kind: 'ec', how: { dsaEncoding: 'ieee-p1363' } },
} as const;

export interface AssertionParts {
  secrets: ReadonlyMap<string, string>;
  options: RenderOptions;
  /** The machine's time, UTC ms: the service compares it with its own. */
  real: number;
}

/** @throws ACTION_KEY_UNREADABLE, and what the language throws */
export function assertionOf(asked: NonNullable<Token['assertion']>, parts: AssertionParts): string {
  const { algorithm = 'RS256', keyId, claims, lasts = usual } = asked;
  const { secrets, options, real } = parts;
  const scope = { secret: Object.fromEntries(secrets) };
  const said = filledBody(claims, { scope, options, keepsNull: false }) as Record<string, unknown>;
  const iat = Math.floor(real / 1000);
  const exp = iat + Math.round(durationMs(lasts) / 1000);
  const body = { ...said, iat, exp };
  const jti = sha256(JSON.stringify([real, body])).slice(0, 32);
  const head = { alg: algorithm, typ: 'JWT', ...(keyId === undefined ? {} : { kid: keyId }) };
  const signed = [head, { ...body, jti }].map((part) => base64url(JSON.stringify(part))).join('.');
  const { kind, how } = algorithms[algorithm];
  const key = keyOf(secrets.get(asked.key) ?? '', kind);
  return `${signed}.${sign('sha256', Buffer.from(signed), { key, ...how }).toString('base64url')}`;
}

function keyOf(pem: string, kind: 'rsa' | 'ec'): KeyObject {
  const key = readKey(pem);
  const isOf = key?.asymmetricKeyType === kind;
  const isCurve = kind !== 'ec' || key?.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  if (key !== null && isOf && isCurve) return key;
  const wanted = kind === 'rsa' ? 'an RSA key' : 'a key of the curve P-256';
  throw new BeckonError(errors.ACTION_KEY_UNREADABLE, `The secret that signs the assertion is not ${wanted} as PEM`);
}

function readKey(pem: string): KeyObject | null {
  try {
    return createPrivateKey(pem);
  } catch {
    return null;
  }
}

function base64url(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64url');
}
