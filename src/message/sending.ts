import type { Clock } from '../base/index.ts';
import type { Runner, Store } from '../store/index.ts';
import { expireBefore, homeOf, isHeldBack, keepHome, readSending, writeSending } from './table-sending.ts';

/** Why nothing leaves. `restored` and `copied` were found at a start. What came back pulls a brake instead (pacing.ts). */
export type FreezeCause = 'hand' | 'restored' | 'copied';

export interface SendingState {
  frozen: boolean;
  cause: FreezeCause | null;
  reason: string | null;
  /** Business time, UTC ms. */
  since: number | null;
  by: string | null;
}

/** What this installation remembers of itself outside the database. */
export interface Remembered {
  /** Counts starts; null: nothing is remembered. */
  epoch: number | null;
  /** BECKON_INSTANCE: the name of this installation; null: it has none. */
  instance: string | null;
}

/** How the database knows where it belongs; null in what was never written. */
export interface Home {
  epoch: number;
  instance: string | null;
  /** The database's own fingerprint. */
  home: string | null;
}

/** The switch that holds back all mail, and the look at whether this is the database that it should be (row 67, 68). */
export class Sending {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor({ store, clock }: { store: Store; clock: Clock }) {
    this.#store = store;
    this.#clock = clock;
  }

  state(): Promise<SendingState> {
    return readSending(this.#store);
  }

  isFrozen(): Promise<boolean> {
    return isHeldBack(this.#store);
  }

  /** From its commit on no mail is begun; what is on the wire is finished. What is frozen already stays as it is. */
  async freeze(why: { reason: string; by: string; cause?: FreezeCause }): Promise<SendingState> {
    const before = await this.state();
    if (before.frozen) return before;
    const { reason, by, cause = 'hand' } = why;
    await writeSending(this.#store, { frozen: true, cause, reason, by, since: this.#clock.now() });
    return this.state();
  }

  /**
   * Lets mail leave again. After a restore or on a copy this database is taken for the one that sends from here on, and
   * what it had planned before is not sent: it may have been, by the one it was made from.
   */
  async thaw(by: string): Promise<SendingState & { expired: number }> {
    const before = await this.state();
    const strange = before.cause === 'restored' || before.cause === 'copied';
    const expired = await this.#store.inTransaction(async (tx) => {
      const gone = strange && before.since !== null ? await expireBefore(tx, before.since, this.#clock.now()) : 0;
      if (strange) await keepHome(tx, { home: await homeOf(this.#store) });
      await writeSending(tx, { frozen: false, cause: null, reason: null, by, since: this.#clock.now() });
      return gone;
    });
    return { ...(await this.state()), expired };
  }

  /**
   * A backup was brought back: whatever it said, nothing leaves until somebody lets it go. In the transaction that makes it
   * whole, so that no start can come before it.
   */
  static hold(tx: Runner, why: { reason: string; by: string; now: number }): Promise<number> {
    const { reason, by, now } = why;
    return writeSending(tx, { frozen: true, cause: 'restored', reason, by, since: now });
  }

  /** A database that an installation was moved into is the one that sends from here on; nothing it planned was sent elsewhere. */
  async settle(): Promise<void> {
    await keepHome(this.#store, { home: await homeOf(this.#store) });
    await writeSending(this.#store, {
      frozen: false,
      cause: null,
      reason: null,
      by: 'beckon import',
      since: this.#clock.now(),
    });
  }

  /**
   * At a start: compares what the database knows of itself with what is remembered outside it, freezes when they do not
   * fit, and gives the number to remember from now on.
   */
  async arrive(remembered: Remembered): Promise<{ epoch: number; found: Strange | null }> {
    const found = await homeOf(this.#store);
    const kept = await keepHome(this.#store, {});
    const strange = judgeHome(kept, { ...remembered, home: found });
    if (strange) await this.freeze({ ...strange, by: 'Beckon' });
    const epoch = Math.max(kept.epoch, remembered.epoch ?? 0) + 1;
    const known = { home: kept.home ?? found, instance: kept.instance ?? remembered.instance };
    await keepHome(this.#store, { epoch, ...(strange ? {} : known) });
    return { epoch, found: strange };
  }
}

/** What does not fit, in words. */
export interface Strange {
  cause: 'restored' | 'copied';
  reason: string;
}

/** Is this database the one that may send? Pure. */
export function judgeHome(kept: Home, found: Remembered & { home: string | null }): Strange | null {
  if (kept.instance !== null && found.instance !== null && kept.instance !== found.instance) {
    const reason = `the database belongs to the installation "${kept.instance}", and this one is "${found.instance}"`;
    return { cause: 'copied', reason };
  }
  if (kept.home !== null && found.home !== null && kept.home !== found.home)
    return { cause: 'copied', reason: 'the database was copied or restored from a dump since it last sent' };
  if (found.epoch !== null && found.epoch > kept.epoch) {
    const reason = `the database is older than what is remembered here: start ${kept.epoch} of ${found.epoch}`;
    return { cause: 'restored', reason };
  }
  return null;
}
