import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { TemplateDocument, Theme } from '../../src/api/contract-message.ts';
import { ask } from '../api/client.ts';

export interface ThemeView {
  key: string;
  theme: Theme;
}

export const themePath = (key: string) => `/v1/themes/${encodeURIComponent(key)}`;

export const themes = queryOptions({
  queryKey: ['themes'],
  queryFn: async () => (await ask<{ themes: ThemeView[] }>('/v1/themes')).themes,
});

/** A mail with one of everything, in the colours of a theme that is not saved. */
export const themePreview = (theme: Theme) =>
  queryOptions({
    queryKey: ['themes', 'preview', theme],
    queryFn: async () =>
      await ask<{ html: string; faint: { where: string; ratio: number }[] }>('/v1/themes/preview', {
        method: 'POST',
        body: theme,
      }),
    placeholderData: keepPreviousData,
    retry: false,
  });

/** Are these the colours of a theme? Those that are being typed are none yet. */
export function isWhole({ light, dark, font, logo }: Theme): boolean {
  const colours = [...Object.values(light), ...Object.values(dark)];
  const isSound = logo === undefined || (/^https?:\/\/\S+$/.test(logo.src) && logo.alt !== '');
  return isSound && /^[A-Za-z0-9 ,'-]{1,200}$/.test(font) && colours.every((one) => /^#[0-9a-f]{6}$/i.test(one));
}

export type { TemplateDocument, Theme };
