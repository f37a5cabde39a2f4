import { domainToASCII } from 'node:url';

/** Settings of mail that are more than one word each. */

/** A setting as it was given. */
export interface Given {
  value: string;
  /** How it was given, for messages: "--port" or "BECKON_PORT". */
  as: string;
}

/** What an address of a way out for mail may begin with. */
export const wayProtocols = ['smtp:', 'smtps:', 'ses:', 'postmark:', 'sendgrid:', 'mailgun:', 'resend:'];

/** Makes the error of a value that cannot be. */
type Refuse = (as: string, value: string, why: string) => Error;

/** `news=postmark://TOKEN@api.postmarkapp.com,outlet=smtps://user:password@mail.example`. */
export function readWays({ as, value }: Given, refuse: Refuse): Record<string, string> {
  const ways = value.split(/,(?=\s*[a-z0-9-]+=)/).map((part) => {
    const found = /^\s*([a-z0-9][a-z0-9-]{0,59})=(\S+)\s*$/.exec(part);
    // The address may hold a password, so it is not repeated.
    if (!found) throw refuse(as, part.trim().split('=')[0]!, 'is not name=address of a way out');
    const [, name, url] = found as unknown as [string, string, string];
    if (!URL.canParse(url) || !wayProtocols.includes(new URL(url).protocol))
      throw refuse(as, name, `does not lead to an address that begins with ${wayProtocols.join(', ')}`);
    return [name, url] as const;
  });
  return Object.fromEntries(ways);
}

/** Where a DKIM key lies. */
export interface DkimFile {
  selector: string;
  /** Null: the domain of the sender. */
  domain: string | null;
  path: string;
}

/** `bk1:/etc/beckon/dkim.pem,bk2@news.shop.example:key2.pem`. */
export function readDkim({ as, value }: Given, refuse: Refuse): DkimFile[] {
  return value.split(',').map((part) => {
    const found = /^\s*([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?:@([^:\s]+))?:(.+?)\s*$/i.exec(part);
    if (!found) throw refuse(as, part.trim(), 'is not selector:file.pem');
    const domain = found[2] === undefined ? null : readDomain({ as, value: found[2] }, refuse);
    return { selector: found[1]!, domain, path: found[3]! };
  });
}

/** A domain name in the letters of DNS. */
export function readDomain({ as, value }: Given, refuse: Refuse): string {
  const ascii = domainToASCII(value.trim());
  if (/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(ascii) && ascii.length <= 190) return ascii;
  throw refuse(as, value, 'is not a domain such as mail.shop.example');
}

/** `0.0.0.0:2525`, `[::]:25`. */
export function readListen({ as, value }: Given, refuse: Refuse): { host: string; port: number } {
  const found = /^(\[[0-9a-f:]+\]|[^:\s]+):(\d{1,5})$/i.exec(value.trim());
  const port = Number(found?.[2]);
  if (!found || port > 65_535) throw refuse(as, value, 'is not an address and a port: 0.0.0.0:2525');
  return { host: found[1]!.replace(/^\[|\]$/g, ''), port };
}
