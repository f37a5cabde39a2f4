import { queryOptions } from '@tanstack/react-query';
import type { FormInput, FormView, SignUpView } from '../../src/api/contract-form.ts';
import { ask } from '../api/client.ts';

export const formPath = (key: string) => `/v1/forms/${encodeURIComponent(key)}`;

export const forms = queryOptions({
  queryKey: ['forms'],
  queryFn: async () => (await ask<{ forms: FormView[] }>('/v1/forms')).forms,
  refetchInterval: 10_000,
});

export const form = (key: string) =>
  queryOptions({ queryKey: ['forms', key], queryFn: () => ask<FormView>(formPath(key)), refetchInterval: 10_000 });

export const signUps = (key: string) =>
  queryOptions({
    queryKey: ['forms', key, 'sign-ups'],
    queryFn: async () => (await ask<{ signUps: SignUpView[] }>(`${formPath(key)}/sign-ups?limit=50`)).signUps,
    refetchInterval: 5_000,
  });

/** What a form says of itself while it is changed; its title goes by the name that all things have here. */
export type Draft = { name: string } & Required<
  Pick<FormInput, 'doubleOptIn' | 'allowedOrigins' | 'language' | 'askName' | 'texts'>
> & { shopUrl: string };

export const draftOf = ({ title, shopUrl, ...rest }: FormView): Draft => ({
  name: title,
  doubleOptIn: rest.doubleOptIn,
  allowedOrigins: rest.allowedOrigins,
  language: rest.language,
  askName: rest.askName,
  texts: rest.texts,
  shopUrl: shopUrl ?? '',
});

/** As the door wants it. */
export const inputOf = ({ name, shopUrl, ...rest }: Draft): FormInput => ({
  ...rest,
  title: name,
  shopUrl: shopUrl === '' ? null : shopUrl,
});
