import { BeckonError, defineErrors } from './base/index.ts';
import type { Given } from './settings-mail.ts';
import type { Settings } from './settings.ts';

/** How a setting is read from what was given; what cannot be is refused with SETTINGS_BAD_VALUE, naming flag or variable. */
export const errors = defineErrors({
  SETTINGS_UNKNOWN_COMMAND: { status: 400, mend: 'See the commands with: beckon help' },
  SETTINGS_UNKNOWN_FLAG: { status: 400, mend: 'See the flags with: beckon help' },
  SETTINGS_BAD_VALUE: { status: 400, mend: 'Correct the value; see: beckon help' },
  SETTINGS_SENDER_MISSING: {
    status: 400,
    mend: 'Set both: the sender as Name <address>, and the postal address that the law wants in every marketing mail',
  },
  SETTINGS_CLASH: { status: 400, mend: 'Leave one of the two out' },
  STOPS_UNREADABLE: {
    status: 400,
    mend: 'Take another list of stops (beckon export --stops), and the secret of the installation that it is of',
  },
  SERVER_PORT_IN_USE: { status: 500, mend: 'Stop what listens there, or choose another port with --port' },
  SERVER_PORT_CLOSED: {
    status: 500,
    mend: 'Choose a port above 1023 with --port, or an address of this machine with --host',
  },
});

/** A whole number of up to six digits. */
export function readCount(given: Given): number {
  if (!/^\d{1,6}$/.test(given.value)) throw bad(given.as, given.value, 'is not a whole number');
  return Number(given.value);
}

/** A share from 0 to 0.5. */
export function readShare(given: Given): number {
  const share = Number(given.value);
  if (!(share >= 0 && share <= 0.5)) throw bad(given.as, given.value, 'is no share from 0 to 0.5');
  return share;
}

/** `address=200,key=2000,visitors=20000,pace=1,loopback=on`: any of them, as `Rates` of the doors has them. */
export function readRates(given: Given): Settings['rates'] {
  const rates: Settings['rates'] = {};
  for (const pair of given.value.split(',')) {
    const [name, value = ''] = pair.split('=').map((part) => part.trim());
    const one = { ...given, value };
    if (name === 'address' || name === 'key' || name === 'pace') rates[name] = readCount(one);
    else if (name === 'visitors') rates.newVisitors = readCount(one);
    else if (name === 'loopback') rates.loopback = readSwitch(one);
    else throw bad(given.as, given.value, 'names no limit: address, key, visitors, pace, loopback');
  }
  return rates;
}

/** `files.internal,10.0.0.5:8443`: each as it stands in an address. */
export function readHosts(given: Given): string[] {
  return given.value.split(',').map((part) => {
    const host = part.trim().toLowerCase();
    if (
      host === '' ||
      !URL.canParse(`https://${host}/`) ||
      new URL(`https://${host}/`).host !== host.replace(/:443$/, '')
    ) {
      throw bad(given.as, given.value, 'names no hosts: files.internal,10.0.0.5:8443');
    }
    return host;
  });
}

/** Addresses and domains, in lower case. */
export function readRecipients(given: Given): string[] {
  return given.value.split(',').map((part) => {
    const one = part.trim().toLowerCase();
    if (!/^([^\s@,]+@)?[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(one))
      throw bad(given.as, given.value, 'names no addresses and domains: ada@shop.example,staging.example');
    return one;
  });
}

/** 0 takes any that is free. */
export function readPort(given: Given): number {
  if (!/^\d{1,5}$/.test(given.value) || Number(given.value) > 65_535)
    throw bad(given.as, given.value, 'is not a port (0 to 65535)');
  return Number(given.value);
}

/** `true`, `1`, `yes`, `on` and their opposites. */
export function readSwitch(given: Given): boolean {
  if (['1', 'true', 'yes', 'on'].includes(given.value.toLowerCase())) return true;
  if (['0', 'false', 'no', 'off'].includes(given.value.toLowerCase())) return false;
  throw bad(given.as, given.value, 'is neither true nor false');
}

/** One of the words there are; null when none was given. */
export function readChoice<T extends string>(given: Given | undefined, choices: readonly T[]): T | null {
  if (given === undefined) return null;
  const found = choices.find((choice) => choice === given.value);
  if (found === undefined) throw bad(given.as, given.value, `is not one of: ${choices.join(', ')}`);
  return found;
}

/** An address with one of these protocols; null when none was given. */
export function readUrl(given: Given | undefined, protocols: readonly string[]): string | null {
  if (given === undefined) return null;
  const url = URL.canParse(given.value) ? new URL(given.value) : null;
  if (url && protocols.includes(url.protocol) && url.hostname !== '') return given.value;
  // The value may hold a password, so it is not repeated.
  throw new BeckonError(errors.SETTINGS_BAD_VALUE, `${given.as} is not an address that begins with ${protocols[0]}//`);
}

/** A secret of 32 bytes or more; null when none was given. */
export function readSecretText(given: Given | undefined): string | null {
  if (given === undefined) return null;
  const bytes = Buffer.byteLength(given.value);
  if (bytes >= 32) return given.value;
  throw new BeckonError(errors.SETTINGS_BAD_VALUE, `${given.as} has ${bytes} bytes and needs at least 32`, {
    mend: 'Make one with: openssl rand -base64 32',
  });
}

/** `Name <address>`; null when none was given. */
export function readMailbox(given: Given | undefined): string | null {
  if (given === undefined) return null;
  if (/^[^\r\n]*[^\s<>@]+@[^\s<>@]+>?$/.test(given.value)) return given.value;
  throw bad(given.as, given.value, 'is not a mail address: Name <name@shop.example>');
}

/** A zone that this machine knows; null when none was given. */
export function readZone(given: Given | undefined): string | null {
  if (given === undefined) return null;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: given.value }).resolvedOptions().timeZone;
  } catch {
    throw bad(given.as, given.value, 'is not a time zone such as Europe/Stockholm');
  }
}

/** The error of a value that cannot be. */
export function bad(as: string, value: string, why: string): BeckonError {
  return new BeckonError(errors.SETTINGS_BAD_VALUE, `${as} ${value === '' ? '' : `"${value}" `}${why}`, { where: as });
}
