import { type JourneyDocument, type Way, waysOf } from './document.ts';
import { entryId } from './sentence.ts';

/** Sizes in pixels. Cards are all as tall as the tallest may be, so that a rank is one straight row. */
export const card = { width: 224, height: 136 };
const gap = { across: 32, down: 72, lane: 32 };

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
  const first = document.activities.has(document.start) ? [{ to: document.start, why: null }] : [];
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

/** Every subtree and every lane down has a span of its own, lanes back stand to the right of all: nothing overlaps. */
function place(nodes: Map<string, Node>, owners: Map<string, string>, wordWidth: WordWidth): Places {
  const centre = new Map<string, number>();
  const lanes = new Map<string, number>();
  const back: { id: string; why: Way['why'] }[] = [];
  let right = 0;
  const addLane = (id: string, why: Way['why'], left: number): number => {
    const width = Math.max(gap.lane, wordWidth(why) + 12);
    lanes.set(id, left + width / 2);
    return left + width;
  };
  const put = (node: Node): void => {
    const left = right;
    const middles: number[] = [];
    const taken = new Set<string>();
    for (const [index, way] of node.ways.entries()) {
      const below = nodes.get(way.to)!;
      if (owners.get(way.to) === node.id && !taken.has(way.to)) {
        taken.add(way.to);
        put(below);
        middles.push(centre.get(way.to)!);
      } else if (below.rank > node.rank + 1) {
        right = addLane(lineId(node.id, index), way.why, right);
      } else if (below.rank <= node.rank) {
        back.push({ id: lineId(node.id, index), why: way.why });
      }
    }
    right = Math.max(right, left + card.width + gap.across);
    const middle = middles.length > 0 ? (middles[0]! + middles.at(-1)!) / 2 : left + card.width / 2;
    centre.set(node.id, middle);
  };
  for (const node of nodes.values()) if (!owners.has(node.id)) put(node);
  for (const { id, why } of back) right = addLane(id, why, right);
  return { centre, lanes, width: right - (back.length === 0 ? gap.across : 0) };
}

const lineId = (from: string, index: number) => `${from}:${index}`;

function linesOf(node: Node, placed: Places): PlacedLine[] {
  return node.ways.map(({ to, why }, index) => {
    const id = lineId(node.id, index);
    return { id, from: node.id, to, why, lane: placed.lanes.get(id) ?? placed.centre.get(to)! };
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
