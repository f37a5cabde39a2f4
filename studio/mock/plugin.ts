import type { IncomingMessage } from 'node:http';
import type { Plugin } from 'vite';
import { invent } from './world.ts';

/** Answers `/v1` with invented data while the studio is drawn without a server. Only in `vite dev`, never in a build. */
export function pretend(): Plugin {
  const answer = invent(process.env['STUDIO_MOCK_EMPTY'] === '1');
  return {
    name: 'beckon-pretend',
    apply: 'serve',
    configureServer(server) {
      server.middlewares.use('/v1', (request, response) => {
        void readBody(request).then((body) => {
          const { status, value } = answer(request.method ?? 'GET', request.url ?? '/', body);
          response.statusCode = status;
          response.setHeader('content-type', status < 400 ? 'application/json' : 'application/problem+json');
          response.end(JSON.stringify(value));
        });
      });
    },
  };
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString('utf8');
  const isJson = request.headers['content-type'] === 'application/json';
  return text === '' || !isJson ? text : JSON.parse(text);
}
