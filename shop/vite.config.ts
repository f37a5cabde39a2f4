import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const out = fileURLToPath(new URL('../dist/shop', import.meta.url));

/** The shop's pages. The compiled server and the pictures live in the same folder, so only `asset` is emptied. */
export default defineConfig({
  root: fileURLToPath(new URL('web', import.meta.url)),
  base: '/shop/',
  build: { outDir: out, emptyOutDir: false, assetsDir: 'asset', reportCompressedSize: false },
  plugins: [
    {
      name: 'empty-asset-folder',
      apply: 'build',
      buildStart: () => rm(`${out}/asset`, { recursive: true, force: true }),
    },
  ],
});
