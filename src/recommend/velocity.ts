/** A design in Velocity as it was read: what is printed as it is, and what is worked out for each answer. */
export type VelocityNode =
  | { kind: 'text'; text: string }
  /** A reference, printed. `source` is how it was written: what stands for nothing known is printed as that. */
  | { kind: 'print'; ref: Reference; source: string; quiet: boolean }
  /** Of the profile or the activity (recommendations DES-5). */
  | { kind: 'token'; name: string }
  | { kind: 'set'; name: string; to: VelocityExpr; at: number }
  | { kind: 'if'; branches: { when: VelocityExpr; body: VelocityNode[] }[]; otherwise: VelocityNode[] }
  | { kind: 'foreach'; name: string; of: VelocityExpr; body: VelocityNode[]; at: number }
  | { kind: 'break' }
  | { kind: 'stop' };

export type VelocityExpr =
  | { kind: 'value'; value: string | number | boolean | null }
  /** A number with a fraction: divided, it keeps one. */
  | { kind: 'real'; value: number }
  /** Text between double quotes, in which references stand for their values. */
  | { kind: 'text'; nodes: VelocityNode[] }
  | { kind: 'list'; items: VelocityExpr[] }
  | { kind: 'range'; from: VelocityExpr; to: VelocityExpr }
  | { kind: 'map'; entries: [VelocityExpr, VelocityExpr][] }
  | { kind: 'ref'; ref: Reference }
  | { kind: 'not' | 'minus'; of: VelocityExpr }
  | { kind: 'binary'; operator: string; left: VelocityExpr; right: VelocityExpr };

/** `$root.name.method(…)[index]`; `at` is its offset. */
export interface Reference {
  root: string;
  path: Step[];
  at: number;
}

export type Step =
  | { kind: 'property'; name: string }
  | { kind: 'method'; name: string; args: VelocityExpr[]; at: number }
  | { kind: 'index'; of: VelocityExpr };

/** A fault in a design, with its place. */
export class VelocityFault extends Error {
  /** Offset in the script. */
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** `line 3, column 7` of an offset. */
export function placeIn(script: string, at: number): string {
  const before = script.slice(0, at).split('\n');
  return `line ${before.length}, column ${before.at(-1)!.length + 1}`;
}

/** All nodes with those inside them. */
export function* allNodes(nodes: readonly VelocityNode[]): Generator<VelocityNode> {
  for (const node of nodes) {
    yield node;
    if (node.kind === 'foreach') yield* allNodes(node.body);
    if (node.kind !== 'if') continue;
    for (const { body } of node.branches) yield* allNodes(body);
    yield* allNodes(node.otherwise);
  }
}

/** All references a design names, wherever they stand. */
export function referencesIn(nodes: readonly VelocityNode[]): Reference[] {
  return [...allNodes(nodes)].flatMap((node) => {
    if (node.kind === 'print') return referencesOf(node.ref);
    if (node.kind === 'set') return refsIn(node.to);
    if (node.kind === 'foreach') return refsIn(node.of);
    return node.kind === 'if' ? node.branches.flatMap(({ when }) => refsIn(when)) : [];
  });
}

function referencesOf(ref: Reference): Reference[] {
  const inner = ref.path.flatMap((step) => {
    if (step.kind === 'method') return step.args.flatMap(refsIn);
    return step.kind === 'index' ? refsIn(step.of) : [];
  });
  return [ref, ...inner];
}

/** All references of an expression. */
export function refsIn(expr: VelocityExpr): Reference[] {
  switch (expr.kind) {
    case 'ref':
      return referencesOf(expr.ref);
    case 'text':
      return referencesIn(expr.nodes);
    case 'list':
      return expr.items.flatMap(refsIn);
    case 'map':
      return expr.entries.flat().flatMap(refsIn);
    case 'range':
      return [...refsIn(expr.from), ...refsIn(expr.to)];
    case 'binary':
      return [...refsIn(expr.left), ...refsIn(expr.right)];
    case 'not':
    case 'minus':
      return refsIn(expr.of);
    default:
      return [];
  }
}
