import { describe, expect, it } from 'vitest';
import { Turns } from './turns.ts';

describe('turns', () => {
  it('take piece after piece, never two at once, until nothing is due', async () => {
    let [left, under, most] = [5, 0, 0];
    const turns = new Turns({
      step: async () => {
        most = Math.max(most, ++under);
        await Promise.resolve();
        under--;
        return --left > 0;
      },
      onError: (error) => expect.unreachable(String(error)),
    });
    await Promise.all([turns.finish(), turns.finish()]);
    expect({ left, most }).toEqual({ left: -1, most: 1 });
  });

  it('wait at the end for the piece under way, and begin no other', async () => {
    const { promise: held, resolve: letGo } = signal();
    const { promise: begun, resolve: begin } = signal();
    const seen: string[] = [];
    const turns: Turns = new Turns({
      step: async () => {
        begin();
        await held;
        seen.push(`stopping ${turns.isStopping}`);
        return true;
      },
      onError: (error) => seen.push(String(error)),
    });
    turns.wake();
    expect(seen).toEqual([]);
    turns.start();
    await begun;
    const over = turns.stop().then(() => seen.push('over'));
    letGo();
    await over;
    turns.wake();
    await turns.finish();
    expect(seen).toEqual(['stopping true', 'over']);
  });

  it('tell of a piece that fails, and go on with the next', async () => {
    const { promise: told, resolve: tell } = signal();
    let tries = 0;
    const turns = new Turns({
      step: () => (++tries === 1 ? Promise.reject(new Error('broken')) : Promise.resolve(false)),
      onError: tell,
    });
    turns.start();
    await told;
    await turns.finish();
    await turns.stop();
    expect(tries).toBe(2);
  });
});

function signal() {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => {
    resolve = () => done();
  });
  return { promise, resolve };
}
