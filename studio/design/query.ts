import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { DesignCheck, DesignInput, DesignView } from '../../src/api/contract-design.ts';
import { ask } from '../api/client.ts';

const part = encodeURIComponent;
export const designPath = (key: string) => `/v1/designs/${part(key)}`;

export const designs = queryOptions({
  queryKey: ['designs'],
  queryFn: async () => (await ask<{ designs: DesignView[] }>('/v1/designs')).designs,
});

export const design = (key: string) =>
  queryOptions({ queryKey: ['designs', key], queryFn: () => ask<DesignView>(designPath(key)) });

export interface DesignVersion {
  version: number;
  savedAt: string;
  body: DesignInput | null;
}

/** Earlier texts, newest first. */
export const designVersions = (key: string) =>
  queryOptions({
    queryKey: ['designs', key, 'versions'],
    queryFn: async () => (await ask<{ versions: DesignVersion[] }>(`${designPath(key)}/versions`)).versions,
  });

/** What is wrong with it, told by sample items; nothing is saved. */
export const designCheck = (draft: DesignInput) =>
  queryOptions({
    queryKey: ['designs', 'check', draft],
    queryFn: () => ask<DesignCheck>('/v1/designs/validate', { method: 'POST', body: draft }),
    placeholderData: keepPreviousData,
  });

/** For whom and by which criterion a design is made. */
export interface Made {
  criterion: string;
  person?: string | undefined;
  item?: string | undefined;
  cart?: readonly string[] | undefined;
}

export interface Rendered {
  type: string;
  content: unknown;
  status: string;
  count: number;
}

/** The design made from real items. */
export const designPreview = (draft: DesignInput, { criterion, person, item, cart = [] }: Made) =>
  queryOptions({
    queryKey: ['designs', 'preview', draft, criterion, person, item, cart],
    queryFn: () =>
      ask<Rendered>(`${designPath('draft')}/preview`, {
        method: 'POST',
        body: {
          draft,
          criterion,
          ...(person === undefined ? {} : { profileId: person }),
          ...(item === undefined ? {} : { item }),
          ...(cart.length === 0 ? {} : { cart }),
        },
      }),
    placeholderData: keepPreviousData,
    retry: false,
  });

/** Where a new design begins: one for each kind, in the language of mails. */
export const beginnings: Record<DesignInput['type'], string> = {
  html: `<style>
  .recommendations { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 16px }
  .recommendations { font: 14px/1.4 sans-serif }
  .recommendations a { display: grid; gap: 4px; align-content: start; color: inherit; text-decoration: none }
  .recommendations img { width: 100%; height: auto; border-radius: 8px }
</style>
<div class="recommendations">
{{#each items as |item|}}
  <a {%#if item.url%}href="{{item.url}}"{%/if%}>
    {%#if item.imageUrl%}<img src="{{item.imageUrl}}" alt="" width="160" height="160">{%/if%}
    <b>{{item.name}}</b>
    <span>{%#if item.price%}{{item.price}} {{item.currency}}{%/if%}</span>
    <small>{{item.reason}}</small>
  </a>
{{/each}}
</div>
`,
  json: `{"items": [{{#each items as |item|}}{%#if @index > 0%},{%/if%}
  {"id": "{{item.id}}", "name": "{{item.name}}"}{{/each}}
]}
`,
  text: `{{#each items as |item|}}{{@index + 1}}. {{item.name}}
{{/each}}`,
};
