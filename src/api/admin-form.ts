import { Type, type TSchema } from 'typebox';
import { BeckonError } from '../base/index.ts';
import { FormInput, FormView, SignUpAnswer, SignUpInput, SignUpView } from './contract-form.ts';
import type { Door } from './door.ts';
import { errors } from './error.ts';
import type { Form } from './forms.ts';
import type { House } from './house.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

/** Doors to sign-up forms: their settings, who signed up, and sign-ups at the shop's own form. */
export function formDoors(make: Make, house: House): void {
  make({
    method: 'GET',
    path: '/forms',
    scope: 'read',
    summary: 'Sign-up forms, and how many of the last 30 days are confirmed, wait, or have waited too long.',
    answer: Type.Object({ forms: Type.Array(FormView) }),
    work: async () => ({ forms: await house.forms.list() }),
  });
  make({
    method: 'GET',
    path: '/forms/:key',
    scope: 'read',
    summary: 'One form.',
    answer: FormView,
    work: async (call) => (await house.forms.get(call.part('key'))) ?? missing(call.part('key')),
  });
  make({
    method: 'PUT',
    path: '/forms/:key',
    scope: 'journeys',
    summary:
      'Make or change a form; what is not given stays. It is at /forms/{key}, and pages post to the same address.',
    body: FormInput,
    answer: FormView,
    work: async (call) => {
      const key = call.part('key');
      if (/^[A-Za-z0-9_-]{1,64}$/.test(key)) return house.forms.put(key, call.body);
      throw new BeckonError(errors.API_INPUT_INVALID, `"${key}" cannot be the key of a form: letters, digits, _ -`);
    },
  });
  make({
    method: 'DELETE',
    path: '/forms/:key',
    scope: 'journeys',
    summary: 'End a form; links that were mailed can still be confirmed.',
    answer: Type.Object({ removed: Type.Boolean() }),
    work: async (call) => {
      const key = call.part('key');
      return (await house.forms.remove(key)) ? { removed: true } : missing(key);
    },
  });
  make({
    method: 'POST',
    path: '/forms/:key/sign-ups',
    scope: 'profiles',
    summary: "Somebody signed up at the shop's own form: asked by mail, or taken at once where the form says so.",
    body: SignUpInput,
    answer: SignUpAnswer,
    work: async (call) => house.forms.signUp(await formNamed(call.part('key'), house), call.body, { asserted: true }),
  });
  make({
    method: 'GET',
    path: '/forms/:key/sign-ups',
    scope: 'people',
    summary: 'Who signed up in the last 30 days, newest first.',
    query: { limit: '1 to 500, default 100' },
    answer: Type.Object({ signUps: Type.Array(SignUpView) }),
    work: async (call) => {
      const { key } = await formNamed(call.part('key'), house);
      return { signUps: await house.forms.signUps(key, limitOf(call.query('limit'))) };
    },
  });
}

async function formNamed(key: string, house: House): Promise<Form> {
  return (await house.forms.find(key)) ?? missing(key);
}

function limitOf(text: string | undefined): number {
  const limit = text === undefined ? 100 : Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 500) return limit;
  throw new BeckonError(errors.API_INPUT_INVALID, `limit "${text}" is not a whole number from 1 to 500`, {
    where: 'limit',
  });
}

function missing(key: string): never {
  throw new BeckonError(errors.API_NOT_FOUND, `There is no form "${key}"`, { mend: 'PUT /v1/forms/{key} makes one' });
}
