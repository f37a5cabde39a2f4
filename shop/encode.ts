import { crc32, deflateSync } from 'node:zlib';

const signature = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);

/**
 * An opaque picture as a PNG with a palette of 256 colours: a third of the bytes of true colour, which mails are glad of.
 * @param pixels four bytes a pixel (red, green, blue, alpha), row by row
 * Source: PNG specification (W3C), colour type 3.
 */
export function encodePng(pixels: Uint8Array, width: number, height: number): Uint8Array {
  const { palette, indexes } = toPalette(pixels);
  const rows = new Uint8Array(height * (width + 1));
  for (let y = 0; y < height; y++) rows.set(indexes.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  const head = new DataView(new ArrayBuffer(13));
  head.setUint32(0, width);
  head.setUint32(4, height);
  head.setUint8(8, 8);
  head.setUint8(9, 3);
  return Buffer.concat([
    signature,
    chunk('IHDR', new Uint8Array(head.buffer)),
    chunk('PLTE', palette),
    chunk('IDAT', deflateSync(rows, { level: 6 })),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  whole.set(body, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}

/** Keeps the 256 most frequent colours, at six bits a channel, and gives every other pixel the nearest of them. */
function toPalette(pixels: Uint8Array): { palette: Uint8Array; indexes: Uint8Array } {
  const cells = new Uint32Array(1 << 18);
  const count = pixels.length / 4;
  for (let at = 0; at < count; at++) cells[cellOf(pixels, at)]!++;
  const used: number[] = [];
  for (let cell = 0; cell < cells.length; cell++) if (cells[cell]) used.push(cell);
  used.sort((a, b) => cells[b]! - cells[a]!);
  const kept = used.slice(0, 256);
  const indexOf = new Uint8Array(1 << 18);
  for (const [place, cell] of used.entries()) indexOf[cell] = place < 256 ? place : nearest(cell, kept);
  const indexes = new Uint8Array(count);
  for (let at = 0; at < count; at++) indexes[at] = indexOf[cellOf(pixels, at)]!;
  return { palette: Uint8Array.from(kept.flatMap((cell) => channels(cell).map(widen))), indexes };
}

function cellOf(pixels: Uint8Array, at: number): number {
  return ((pixels[at * 4]! >> 2) << 12) | ((pixels[at * 4 + 1]! >> 2) << 6) | (pixels[at * 4 + 2]! >> 2);
}

function channels(cell: number): number[] {
  return [cell >> 12, (cell >> 6) & 63, cell & 63];
}

/** Six bits to eight, with 0 and 63 becoming 0 and 255. */
function widen(value: number): number {
  return (value << 2) | (value >> 4);
}

function nearest(cell: number, kept: number[]): number {
  const [red, green, blue] = [cell >> 12, (cell >> 6) & 63, cell & 63];
  let best = 0;
  let distance = Number.POSITIVE_INFINITY;
  for (let at = 0; at < kept.length; at++) {
    const other = kept[at]!;
    const away = 2 * ((other >> 12) - red) ** 2 + 4 * (((other >> 6) & 63) - green) ** 2 + ((other & 63) - blue) ** 2;
    if (away < distance) [best, distance] = [at, away];
  }
  return best;
}
