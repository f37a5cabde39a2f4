import type { Tx } from '../store/index.ts';

/** What a merge carried over, kept so that it can be undone. Plain JSON. */
export interface CarriedMessages {
  messages: string[];
}

/** After a merge the surviving profile has both profiles' messages and slots. @returns what `moveBack` needs */
export async function moveProfile(tx: Tx, from: string, into: string): Promise<CarriedMessages> {
  const moved = await tx.rows<{ id: string }>({
    text: 'update message set profile_id = $2 where profile_id = $1 returning id',
    values: [from, into],
  });
  await tx.run({ text: 'update slot set profile_id = $2 where profile_id = $1', values: [from, into] });
  await tx.run({ text: 'update message_heard set profile_id = $2 where profile_id = $1', values: [from, into] });
  return { messages: moved.map(({ id }) => id) };
}

/** The two are parted again: each has its own messages and slots. */
export async function moveBack(
  tx: Tx,
  { from, into, carried }: { from: string; into: string; carried: CarriedMessages },
): Promise<void> {
  await tx.run({
    text: 'update message set profile_id = $2 where id = any($1::uuid[]) and profile_id = $3',
    values: [carried.messages, from, into],
  });
  await tx.run({
    text: 'update slot set profile_id = $2 where message_id = any($1::uuid[]) and profile_id = $3',
    values: [carried.messages, from, into],
  });
  await tx.run({
    text: 'update message_heard set profile_id = $2 where message_id = any($1::uuid[]) and profile_id = $3',
    values: [carried.messages, from, into],
  });
}
