import type { Clock } from '../base/index.ts';
import { HttpTransport, type HttpProvider } from './transport-http.ts';
import { mailgun, postmark, resend, sendgrid, ses } from './transport-provider.ts';
import { SmtpTransport } from './transport-smtp.ts';
import type { Transport } from './transport.ts';

/**
 * The way out that an address names: `smtp://…`, `ses://ID:SECRET@eu-west-1`, `postmark://TOKEN@api.postmarkapp.com?stream=…`,
 * `sendgrid://KEY@api.sendgrid.com`, `mailgun://KEY@api.eu.mailgun.net/mail.shop.example`, `resend://KEY@api.resend.com`.
 * A provider on this very machine is spoken to without TLS. Throws an Error that says what is missing.
 */
export function openWay(address: string, clock: Clock): Transport {
  const url = new URL(address);
  if (url.protocol === 'smtp:' || url.protocol === 'smtps:') return new SmtpTransport({ url: address });
  const near = /^(127\.|localhost$|\[::1\]$)/.test(url.hostname);
  const { provider, host } = providerOf(url, clock);
  const connections = Number(url.searchParams.get('connections') ?? 5);
  return new HttpTransport(provider, {
    origin: `${near ? 'http' : 'https'}://${host}`,
    width: Number.isInteger(connections) && connections > 0 ? connections : 5,
  });
}

function providerOf(url: URL, clock: Clock): { provider: HttpProvider; host: string } {
  const key = decodeURIComponent(url.username);
  if (key === '') throw new Error(`${url.protocol}// has no key before the @`);
  const { host } = url;
  switch (url.protocol) {
    case 'postmark:':
      return { host, provider: postmark({ token: key, stream: url.searchParams.get('stream') }) };
    case 'sendgrid:':
      return { host, provider: sendgrid({ key }) };
    case 'resend:':
      return { host, provider: resend({ key }) };
    case 'mailgun:': {
      const domain = url.pathname.replace(/^\/|\/$/g, '');
      if (domain === '')
        throw new Error('mailgun:// has no sending domain: mailgun://KEY@api.mailgun.net/mail.shop.example');
      return { host, provider: mailgun({ key, domain }) };
    }
    case 'ses:': {
      const secret = decodeURIComponent(url.password);
      if (secret === '') throw new Error('ses:// has no secret: ses://ID:SECRET@eu-west-1');
      // A name without a dot is a region; a host is for trying it out.
      const isRegion = !host.includes('.') && !host.includes(':');
      const region = isRegion ? host : (url.searchParams.get('region') ?? 'us-east-1');
      const at = isRegion ? `email.${region}.amazonaws.com` : host;
      return { host: at, provider: ses({ id: key, secret, region, clock, host: at }) };
    }
    default:
      throw new Error(`${url.protocol}// is no way out for mail`);
  }
}
