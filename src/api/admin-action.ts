import { Type, type TSchema } from 'typebox';
import { BeckonError, isUuid } from '../base/index.ts';
import { ActionTest, ActionTrial, SecretInput, SecretRow, ServiceState } from './contract-action.ts';
import type { Door } from './door.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

/** Doors to what the actions of journeys call. */
export function actionDoors(make: Make, { actions, profiles }: House): void {
  make({
    method: 'POST',
    path: '/journeys/:key/actions/:activity/test',
    scope: 'journeys',
    summary: 'Make the call of an action once, for one person: a real call, of which no run, rate or breaker hears.',
    body: ActionTest,
    answer: ActionTrial,
    work: async (call) => {
      const [key, activity] = [call.part('key'), call.part('activity')];
      const { profileId } = call.body;
      const profile = isUuid(profileId) ? await profiles.get(profileId) : null;
      if (!profile)
        throw new BeckonError(errors.API_NOT_FOUND, `There is no profile "${profileId.slice(0, 80)}"`, {
          where: 'profileId',
          mend: 'GET /v1/people?q= finds people by name, address or id',
        });
      const trial = await actions.test({ key, activity, profile }, call.body);
      if (trial) return trial;
      throw new BeckonError(errors.API_NOT_FOUND, `"${key}" has no action "${activity.slice(0, 80)}"`, {
        mend: 'GET /v1/journeys/{key} shows its activities; "action" tries one that is not saved yet',
      });
    },
  });
  make({
    method: 'GET',
    path: '/services',
    scope: 'read',
    summary: 'Services that the actions of live journeys call: which are down, since when, and how many runs wait.',
    answer: Type.Object({ services: Type.Array(ServiceState) }),
    work: async () => ({ services: await actions.services() }),
  });
  make({
    method: 'POST',
    path: '/services/:service/up',
    scope: 'journeys',
    summary: 'Say that a service is well again, so that calls go at once instead of after its rest.',
    answer: Type.Object({ wasDown: Type.Boolean() }),
    work: async (call) => {
      const service = call.part('service');
      if ((await actions.services()).some((one) => one.service === service))
        return { wasDown: await actions.serviceUp(service) };
      throw new BeckonError(errors.API_NOT_FOUND, `No live journey calls a service "${service.slice(0, 120)}"`, {
        mend: 'GET /v1/services lists them; a slash in a name is written %2F',
      });
    },
  });
  make({
    method: 'GET',
    path: '/secrets',
    scope: 'read',
    summary:
      'Secrets that actions show to the services they call, and which journeys name them. Values are never shown.',
    answer: Type.Object({ secrets: Type.Array(SecretRow) }),
    work: async () => ({ secrets: await actions.secrets() }),
  });
  make({
    method: 'PUT',
    path: '/secrets/:name',
    scope: 'settings',
    summary: 'Make a secret, or put a new value in its place; the next call shows it.',
    body: SecretInput,
    answer: SecretRow,
    work: (call) => actions.putSecret(call.part('name'), call.body.value),
  });
  make({
    method: 'DELETE',
    path: '/secrets/:name',
    scope: 'settings',
    summary: 'Remove a secret that no journey names any more.',
    answer: Type.Object({ removed: Type.Boolean() }),
    work: async (call) => {
      const name = call.part('name');
      if (await actions.removeSecret(name)) return { removed: true };
      throw new BeckonError(errors.API_NOT_FOUND, `There is no secret "${name.slice(0, 60)}"`, {
        mend: 'GET /v1/secrets lists them',
      });
    },
  });
}
