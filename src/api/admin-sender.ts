import { Type, type TSchema } from 'typebox';
import { Sender, type SenderView as Known } from '../message/index.ts';
import { SenderCheck, SenderList, SenderView } from './contract-sender.ts';
import type { Door } from './door.ts';
import type { House } from './house.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

/** Doors to the brands that mails go out for. */
export function senderDoors(make: Make, { senders }: House): void {
  make({
    method: 'GET',
    path: '/senders',
    scope: 'read',
    summary: 'In whose names mails go out; `default` is the one that the settings make.',
    answer: SenderList,
    work: async () => ({ senders: (await senders.list()).map(viewOf), ways: senders.ways() }),
  });
  make({
    method: 'GET',
    path: '/senders/:key',
    scope: 'read',
    summary: 'One sender, with the DNS records that its keys need.',
    answer: SenderView,
    work: async (call) => viewOf(await senders.get(call.part('key'))),
  });
  make({
    method: 'PUT',
    path: '/senders/:key',
    scope: 'settings',
    summary:
      'Save a sender; the next mail goes out by it. A DKIM key without its private key keeps the one there is, or gets a new one.',
    body: Sender,
    answer: SenderView,
    work: async (call) => viewOf(await senders.put(call.part('key'), call.body)),
  });
  make({
    method: 'DELETE',
    path: '/senders/:key',
    scope: 'settings',
    summary: 'Remove a sender that no template names and no waiting mail needs.',
    answer: Type.Object({ removed: Type.Boolean() }),
    work: async (call) => {
      await senders.remove(call.part('key'));
      return { removed: true };
    },
  });
  make({
    method: 'GET',
    path: '/senders/:key/check',
    scope: 'read',
    summary: 'Ask DNS and the mail host whether mail of this sender will be believed; nothing is sent or changed.',
    answer: SenderCheck,
    work: async (call) => ({ findings: await senders.check(call.part('key')) }),
  });
}

function viewOf(view: Known): SenderView {
  return { ...view, savedAt: view.savedAt === null ? null : new Date(view.savedAt).toISOString() };
}
