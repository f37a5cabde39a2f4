import { makeMail, type Made, type MakeJob, type MakeKeys } from './make.ts';

/** Who makes mails of orders: this thread, or others beside it (maker-thread.ts). */
export interface Maker {
  /** In the order of the jobs. Never throws for a single mail. */
  make(jobs: readonly MakeJob[]): Promise<Made[]>;
  /** Lets go of whatever it holds; what it was still making comes to nothing. */
  close(): Promise<void>;
}

/** Makes them here, one after the other; only the signatures of a group are made side by side. */
export class HereMaker implements Maker {
  readonly #keys: MakeKeys;

  constructor(keys: MakeKeys) {
    this.#keys = keys;
  }

  make(jobs: readonly MakeJob[]): Promise<Made[]> {
    return Promise.all(jobs.map((job) => makeMail(job, this.#keys)));
  }

  async close(): Promise<void> {}
}
