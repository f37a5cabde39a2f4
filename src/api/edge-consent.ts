import { asList, asObject, asText, dig } from './json.ts';

/** What a set-consent call says of the device: purposes of design §7 "Identity". */
export interface StatedConsent {
  collect?: 'in' | 'out';
  personalize?: 'in' | 'out';
}

/** Why a consent was refused: Adobe's own codes (edge-protocol §7). */
export interface ConsentFault {
  code: 'EXEG-0102-400' | 'EXEG-0103-400' | 'EXEG-0104-422';
  status: 400 | 422;
  detail: string;
}

/**
 * `consent[]` → purposes. A browser speaks for its own device only: it can never give consent to mail (trust.md §3.5),
 * so marketing purposes in it are not read.
 */
export function readConsent(list: unknown): StatedConsent | ConsentFault {
  const entries = asList(list).slice(0, 10);
  if (entries.length === 0) return fault('EXEG-0103-400', 'The request has no consent');
  const stated: StatedConsent = {};
  for (const entry of entries) {
    const standard = asText(dig(entry, 'standard'), 32) ?? '';
    const version = asText(dig(entry, 'version'), 8) ?? '';
    const value = dig(entry, 'value');
    const found = readOne(`${standard.toLowerCase()} ${version}`, value, dig(entry, 'gdprApplies'));
    if (found === 'unknown')
      return fault('EXEG-0102-400', `Consent standard "${standard}" version "${version}" is not known`);
    if (value === undefined || value === null)
      return fault('EXEG-0103-400', `The consent of standard ${standard} has no value`);
    if (found === 'invalid') return fault('EXEG-0104-422', `The consent value of standard ${standard} is not valid`);
    Object.assign(stated, found);
  }
  return stated;
}

/** Is it a refusal? */
export function isFault(read: StatedConsent | ConsentFault): read is ConsentFault {
  return 'code' in read;
}

function fault(code: ConsentFault['code'], detail: string): ConsentFault {
  return { code, status: code === 'EXEG-0104-422' ? 422 : 400, detail };
}

function readOne(kind: string, value: unknown, gdprApplies: unknown): StatedConsent | 'unknown' | 'invalid' {
  if (kind === 'adobe 1.0') {
    const general = dig(value, 'general');
    return general === 'in' || general === 'out' ? { collect: general } : 'invalid';
  }
  if (kind === 'adobe 2.0') return readAdobe2(value);
  if (kind === 'iab tcf 2.0' || kind === 'iab tcf 2.1' || kind === 'iab tcf 2.2') return readTcf(value, gdprApplies);
  return 'unknown';
}

function readAdobe2(value: unknown): StatedConsent | 'invalid' {
  if (!asObject(value)) return 'invalid';
  const stated: StatedConsent = {};
  const collect = dig(value, 'collect', 'val');
  const personalize = dig(value, 'personalize', 'content', 'val');
  if (![collect, personalize].every((val) => val === undefined || val === 'y' || val === 'n')) return 'invalid';
  if (collect !== undefined) stated.collect = collect === 'y' ? 'in' : 'out';
  if (personalize !== undefined) stated.personalize = personalize === 'y' ? 'in' : 'out';
  return stated;
}

/** TCF v2: purpose 1 (store on the device) is asked for collecting, purpose 5/6 (personalised content) for showing. */
function readTcf(value: unknown, gdprApplies: unknown): StatedConsent | 'invalid' {
  if (gdprApplies === false) return { collect: 'in', personalize: 'in' };
  if (typeof value !== 'string' || value.length > 8192) return 'invalid';
  const core = Buffer.from(value.split('.', 1)[0]!, 'base64url');
  if (core.length < 22 || core[0]! >> 2 !== 2) return 'invalid';
  // Purposes consent: 24 bits from bit 152 (IAB TCF v2, core string).
  const given = (purpose: number) => {
    const bit = 152 + purpose - 1;
    return ((core[bit >> 3]! >> (7 - (bit & 7))) & 1) === 1;
  };
  return { collect: given(1) ? 'in' : 'out', personalize: given(5) || given(6) ? 'in' : 'out' };
}

/** The value of the consent cookie, `a=b;c=d` → general, if it says. */
export function generalOf(cookie: string | undefined): 'in' | 'out' | undefined {
  const found = /(?:^|;)\s*general=(in|out)\s*(?:;|$)/.exec(cookie ?? '')?.[1];
  return found === 'in' || found === 'out' ? found : undefined;
}
