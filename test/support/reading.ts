import type { Statement, Store } from '../../src/store/index.ts';

/** How many rows of each table some work has read, as PostgreSQL counts them, those it threw away included. */
export type RowsRead = Record<string, number>;

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: PlanNode[];
}

/** A store whose reads are counted: each statement is explained right after it ran. What it counts does not hang on how busy the machine is. */
export function countingReads(store: Store): { store: Store; read: RowsRead } {
  const read: RowsRead = {};
  const count = (node: PlanNode) => {
    const table = node['Relation Name'];
    if (table !== undefined && node['Node Type'].includes('Scan')) {
      const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
      read[table] = (read[table] ?? 0) + Math.round((node['Actual Rows'] + removed) * node['Actual Loops']);
    }
    for (const child of node.Plans ?? []) count(child);
  };
  const rows = async <T>(statement: Statement): Promise<T[]> => {
    const found = await store.rows<T>(statement);
    const { text, values } = statement;
    const [plan] = await store.rows<{ 'QUERY PLAN': { Plan: PlanNode }[] }>({
      text: `explain (analyze, timing off, format json) ${text}`,
      ...(values ? { values } : {}),
    });
    count(plan!['QUERY PLAN'][0]!.Plan);
    return found;
  };
  return { store: { ...store, rows }, read };
}
