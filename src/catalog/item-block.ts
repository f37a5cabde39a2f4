/**
 * Texts in large buffers outside the heap, so that a million of them cost the garbage collector nothing. A text that is
 * replaced leaves a hole; a block that is more hole than text is emptied into others and given back.
 */
export class TextBlocks {
  readonly #blocks: (Buffer | null)[] = [];
  readonly #dead: number[] = [];
  readonly #blockSize: number;
  #current = -1;
  #used = 0;

  /** @param blockSize bytes of one block; a longer text gets a block of its own */
  constructor(blockSize = 4 * 1024 * 1024) {
    this.#blockSize = blockSize;
  }

  /** Bytes held, holes included. */
  get bytes(): number {
    return this.#blocks.reduce((sum, block) => sum + (block?.length ?? 0), 0);
  }

  /** Keeps a text. @returns where it is: the number of the block, where it begins there, and its length in bytes */
  add(text: string): Place {
    const length = Buffer.byteLength(text);
    if (this.#current === -1 || this.#used + length > this.#blocks[this.#current]!.length) this.#begin(length);
    const place = { block: this.#current, start: this.#used, length };
    this.#blocks[this.#current]!.write(text, this.#used, 'utf8');
    this.#used += length;
    return place;
  }

  read({ block, start, length }: Place): string {
    return this.#blocks[block]!.toString('utf8', start, start + length);
  }

  /** Lets a text go. @returns the block that is now mostly holes and should be emptied, or -1 */
  free({ block, length }: Place): number {
    this.#dead[block]! += length;
    return block !== this.#current && this.#dead[block]! > this.#blocks[block]!.length / 2 ? block : -1;
  }

  /** Gives back a block of which nothing is read any more. */
  drop(block: number): void {
    this.#blocks[block] = null;
    this.#dead[block] = 0;
  }

  #begin(length: number): void {
    const size = Math.max(this.#blockSize, length);
    const free = this.#blocks.indexOf(null);
    this.#current = free === -1 ? this.#blocks.length : free;
    this.#blocks[this.#current] = Buffer.allocUnsafeSlow(size);
    this.#dead[this.#current] = 0;
    this.#used = 0;
  }
}

/** Where a text is. */
export interface Place {
  block: number;
  start: number;
  length: number;
}
