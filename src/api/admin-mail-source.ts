import { Type, type TSchema } from 'typebox';
import { BeckonError } from '../base/index.ts';
import { MailSourceInput, MailSourceView } from './contract-mail.ts';
import type { Door } from './door.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

/** Doors to the providers that tell what became of mails. */
export function mailSourceDoors(make: Make, house: House): void {
  make({
    method: 'GET',
    path: '/mail-sources',
    scope: 'read',
    summary: 'Providers that tell what became of mails, with what they have told. Secrets are never shown.',
    answer: Type.Object({ sources: Type.Array(MailSourceView) }),
    work: async () => ({ sources: await house.mailSources.list() }),
  });
  make({
    method: 'GET',
    path: '/mail-sources/:key',
    scope: 'read',
    summary: 'One of them.',
    answer: MailSourceView,
    work: async (call) => (await house.mailSources.get(call.part('key'))) ?? missing(call.part('key')),
  });
  make({
    method: 'PUT',
    path: '/mail-sources/:key',
    scope: 'settings',
    summary: 'Make or change one; what is not given stays. The provider then posts to /hooks/mail/{key}.',
    body: MailSourceInput,
    answer: MailSourceView,
    work: async (call) => {
      const key = call.part('key');
      if (/^[A-Za-z0-9._-]{1,64}$/.test(key)) return house.mailSources.put(key, call.body);
      const why = `"${key}" cannot be the key of a mail source: letters, digits, . _ -`;
      throw new BeckonError(errors.API_INPUT_INVALID, why);
    },
  });
  make({
    method: 'DELETE',
    path: '/mail-sources/:key',
    scope: 'settings',
    summary: 'End one; the provider is then answered 404.',
    answer: Type.Object({ removed: Type.Boolean() }),
    work: async (call) => {
      const key = call.part('key');
      return (await house.mailSources.remove(key)) ? { removed: true } : missing(key);
    },
  });
}

function missing(key: string): never {
  throw new BeckonError(errors.API_NOT_FOUND, `There is no mail source "${key}"`);
}
