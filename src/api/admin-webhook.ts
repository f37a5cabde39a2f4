import { Type, type TSchema } from 'typebox';
import { BeckonError, isUuid } from '../base/index.ts';
import { WebhookInput, WebhookRequest, WebhookView } from './contract-webhook.ts';
import type { Door } from './door.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

/** Doors to the webhooks: how shop platforms and other senders come in. */
export function webhookDoors(make: Make, house: House): void {
  make({
    method: 'GET',
    path: '/webhooks',
    scope: 'read',
    summary: 'Webhooks with what they have taken and turned away. Secrets are never shown.',
    answer: Type.Object({ webhooks: Type.Array(WebhookView) }),
    work: async () => ({ webhooks: await house.webhooks.list() }),
  });
  make({
    method: 'GET',
    path: '/webhooks/:key',
    scope: 'read',
    summary: 'One webhook.',
    answer: WebhookView,
    work: async (call) => (await house.webhooks.get(call.part('key'))) ?? missing(call.part('key')),
  });
  make({
    method: 'PUT',
    path: '/webhooks/:key',
    scope: 'settings',
    summary: 'Make or change a webhook; what is not given stays. Its sender then posts to /hooks/{key}.',
    body: WebhookInput,
    answer: WebhookView,
    work: async (call) => {
      const key = call.part('key');
      if (/^[A-Za-z0-9._-]{1,64}$/.test(key)) return house.webhooks.put(key, call.body);
      throw new BeckonError(
        errors.API_INPUT_INVALID,
        `"${key}" cannot be the key of a webhook: letters, digits, . _ -`,
      );
    },
  });
  make({
    method: 'DELETE',
    path: '/webhooks/:key',
    scope: 'settings',
    summary: 'End a webhook; its sender is then answered 404.',
    answer: Type.Object({ removed: Type.Boolean() }),
    work: async (call) => {
      const key = call.part('key');
      return (await house.webhooks.remove(key)) ? { removed: true } : missing(key);
    },
  });
  make({
    method: 'GET',
    path: '/webhooks/:key/requests',
    scope: 'people',
    summary: "What the platform asked about people's data: erasure, a copy. Newest first.",
    answer: Type.Object({ requests: Type.Array(WebhookRequest) }),
    work: async (call) => ({ requests: await house.webhooks.requests(call.part('key')) }),
  });
  make({
    method: 'POST',
    path: '/webhooks/:key/requests/:id/done',
    scope: 'people',
    summary: 'Note that such a request has been met.',
    answer: Type.Object({ done: Type.Boolean() }),
    work: async (call) => {
      const [key, id] = [call.part('key'), call.part('id')];
      if (isUuid(id) && (await house.webhooks.requestDone(key, id))) return { done: true };
      throw new BeckonError(errors.API_NOT_FOUND, `There is no open request "${id}" of webhook "${key}"`);
    },
  });
}

function missing(key: string): never {
  throw new BeckonError(errors.API_NOT_FOUND, `There is no webhook "${key}"`);
}
