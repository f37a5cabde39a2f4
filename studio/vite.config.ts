import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { pretend } from './mock/plugin.ts';

const root = fileURLToPath(new URL('.', import.meta.url));
const server = process.env['BECKON_URL'] ?? 'http://127.0.0.1:8080';
const doors = ['/v1', '/shop', '/c', '/docs', '/openapi.json'];

/**
 * The studio's build: `vite build -c studio/vite.config.ts` writes `dist/studio`.
 * `vite dev` passes the doors on to a running Beckon (`BECKON_URL`), or, with `STUDIO_MOCK=1`, to invented answers.
 */
export default defineConfig(({ command }) => {
  const mocked = command === 'serve' && process.env['STUDIO_MOCK'] === '1';
  return {
    root,
    base: '/',
    plugins: [react(), ...(mocked ? [pretend()] : [])],
    build: { outDir: '../dist/studio', emptyOutDir: true, target: 'es2023', sourcemap: false },
    server: { proxy: mocked ? {} : Object.fromEntries(doors.map((door) => [door, server])) },
  };
});
