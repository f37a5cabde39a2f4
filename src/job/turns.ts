import { after, type Timer } from '../base/index.ts';

interface TurnsParts {
  /** Does one piece of work. @returns whether there may be more */
  step: () => Promise<boolean>;
  onError: (error: unknown) => void;
  /** It looks at least so often, ms of real time. */
  everyMs?: number;
}

/** Takes up work piece by piece until nothing is due, and looks again after a while. Two turns are never under way at once. */
export class Turns {
  readonly #parts: TurnsParts;
  #timer: Timer | undefined;
  #state: 'idle' | 'looking' | 'stopped' = 'idle';
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: TurnsParts) {
    this.#parts = parts;
  }

  /** From `stop` on: what is under way is to be left where it is. */
  get isStopping(): boolean {
    return this.#state === 'stopped';
  }

  start(): void {
    this.#state = 'looking';
    this.wake();
  }

  /** There may be work: look now. Does nothing before `start` and after `stop`. */
  wake(): void {
    if (this.#state !== 'looking') return;
    this.#timer?.stop();
    void this.finish()
      .catch(this.#parts.onError)
      .finally(() => {
        if (this.#state === 'looking') this.#timer = after(this.#parts.everyMs ?? 1000, () => this.wake());
      });
  }

  /** Ends when the piece under way has ended. */
  async stop(): Promise<void> {
    this.#state = 'stopped';
    this.#timer?.stop();
    await this.#turn.catch(() => {});
  }

  /** Works until nothing is due, also without `start`. */
  async finish(): Promise<void> {
    const turn = this.#turn
      .catch(() => {})
      .then(async () => {
        while (!this.isStopping && (await this.#parts.step()));
      });
    this.#turn = turn;
    await turn;
  }
}
