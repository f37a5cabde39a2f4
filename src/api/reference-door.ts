import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { BeckonError } from '../base/index.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';
import { escapeHtml } from './page.ts';
import { docsPolicy } from './pages.ts';
import { type ApiDocument, referenceGroup, referenceIndex } from './reference.ts';

/** Where the built page without content, `dist/docs/api.html`, takes what is drawn here. */
const places = { title: '<!--title-->', body: '<!--body-->' };

/**
 * `/docs/api`: the reference of all doors, drawn when it is asked for from the document that this very server gives, in
 * the frame of the built pages. So it cannot be older than the program.
 */
export function referenceRoutes(app: FastifyInstance, house: House, documentOf: () => ApiDocument): void {
  let read: ApiDocument | undefined;
  const known = () => (read ??= documentOf());
  const hidden = { schema: { hide: true } };
  app.get('/docs/api', hidden, (_request, reply) =>
    send(reply, house, { title: 'API reference', body: referenceIndex(known()) }),
  );
  app.get<{ Params: { group: string } }>('/docs/api/:group', hidden, (request, reply) => {
    const page = referenceGroup(known(), request.params.group);
    if (!page) throw nothing(request.url);
    return send(reply, house, page);
  });
}

async function send(reply: FastifyReply, house: House, page: { title: string; body: string }): Promise<FastifyReply> {
  const { docs } = house.settings.files;
  const frame = docs === null ? null : await readFile(join(docs, 'api.html'), 'utf8').catch(() => null);
  if (frame === null) throw nothing('/docs/api; the docs are not built, npm run build does it');
  const html = frame.replace(places.title, () => escapeHtml(page.title)).replace(places.body, () => page.body);
  return reply
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': docsPolicy,
      'cache-control': 'no-cache',
    })
    .send(html);
}

function nothing(path: string): BeckonError {
  return new BeckonError(errors.API_NOT_FOUND, `There is nothing at ${path.slice(0, 200)}`);
}
