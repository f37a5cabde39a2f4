import type { FastifyInstance } from 'fastify';
import { ledgerMetrics } from './admin-ledger.ts';
import { paceMetrics } from './admin-pace.ts';
import type { House } from './house.ts';

/** A number of this process or of what it shares, with labels or without. */
export interface HouseNumber {
  name: string;
  help: string;
  value?: number;
  values?: [labels: Record<string, string>, value: number][];
  /** It only rises. */
  counts?: boolean;
}

/** Numbers for Prometheus, in its text form; with a key that may read. */
export async function metricRoutes(app: FastifyInstance, { house }: { house: House }): Promise<void> {
  app.get(
    '/metrics',
    {
      schema: {
        tags: ['house'],
        summary: 'How this process, the log, journeys and the send ledger stand, in the text form of Prometheus',
      },
      config: { asks: { scope: 'read' } },
    },
    async (_request, reply) => {
      const { lines, doubt } = await house.messages.ledger({});
      const { frozen } = await house.messages.sending.state();
      const numbers = (await house.numbers?.()) ?? [];
      const ledger = ledgerMetrics(lines, { frozen, ...doubt });
      return reply
        .header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
        .header('cache-control', 'no-store')
        .send(`${numberLines(numbers)}${ledger}${paceMetrics(await house.messages.pacing.state())}`);
    },
  );
}

function numberLines(numbers: readonly HouseNumber[]): string {
  return numbers
    .map(({ name, help, value, values = [], counts = false }) => {
      const all = value === undefined ? values : [[{}, value] as const];
      const lines = all.map(([labels, one]) => `${name}${labelsOf(labels)} ${one}\n`);
      return `# HELP ${name} ${help}\n# TYPE ${name} ${counts ? 'counter' : 'gauge'}\n${lines.join('')}`;
    })
    .join('');
}

function labelsOf(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
