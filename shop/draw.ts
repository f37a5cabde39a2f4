import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { catalogue } from './catalogue.ts';
import { encodePng } from './encode.ts';
import { picture } from './picture.ts';

let ready: Promise<void> | undefined;

/** Edge of a picture in pixels. Mail programs show PNG; most show no SVG. */
export const pictureSize = 480;

/**
 * Draws the pictures of the whole catalogue, `<id>.png`, into a folder, which is made when it is missing.
 * @returns how many were drawn
 */
export async function drawAll(folder: string): Promise<number> {
  await mkdir(folder, { recursive: true });
  const items = catalogue('');
  for (const item of items) await writeFile(join(folder, `${item.id}.png`), await drawPng(picture(item)));
  return items.length;
}

/** SVG text to PNG bytes, `size` pixels wide. */
export async function drawPng(svg: string, size = pictureSize): Promise<Uint8Array> {
  ready ??= loadRenderer();
  await ready;
  const drawing = new Resvg(svg, { fitTo: { mode: 'width', value: size }, font: { loadSystemFonts: false } });
  const image = drawing.render();
  const png = encodePng(image.pixels, image.width, image.height);
  image.free();
  drawing.free();
  return png;
}

async function loadRenderer(): Promise<void> {
  const module = readFile(createRequire(import.meta.url).resolve('@resvg/resvg-wasm/index_bg.wasm'));
  // Whoever draws in this process may have begun already.
  await initWasm(await module).catch((error: Error) => {
    if (!/already/i.test(error.message)) throw error;
  });
}
