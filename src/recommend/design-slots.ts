import type { RecommendedItem } from './answer.ts';
import { TextOutput } from './design-output.ts';
import { rootsOf } from './design-scope.ts';
import { sampleAnswer, sampleItem } from './design-sample.ts';
import { referencesIn, VelocityFault, type VelocityExpr, type VelocityNode } from './velocity.ts';
import { VelocityRun } from './velocity-run.ts';

const probes = 99;

/** The highest item a script names anywhere; 99 for a bare `$entities`, 0 when it names none. */
export function entitiesNamed(nodes: readonly VelocityNode[]): number {
  const named = referencesIn(nodes).map(({ root, path }) => {
    if (root !== 'entities') return Number(/^entity([1-9]\d{0,4})$/.exec(root)?.[1] ?? 0);
    const [first] = path;
    if (first?.kind === 'property' || (first?.kind === 'method' && first.name === 'size')) return 1;
    return (
      1 +
      Math.max(0, fixedIndex(first?.kind === 'index' ? first.of : first?.kind === 'method' ? first.args[0] : undefined))
    );
  });
  return Math.max(0, ...named);
}

function fixedIndex(expr: VelocityExpr | undefined): number {
  return expr?.kind === 'value' && typeof expr.value === 'number' ? expr.value : 0;
}

/**
 * How many items a script asks for (recommendations DES-1): the highest it names in any branch, and as many as its loops
 * go through when there are 99. A loop's turn counts when it was not broken off, or looked at its item.
 */
export function slotsOf(nodes: readonly VelocityNode[], trusted: ReadonlySet<string>): number {
  let most = entitiesNamed(nodes);
  const items: RecommendedItem[] = Array.from({ length: probes }, (_, i) => sampleAnswer('plain', probes).items[i]!);
  const answer = { ...sampleAnswer('plain', 1), items };
  const see = (place: number) => void (most = Math.max(most, place));
  const { roots, entities } = rootsOf({ answer, item: sampleItem('plain'), now: 0 }, see);
  const places = new Map(entities.map((entity, i) => [entity, i + 1]));
  const onTurn = (turn: unknown) => see(places.get(turn as never) ?? 0);
  try {
    new VelocityRun({ roots, token: () => '', onTurn }, new TextOutput(), { trusted }).run(nodes);
  } catch (error) {
    // What it asked for until then counts; that it fails is told when the samples are made.
    if (!(error instanceof VelocityFault)) throw error;
  }
  return Math.min(most, probes);
}
