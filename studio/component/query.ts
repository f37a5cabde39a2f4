import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { ComponentDocument, ComponentPreview, ComponentView } from '../../src/api/contract-message.ts';
import { ask } from '../api/client.ts';

export const componentPath = (key: string) => `/v1/components/${encodeURIComponent(key)}`;

export const components = queryOptions({
  queryKey: ['components'],
  queryFn: async () => (await ask<{ components: ComponentView[] }>('/v1/components')).components,
});

/** A component that is being written, in a mail that shows nothing else, and what is wrong with it. */
export const componentPreview = (key: string, document: ComponentDocument) =>
  queryOptions({
    queryKey: ['components', 'preview', key, document],
    queryFn: () => ask<ComponentPreview>(`${componentPath(key)}/preview`, { method: 'POST', body: { document } }),
    placeholderData: keepPreviousData,
    retry: false,
  });

type Parameter = ComponentDocument['parameters'][number];

/** The parameter that a grid fills. */
export function itemOf({ parameters }: Pick<ComponentDocument, 'parameters'>): string | undefined {
  return parameters.find(({ kind }) => kind === 'item')?.name;
}

/** A parameter of another kind: a value of the old kind is none of the new one. */
export function ofKind({ name, label }: Parameter, kind: Parameter['kind']): Parameter {
  const begin = kind === 'number' ? 1 : kind === 'switch' ? false : undefined;
  return {
    name,
    kind,
    ...(label === undefined ? {} : { label }),
    ...(begin === undefined ? {} : { default: begin }),
  };
}

/** Where a new component begins. */
export const blankComponent: ComponentDocument = {
  name: '',
  parameters: [{ name: 'item', kind: 'item' }],
  blocks: [
    { kind: 'picture', src: '{{item.imageUrl}}', alt: '{{item.name}}', href: '{{item.url}}', shape: 'square' },
    { kind: 'text', words: '**[{{item.name}}]({{item.url}})**' },
    { kind: 'component', component: 'price', values: { item: 'item' } },
  ],
};
