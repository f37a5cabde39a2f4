import { type JourneyDocument, type Way, waysOf } from './document.ts';
import { entryId } from './sentence.ts';

/** Sizes in pixels. Cards are all as tall as the tallest may be, so that a rank is one straight row. */
export const card = { width: 224, height: 128 };
const gap = { across: 32, down: 68, lane: 32 };

export interface PlacedCard {
  id: string;
  x: number;
  y: number;
}

/** A line from a card down (or, for a jump back, up) to another; `lane` is the x of its long part. */
export interface PlacedLine {
  id: string;
  from: string;
  to: string;
  at: Way['at'];
  why: Way['why'];
  lane: number;
}

export interface Layout {
  cards: PlacedCard[];
  lines: PlacedLine[];
  width: number;
  height: number;
}

/** How wide the word on a line is, in pixels: a lane is as wide as its word. */
export type WordWidth = (why: Way['why']) => number;

interface Node {
  id: string;
  ways: Way[];
  rank: number;
}

/**
 * Places the cards of a journey: time runs downward, each card below all that lead to it, branches side by side in the
 * order they are written. A way that skips ranks or goes back gets a lane of its own that no card stands in. Pure.
 */
export function layOut(document: JourneyDocument, wordWidth: WordWidth = () => 0): Layout {
  const nodes = readNodes(document);
  rank(nodes);
  const tree = ownersOf(nodes);
  const placed = place(nodes, tree, wordWidth);
  const lines = [...nodes.values()].flatMap((node) => linesOf(node, placed));
  const cards = [...nodes.values()].map(({ id, rank: row }) => ({
    id,
    x: placed.centre.get(id)! - card.width / 2,
    y: row * (card.height + gap.down),
  }));
  const rows = Math.max(...cards.map((one) => one.y), 0);
  return { cards, lines, width: placed.width, height: rows + card.height };
}

/** Cards in reading order; ways to nowhere are left out, activities that nothing leads to are appended at the end. */
function readNodes(document: JourneyDocument): Map<string, Node> {
  const nodes = new Map<string, Node>();
  const first = document.activities.has(document.start) ? [{ to: document.start, at: [], why: null }] : [];
  const visit = (id: string, ways: Way[]): void => {
    const known = ways.filter((way) => document.activities.has(way.to));
    nodes.set(id, { id, ways: known, rank: 0 });
    for (const { to } of known) if (!nodes.has(to)) visit(to, waysOf(document.activities.get(to)!));
  };
  visit(entryId, first);
  for (const [id, activity] of document.activities) if (!nodes.has(id)) visit(id, waysOf(activity));
  return nodes;
}

/** Longest path from the entry; ways that lead back into their own past do not count. */
function rank(nodes: Map<string, Node>): void {
  const done: Node[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const forward = new Map<string, string[]>();
  const visit = (node: Node): void => {
    state.set(node.id, 'open');
    for (const { to } of node.ways) {
      if (state.get(to) === 'open') continue;
      forward.set(node.id, [...(forward.get(node.id) ?? []), to]);
      if (!state.has(to)) visit(nodes.get(to)!);
    }
    state.set(node.id, 'done');
    done.push(node);
  };
  for (const node of nodes.values()) if (!state.has(node.id)) visit(node);
  for (const node of done.reverse()) {
    for (const to of forward.get(node.id) ?? []) {
      const target = nodes.get(to)!;
      target.rank = Math.max(target.rank, node.rank + 1);
    }
  }
}

/** Each card hangs under the first card of the row right above that leads to it. */
function ownersOf(nodes: Map<string, Node>): Map<string, string> {
  const owners = new Map<string, string>();
  for (const node of nodes.values()) {
    for (const { to } of node.ways) {
      if (!owners.has(to) && nodes.get(to)!.rank === node.rank + 1) owners.set(to, node.id);
    }
  }
  return owners;
}

interface Places {
  centre: Map<string, number>;
  lanes: Map<string, number>;
  width: number;
}

/** A placed subtree: its x from its root's, and per row how far to the right it is taken. */
interface Shape {
  at: Map<string, number>;
  right: Map<number, number>;
}

/**
 * The first way of each card goes straight down, further ways stand to the right of it, as close as the rows they need
 * are free; a way that skips rows takes a lane in the rows between. So the main line is one line and nothing overlaps.
 */
function place(nodes: Map<string, Node>, owners: Map<string, string>, wordWidth: WordWidth): Places {
  const all: Shape = { at: new Map(), right: new Map() };
  for (const node of nodes.values()) {
    if (owners.has(node.id)) continue;
    const shape = shapeOf(node, { nodes, owners, wordWidth });
    join(all, shape, Math.max(0, ...all.right.values()));
  }
  const centre = new Map<string, number>();
  const lanes = new Map<string, number>();
  for (const [id, x] of all.at) {
    if (nodes.has(id)) centre.set(id, x + card.width / 2);
    else lanes.set(id, x);
  }
  const cards = Math.max(...all.right.values());
  let width = cards;
  for (const node of nodes.values()) {
    for (const [index, way] of node.ways.entries()) {
      if (nodes.get(way.to)!.rank > node.rank) continue;
      const taken = laneWidth(wordWidth(way.why));
      lanes.set(lineId(node.id, index), width + taken / 2);
      width += taken;
    }
  }
  return { centre, lanes, width: width === cards ? cards - gap.across : width };
}

const laneWidth = (word: number) => Math.max(gap.lane, word + 12);

function shapeOf(
  node: Node,
  tree: { nodes: Map<string, Node>; owners: Map<string, string>; wordWidth: WordWidth },
): Shape {
  const shape: Shape = { at: new Map([[node.id, 0]]), right: new Map([[node.rank, card.width + gap.across]]) };
  const below = (way: Way) => tree.nodes.get(way.to)!;
  const own = new Set(node.ways.filter((way) => tree.owners.get(way.to) === node.id).map((way) => way.to));
  for (const id of own) {
    const child = shapeOf(tree.nodes.get(id)!, tree);
    join(shape, child, Math.max(0, ...[...child.right.keys()].map((row) => shape.right.get(row) ?? 0)));
  }
  for (const [index, way] of node.ways.entries()) {
    const rows = Array.from(
      { length: Math.max(0, below(way).rank - node.rank - 1) },
      (_, step) => node.rank + 1 + step,
    );
    if (rows.length === 0) continue;
    const width = laneWidth(tree.wordWidth(way.why));
    const lane = new Map(rows.map((row) => [row, width]));
    const left = Math.max(0, ...rows.map((row) => shape.right.get(row) ?? 0));
    join(shape, { at: new Map([[lineId(node.id, index), width / 2]]), right: lane }, left);
  }
  spread(node, shape, tree);
  return shape;
}

/** Several ways to the same card right below: the first goes straight down, the words of the others stand beside it. */
function spread(node: Node, shape: Shape, tree: { nodes: Map<string, Node>; wordWidth: WordWidth }): void {
  const ends = new Map<string, number>();
  for (const [index, { to, why }] of node.ways.entries()) {
    const left = shape.at.get(to);
    if (left === undefined || tree.nodes.get(to)!.rank !== node.rank + 1) continue;
    const width = laneWidth(tree.wordWidth(why));
    const end = ends.get(to);
    const lane = end === undefined ? left + card.width / 2 : end + width / 2;
    ends.set(to, lane + width / 2);
    if (end === undefined) continue;
    shape.at.set(lineId(node.id, index), lane);
    shape.right.set(node.rank, Math.max(shape.right.get(node.rank)!, lane + width / 2 + gap.across));
  }
}

function join(shape: Shape, part: Shape, left: number): void {
  for (const [id, x] of part.at) shape.at.set(id, x + left);
  for (const [row, right] of part.right) shape.right.set(row, Math.max(shape.right.get(row) ?? 0, right + left));
}

const lineId = (from: string, index: number) => `${from}:${index}`;

function linesOf(node: Node, placed: Places): PlacedLine[] {
  return node.ways.map(({ to, at, why }, index) => {
    const id = lineId(node.id, index);
    return { id, from: node.id, to, at, why, lane: placed.lanes.get(id) ?? placed.centre.get(to)! };
  });
}

/**
 * The drawn path: down from the source, across in the free band between two rows, along the lane, across again, down
 * into the target. Corners are round. `source` is the bottom middle of a card, `target` the top middle.
 */
export function pathOf(source: { x: number; y: number }, target: { x: number; y: number }, lane: number): string {
  const leave = source.y + gap.down / 2;
  const arrive = target.y - gap.down / 2;
  const corners = [source, { x: source.x, y: leave }, { x: lane, y: leave }, { x: lane, y: arrive }];
  return rounded([...corners, { x: target.x, y: arrive }, target]);
}

function rounded(points: { x: number; y: number }[]): string {
  const distinct = points.filter((point, index) => {
    const before = points[index - 1];
    return !before || before.x !== point.x || before.y !== point.y;
  });
  return distinct
    .map((point, index) => {
      const before = distinct[index - 1];
      const after = distinct[index + 1];
      if (!before || !after) return `${before ? 'L' : 'M'}${point.x},${point.y}`;
      const a = toward(point, before);
      const b = toward(point, after);
      return `L${a.x},${a.y}Q${point.x},${point.y} ${b.x},${b.y}`;
    })
    .join('');
}

/** A point at most 8 px, and at most half the way, from a corner towards its neighbour. */
function toward(from: { x: number; y: number }, to: { x: number; y: number }): { x: number; y: number } {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const step = Math.min(8, length / 2) / (length || 1);
  return { x: from.x + (to.x - from.x) * step, y: from.y + (to.y - from.y) * step };
}
