import type { FrontReading, FrontRecord } from './front.ts';

/** So much of a part is held in memory at most, about; what comes behind it stays in the log. */
const heldRecords = 512;
const heldSize = 4 * 1024 * 1024;

/** What has been read of one part and is not in the table yet. */
export class Hand {
  readonly part: number;
  /** Up to where the table has it. */
  place: number;
  /** Up to where the log was told so. */
  trimmed = 0;
  readonly records: FrontRecord[] = [];
  /** Nothing more comes. */
  isOver = false;
  /** Why, if it was not asked to end. */
  fault: unknown = null;
  #reading: FrontReading | undefined;
  #size = 0;
  #room = () => {};

  /** @param parts `open`: begins to read behind its place; `onMore`: there is something in it, or it is over */
  constructor(part: number, place: number, parts: { open: () => Promise<FrontReading>; onMore: () => void }) {
    this.part = part;
    this.place = place;
    void this.#fill(parts);
  }

  /** These are in the table. */
  took(upTo: number): void {
    this.place = upTo;
    let count = 0;
    while (count < this.records.length && this.records[count]!.place <= upTo)
      this.#size -= this.records[count++]!.text.length;
    this.records.splice(0, count);
    this.#room();
  }

  end(): void {
    this.isOver = true;
    this.#reading?.end();
    this.#room();
  }

  async #fill({ open, onMore }: { open: () => Promise<FrontReading>; onMore: () => void }): Promise<void> {
    let newest = this.place;
    try {
      this.#reading = await open();
      if (this.isOver) this.#reading.end();
      for await (const record of this.#reading) {
        if (record.place <= newest) continue;
        newest = record.place;
        this.records.push(record);
        this.#size += record.text.length;
        onMore();
        while (!this.isOver && (this.records.length >= heldRecords || this.#size >= heldSize))
          await new Promise<void>((room) => (this.#room = room));
        if (this.isOver) return;
      }
    } catch (fault) {
      this.fault = fault;
    } finally {
      this.isOver = true;
      onMore();
    }
  }
}
