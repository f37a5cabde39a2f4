import type { House, SecretRow } from './api/index.ts';
import type { Rooms } from './app.ts';
import type { SecretView } from './journey/index.ts';

const iso = (at: number) => new Date(at).toISOString();

/** Doors to what the actions of these rooms call. */
export function actionDoor({ secrets, journeys }: Rooms): House['actions'] {
  const list = async () => (await secrets.list(journeys)).map(secretRow);
  return {
    secrets: list,
    putSecret: async (name, value) => {
      await secrets.put(name, value);
      return (await list()).find((one) => one.name === name)!;
    },
    removeSecret: (name) => secrets.remove(name, journeys),
  };
}

function secretRow({ name, madeAt, rotatedAt, usedBy }: SecretView): SecretRow {
  return { name, madeAt: iso(madeAt), rotatedAt: rotatedAt === null ? null : iso(rotatedAt), usedBy };
}
