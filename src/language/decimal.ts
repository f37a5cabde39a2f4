/** Numbers up to this many places after the point are added as whole numbers. */
const fastScale = 1e4;
const fastLimit = 2 ** 52;

/**
 * A sum of numbers as they are written in decimal, without error on the way: 0.1 + 0.2 is 0.3, in any order. So a sum over
 * events is the same whether it was kept while they came, made from all of them, or made by the database.
 */
export class DecimalSum {
  /** What was added fast, in units of 1 / `fastScale`. */
  #fast = 0;
  /** The rest: `#digits` × 10^-`#places`. */
  #digits = 0n;
  #places = 0;

  add(value: number): void {
    const units = Math.round(value * fastScale);
    if (Math.abs(units) < 1e15 && units / fastScale === value && Math.abs(this.#fast + units) < fastLimit) {
      this.#fast += units;
    } else this.addText(String(value));
  }

  /** Adds a number as `text()` or JSON write it. */
  addText(text: string): void {
    const [mantissa = '0', exponent = '0'] = text.split('e');
    const [whole = '0', fraction = ''] = mantissa.split('.');
    this.#addDigits(BigInt(whole + fraction), fraction.length - Number(exponent));
  }

  #addDigits(digits: bigint, places: number): void {
    const common = Math.max(places, this.#places);
    this.#digits = this.#digits * 10n ** BigInt(common - this.#places) + digits * 10n ** BigInt(common - places);
    this.#places = common;
  }

  /** The exact sum as text, such as `12999e-2`. */
  text(): string {
    const all = new DecimalSum();
    all.#addDigits(this.#digits, this.#places);
    all.#addDigits(BigInt(this.#fast), 4);
    let { digits, places } = { digits: all.#digits, places: all.#places };
    while (places > 0 && digits % 10n === 0n) [digits, places] = [digits / 10n, places - 1];
    return `${digits}e${-places}`;
  }

  /** The number nearest to the sum; nothing when it is too large for one. */
  value(): number | null {
    const value = this.#digits === 0n ? this.#fast / fastScale : Number(this.text());
    return Number.isFinite(value) ? value : null;
  }

  clear(): void {
    this.#fast = 0;
    this.#digits = 0n;
    this.#places = 0;
  }
}
