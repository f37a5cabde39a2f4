import { queryOptions } from '@tanstack/react-query';
import type { Sender, SenderCheck, SenderList, SenderView } from '../../src/api/contract-sender.ts';
import { ask } from '../api/client.ts';

export const senderPath = (key: string) => `/v1/senders/${encodeURIComponent(key)}`;

export const senders = queryOptions({
  queryKey: ['senders'],
  queryFn: async () => (await ask<SenderList>('/v1/senders')).senders,
});

/** Ways out that a sender may choose. */
export const ways = queryOptions({
  queryKey: ['sender-ways'],
  queryFn: async () => (await ask<SenderList>('/v1/senders')).ways,
});

export const sender = (key: string) =>
  queryOptions({ queryKey: ['senders', key], queryFn: () => ask<SenderView>(senderPath(key)) });

/** Whether its mail will be believed; asked when somebody wants to know. */
export const senderCheck = (key: string) =>
  queryOptions({
    queryKey: ['senders', key, 'check'],
    queryFn: () => ask<SenderCheck>(`${senderPath(key)}/check`),
    enabled: false,
    retry: false,
  });

/** What is written of it, its keys by their names. */
export function inputOf({ sender: body, dkim }: SenderView): Sender {
  if (dkim.length === 0) return body;
  return { ...body, dkim: dkim.map(({ selector, domain }) => ({ selector, domain })) };
}
