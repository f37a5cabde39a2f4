import '@xyflow/react/dist/base.css';
import './canvas.css';
import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { useReducedMotion } from '@mantine/hooks';
import { IconAlertTriangle, IconFocusCentered, IconMinus, IconPlus } from '@tabler/icons-react';
import {
  type Edge,
  type EdgeProps,
  EdgeLabelRenderer,
  BaseEdge,
  Handle,
  type Node,
  type NodeProps,
  Panel,
  Position,
  ReactFlow,
  type ReactFlowInstance,
  useReactFlow,
} from '@xyflow/react';
import { useMemo, useRef } from 'react';
import type { JourneyDetail } from '../../src/api/contract.ts';
import { useVoice } from '../ui/voice.tsx';
import { KindIcon } from './KindIcon.tsx';
import type { JourneyDocument } from './document.ts';
import { type Kind, type LineStart, kinds } from './edit.ts';
import { card, layOut, pathOf } from './layout.ts';
import { type CardKind, cardKinds, kindOf, sentenceOf, titleOf, wayWords } from './sentence.ts';

type CardData = {
  kind: CardKind;
  title: string;
  sentence: string;
  now: number;
  today: number;
  /** What `today` counts, in a word. */
  pastWord: string;
  selected: boolean;
  /** How much of it must be mended. */
  faults: number;
  onSelect: (id: string) => void;
};
type LineData = { lane: number; label: string; from: string; onInsert: ((kind: Kind) => void) | undefined };
type CardNode = Node<CardData, 'card'>;
type LineEdge = Edge<LineData, 'line'>;

interface CanvasProps {
  document: JourneyDocument;
  counts: JourneyDetail['counts'];
  selected: string | null;
  onSelect: (id: string | null) => void;
  /** What the second number of each card counts; those of today when absent. */
  pastWord?: string;
  /** It is being changed: how much of each activity must be mended, and what may be put into lines. */
  editing?: { faults: ReadonlyMap<string, number>; onInsert: (line: LineStart, kind: Kind) => void };
}

/** About as wide as the word is drawn; the style cuts it at the same most. */
const wordWidth = (word: string) => (word === '' ? 0 : Math.min(216, word.length * 7 + 18));

/** What the sign for one more takes beside it. */
const plusWidth = 28;

/** A journey drawn: time runs downward, a card an activity, its counts live. */
export function Canvas({ document, counts, selected, onSelect, pastWord, editing }: CanvasProps) {
  const { say } = useVoice();
  const frame = useRef<HTMLDivElement>(null);
  const plus = editing ? plusWidth : 0;
  const layout = useMemo(() => layOut(document, (why) => wordWidth(wayWords(why, say)) + plus), [document, say, plus]);
  const nodes = layout.cards.map(({ id, x, y }): CardNode => ({
    id,
    type: 'card',
    position: { x, y },
    width: card.width,
    height: card.height,
    data: {
      kind: kindOf(document, id),
      title: titleOf(document, id, say),
      sentence: sentenceOf(document, id, say),
      now: counts[id]?.now ?? 0,
      today: counts[id]?.today ?? 0,
      pastWord: pastWord ?? say('card.today'),
      selected: id === selected,
      faults: editing?.faults.get(id) ?? 0,
      onSelect,
    },
  }));
  const insert = editing?.onInsert;
  const edges = useMemo(
    () =>
      layout.lines.map(({ id, from, to, at, why, lane }): LineEdge => {
        const line = { from: document.activities.has(from) ? from : null, at };
        const onInsert = insert && ((kind: Kind) => insert(line, kind));
        const label = wayWords(why, say);
        const data = { lane, label, from: titleOf(document, from, say), onInsert };
        return { id, type: 'line', source: from, target: to, data };
      }),
    [layout, say, insert, document],
  );
  const start = (flow: ReactFlowInstance<CardNode, LineEdge>) => {
    const width = frame.current?.clientWidth ?? layout.width;
    const zoom = Math.max(0.7, Math.min(1, (width - 48) / layout.width));
    const fits = layout.width * zoom <= width - 32;
    const x = fits ? (width - layout.width * zoom) / 2 : 24;
    const chosen = layout.cards.find((one) => one.id === selected)?.y ?? 0;
    const y = Math.min(24, (frame.current?.clientHeight ?? 0) / 2 - (chosen + card.height / 2) * zoom);
    void flow.setViewport({ x, y: chosen === 0 ? 24 : y, zoom });
  };
  return (
    <div className="canvas" ref={frame} role="region" aria-label={say('journey.canvas')}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onInit={start}
        onPaneClick={() => onSelect(null)}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        panOnScroll
        zoomOnDoubleClick={false}
        preventScrolling
        minZoom={0.3}
        maxZoom={1.5}
      >
        <Zoom />
      </ReactFlow>
    </div>
  );
}

function Zoom() {
  const { say } = useVoice();
  const flow = useReactFlow();
  const duration = useReducedMotion() ? 0 : 120;
  const tools = [
    { word: say('journey.closer'), Icon: IconPlus, act: () => flow.zoomIn({ duration }) },
    { word: say('journey.farther'), Icon: IconMinus, act: () => flow.zoomOut({ duration }) },
    {
      word: say('journey.fit'),
      Icon: IconFocusCentered,
      act: () => flow.fitView({ duration, padding: 0.08, maxZoom: 1 }),
    },
  ];
  return (
    <Panel position="top-right" className="canvas-tools">
      {tools.map(({ word, Icon, act }) => (
        <Tooltip key={word} label={word}>
          <ActionIcon variant="default" size={32} aria-label={word} onClick={() => void act()}>
            <Icon size={16} stroke={1.5} />
          </ActionIcon>
        </Tooltip>
      ))}
    </Panel>
  );
}

function Card({ id, data }: NodeProps<CardNode>) {
  const { say, number } = useVoice();
  return (
    <>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <button
        type="button"
        className={`card nopan kind-${data.kind}`}
        aria-pressed={data.selected}
        onClick={() => data.onSelect(id)}
      >
        <span className="card-title">
          <KindIcon kind={data.kind} />
          <span>{data.title}</span>
        </span>
        <span className="card-sentence">{data.sentence}</span>
        {data.faults > 0 && (
          <span className="card-faults">
            <IconAlertTriangle size={14} stroke={1.5} aria-hidden="true" />
            {say('edit.faults', { count: data.faults })}
          </span>
        )}
        <span className="card-counts">
          <span className={data.now > 0 ? 'card-now' : ''}>
            <b>{number(data.now)}</b> {say('journey.here')}
          </span>
          <span>
            <b>{number(data.today)}</b> {data.pastWord}
          </span>
        </span>
      </button>
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </>
  );
}

function Line({ sourceX, sourceY, targetX, targetY, data }: EdgeProps<LineEdge>) {
  const lane = data?.lane ?? targetX;
  const path = pathOf({ x: sourceX, y: sourceY }, { x: targetX, y: targetY }, lane);
  return (
    <>
      <BaseEdge path={path} markerEnd="" />
      <path
        d={`M${targetX - 4},${targetY - 6}L${targetX},${targetY - 1}L${targetX + 4},${targetY - 6}`}
        className="arrow"
      />
      {data && (data.label || data.onInsert) && (
        <EdgeLabelRenderer>
          <div
            className="line-place"
            style={{ transform: `translate(-50%, -50%) translate(${lane}px, ${sourceY + 48}px)` }}
          >
            {data.label && <span className="line-word">{data.label}</span>}
            {data.onInsert && <OneMore after={[data.from, data.label]} onChoose={data.onInsert} />}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
}

/** Puts an activity of a chosen kind into a line. */
function OneMore({ after, onChoose }: { after: string[]; onChoose: (kind: Kind) => void }) {
  const { say } = useVoice();
  const name = say('edit.addAfter', { name: after.filter(Boolean).join(', ') });
  return (
    <Menu position="right-start" withinPortal>
      <Menu.Target>
        <ActionIcon className="line-more nopan nodrag" variant="default" size={24} radius="xl" aria-label={name}>
          <IconPlus size={14} stroke={1.5} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {kinds.map((kind) => (
          <Menu.Item key={kind} leftSection={<KindIcon kind={cardKinds[kind]} />} onClick={() => onChoose(kind)}>
            {say(`activity.${kind}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

const nodeTypes = { card: Card };
const edgeTypes = { line: Line };
