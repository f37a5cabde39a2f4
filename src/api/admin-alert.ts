import { Type, type TSchema } from 'typebox';
import { AlertRow, AlertSettingsInput, AlertSettingsView } from './contract-alert.ts';
import type { Door } from './door.ts';
import type { House } from './house.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

/** Doors to what is wrong, and to who is told. */
export function alertDoors(make: Make, { alerts }: House): void {
  const iso = (at: number) => new Date(at).toISOString();
  make({
    method: 'GET',
    path: '/alerts',
    scope: 'read',
    summary: 'What is wrong now, and what was within the last thirty days.',
    answer: Type.Object({ alerts: Type.Array(AlertRow) }),
    work: async () => {
      const all = await alerts.list();
      const rows = all.map(({ raisedAt, seenAt, resolvedAt, ...alert }) => ({
        ...alert,
        said: alert.said ?? null,
        raisedAt: iso(raisedAt),
        seenAt: iso(seenAt),
        resolvedAt: resolvedAt === null ? null : iso(resolvedAt),
      }));
      return { alerts: rows };
    },
  });
  make({
    method: 'GET',
    path: '/alerts/settings',
    scope: 'settings',
    summary: 'Who is told when something is wrong.',
    answer: AlertSettingsView,
    work: () => alerts.settings(),
  });
  make({
    method: 'PUT',
    path: '/alerts/settings',
    scope: 'settings',
    summary: 'Change who is told. The secret of a new webhook is in the answer, this once.',
    body: AlertSettingsInput,
    answer: AlertSettingsView,
    work: async ({ body }) => {
      const { settings, secret } = await alerts.put(body);
      return secret === null ? settings : { ...settings, secret };
    },
  });
  make({
    method: 'POST',
    path: '/alerts/test',
    scope: 'settings',
    summary: 'Tell everybody who is told that this is a test.',
    answer: Type.Object({ told: Type.Boolean() }),
    work: async () => {
      await alerts.test();
      return { told: true };
    },
  });
}
