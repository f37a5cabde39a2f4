import type { FastifyInstance } from 'fastify';
import { ledgerMetrics } from './admin-ledger.ts';
import { paceMetrics } from './admin-pace.ts';
import type { House } from './house.ts';

/** Numbers for Prometheus, in its text form; with a key that may read. */
export async function metricRoutes(app: FastifyInstance, { house }: { house: House }): Promise<void> {
  app.get(
    '/metrics',
    {
      schema: {
        tags: ['house'],
        summary: 'The send ledger’s numbers in the text form of Prometheus',
      },
      config: { asks: { scope: 'read' } },
    },
    async (_request, reply) => {
      const { lines, doubt } = await house.messages.ledger({});
      const { frozen } = await house.messages.sending.state();
      return reply
        .header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
        .header('cache-control', 'no-store')
        .send(`${ledgerMetrics(lines, { frozen, ...doubt })}${paceMetrics(await house.messages.pacing.state())}`);
    },
  );
}
