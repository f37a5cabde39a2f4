import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type {
  TemplateCheck,
  TemplateDifference,
  TemplateDocument,
  TemplateLine,
  TemplatePreview,
  TemplateVersions,
  TemplateView,
} from '../../src/api/contract-message.ts';
import { ask } from '../api/client.ts';

export const templatePath = (key: string) => `/v1/templates/${encodeURIComponent(key)}`;

export const templates = queryOptions({
  queryKey: ['templates'],
  queryFn: async () => (await ask<{ templates: TemplateLine[] }>('/v1/templates')).templates,
});

export const template = (key: string) =>
  queryOptions({ queryKey: ['templates', key], queryFn: () => ask<TemplateView>(templatePath(key)) });

export const versions = (key: string) =>
  queryOptions({
    queryKey: ['templates', key, 'versions'],
    queryFn: async () => (await ask<TemplateVersions>(`${templatePath(key)}/versions`)).versions,
  });

export const difference = (key: string, from: number, to: number) =>
  queryOptions({
    queryKey: ['templates', key, 'diff', from, to],
    queryFn: () => ask<TemplateDifference>(`${templatePath(key)}/diff?from=${from}&to=${to}`),
  });

/** What is wrong with a draft; nothing is saved. */
export const check = (key: string, document: TemplateDocument) =>
  queryOptions({
    queryKey: ['templates', key, 'check', document],
    queryFn: () => ask<TemplateCheck>(`${templatePath(key)}/check`, { method: 'POST', body: { document } }),
    placeholderData: keepPreviousData,
    retry: false,
  });

/** As whom a mail is shown. */
export interface As {
  person?: string | undefined;
  run?: string | undefined;
  golden?: string | undefined;
  language?: string | undefined;
}

export function whomOf({ person, run, golden, language }: As): Record<string, string> {
  return {
    ...(person === undefined ? { golden: golden ?? 'usual' } : { profileId: person }),
    ...(person === undefined || run === undefined ? {} : { run }),
    ...(language === undefined ? {} : { language }),
  };
}

export const preview = (key: string, document: TemplateDocument, as: As) =>
  queryOptions({
    queryKey: ['templates', key, 'preview', document, as],
    queryFn: () =>
      ask<TemplatePreview>(`${templatePath(key)}/preview`, { method: 'POST', body: { document, ...whomOf(as) } }),
    placeholderData: keepPreviousData,
    retry: false,
  });
