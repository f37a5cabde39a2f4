/** The parsed form of expressions and templates. `at` is the offset in the source. */
export type Expr =
  | { kind: 'value'; at: number; value: string | number | boolean | null }
  | { kind: 'list'; at: number; items: Expr[] }
  | { kind: 'map'; at: number; entries: NamedArgument[] }
  /** Whole numbers from one to the other; after `in` every number between, both ends among them. */
  | { kind: 'range'; at: number; from: Expr; to: Expr }
  | { kind: 'name'; at: number; name: string; segments: Segment[] }
  | { kind: 'member'; at: number; of: Expr; segments: Segment[] }
  | { kind: 'call'; at: number; name: string; args: Expr[]; named: NamedArgument[] }
  /** `lines.all(this.price > 5)`: the items, or the one item, for which a condition holds. */
  | { kind: 'select'; at: number; of: Expr; pick: Pick; where: Expr }
  | { kind: 'is'; at: number; of: Expr; test: IsTest; negated: boolean }
  | { kind: 'not'; at: number; of: Expr }
  | { kind: 'negate'; at: number; of: Expr }
  | { kind: 'and'; at: number; items: Expr[] }
  | { kind: 'or'; at: number; items: Expr[] }
  | { kind: 'fallback'; at: number; items: Expr[] }
  | { kind: 'binary'; at: number; op: BinaryOp; left: Expr; right: Expr };

export type BinaryOp = '=' | '!=' | '>' | '>=' | '<' | '<=' | 'in' | 'not in' | '+' | '-' | '*' | '/' | '%';

export type Pick = 'all' | 'first' | 'last';

/** What can be asked with `is`, and `has null`. */
export type IsTest = 'null' | 'empty' | 'numeric' | 'integer' | 'decimal' | 'has null';

/** `where: item.price > 10` among the arguments of a call. */
export interface NamedArgument {
  name: string;
  expr: Expr;
  at: number;
}

/** One step of a path: a name, or a computed index. */
export type Segment = string | Expr;

export type Node =
  | { kind: 'text'; at: number; text: string }
  | { kind: 'print'; at: number; end: number; expr: Expr; raw: boolean }
  | { kind: 'let'; at: number; name: string; expr: Expr }
  | { kind: 'if'; at: number; branches: { when: Expr; body: Node[] }[]; otherwise: Node[] }
  | { kind: 'each'; at: number; of: Expr; alias: string | null; body: Node[]; otherwise: Node[] }
  | { kind: 'with'; at: number; of: Expr; alias: string | null; body: Node[]; otherwise: Node[] }
  | {
      kind: 'fragment';
      at: number;
      id: string;
      args: NamedArgument[];
      /** `render=false`: prints nothing, and its variables are set where it stands. */
      silent: boolean;
    };

/** The parts of a block, in the order of the source; nothing for what is no block. */
export function bodiesOf(node: Node): Node[][] {
  if (node.kind === 'if') return [...node.branches.map(({ body }) => body), node.otherwise];
  return node.kind === 'each' || node.kind === 'with' ? [node.body, node.otherwise] : [];
}
