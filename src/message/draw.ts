import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** SVG → PNG by WebAssembly, with Inter (SIL Open Font License) and no font of the system. Read when first needed. */

type Renderer = (svg: string) => Uint8Array;
let renderer: Promise<Renderer> | undefined;

export async function drawSvg(svg: string): Promise<Uint8Array> {
  renderer ??= openRenderer();
  return (await renderer)(svg);
}

async function openRenderer(): Promise<Renderer> {
  const find = createRequire(import.meta.url);
  const { initWasm, Resvg } = await import('@resvg/resvg-wasm');
  // Whoever draws in this process may have begun already, as the demo shop does.
  await initWasm(await readFile(find.resolve('@resvg/resvg-wasm/index_bg.wasm'))).catch((error: Error) => {
    if (!/already/i.test(error.message)) throw error;
  });
  const files = ['latin', 'latin-ext', 'greek', 'cyrillic'].map((set) =>
    readFile(find.resolve(`@fontsource-variable/inter/files/inter-${set}-wght-normal.woff2`)),
  );
  const fontBuffers = (await Promise.all(files)).map((font) => new Uint8Array(font));
  return (svg) => {
    const drawing = new Resvg(svg, { font: { loadSystemFonts: false, fontBuffers, defaultFontFamily: 'Inter' } });
    const image = drawing.render();
    const png = image.asPng();
    image.free();
    drawing.free();
    return png;
  };
}
