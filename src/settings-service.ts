import type { Given } from './settings-mail.ts';
import type { ServiceSettings } from './team/index.ts';

/**
 * `https://CLIENT_ID:CLIENT_SECRET@login.shop.example/realm`: who signs members in, by OpenID Connect. Plain http on the
 * machine itself only.
 *
 * @param refuse makes the error of a value that cannot be; the value holds a secret, so it is not repeated
 */
export function readService(given: Given, refuse: (as: string, value: string, why: string) => Error): ServiceSettings {
  const url = URL.canParse(given.value) ? new URL(given.value) : null;
  const isSafe =
    url?.protocol === 'https:' ||
    (url?.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname));
  if (!url || !isSafe || url.username === '' || url.password === '')
    throw refuse(given.as, '', 'is not https://CLIENT_ID:CLIENT_SECRET@issuer');
  const [clientId, clientSecret] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  url.username = '';
  url.password = '';
  return { issuer: url.href.replace(/\/$/, ''), clientId, clientSecret };
}
