import '@xyflow/react/dist/base.css';
import './canvas.css';
import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { useReducedMotion } from '@mantine/hooks';
import {
  IconAlertTriangle,
  IconClipboard,
  IconFocusCentered,
  IconMessage2,
  IconMinus,
  IconPlus,
} from '@tabler/icons-react';
import {
  type Edge,
  type EdgeProps,
  EdgeLabelRenderer,
  BaseEdge,
  Handle,
  type Node,
  type NodeChange,
  type NodeProps,
  Panel,
  Position,
  ReactFlow,
  type ReactFlowInstance,
  useReactFlow,
} from '@xyflow/react';
import { createContext, useContext, useEffect, useMemo, useRef, useState } from 'react';
import type { JourneyDetail } from '../../src/api/contract.ts';
import { useVoice } from '../ui/voice.tsx';
import { KindIcon } from './KindIcon.tsx';
import type { JourneyDocument } from './document.ts';
import { type Kind, type LineStart, kinds } from './edit.ts';
import { lineUnder, signBelow } from './drag.ts';
import { type Layout, type PlacedLine, card, layOut, pathOf } from './layout.ts';
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
  note: string | null;
  /** It is being changed: lines may be drawn from and to it. */
  isOpen: boolean;
  onSelect: (id: string) => void;
};
type LineData = {
  lane: number;
  label: string;
  from: string;
  /** What may be put into it; absent where nothing is changed. */
  more: { onInsert: (kind: Kind) => void; paste: Paste | null } | undefined;
};
/** What was copied, by its name, and putting it here. */
interface Paste {
  name: string;
  act: () => void;
}
type CardNode = Node<CardData, 'card'>;
type LineEdge = Edge<LineData, 'line'>;

interface CanvasProps {
  document: JourneyDocument;
  counts: JourneyDetail['counts'];
  selected: string | null;
  onSelect: (id: string | null) => void;
  /** What the second number of each card counts; those of today when absent. */
  pastWord?: string;
  editing?: CanvasEditing;
}

/** What may be done with a journey that is being changed. */
export interface CanvasEditing {
  /** How much of each activity must be mended. */
  faults: ReadonlyMap<string, number>;
  onInsert: (line: LineStart, kind: Kind) => void;
  onMove: (id: string, line: LineStart) => void;
  /** A line's end was drawn to another card; by the card that it begins at where it is a new one. */
  onConnect: (from: LineStart | string, to: string) => void;
  /** Name of what was copied. */
  copied: string | null;
  onPaste: (line: LineStart) => void;
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
  const drag = useDrag(layout, document, editing?.onMove);
  const nodes = layout.cards.map(({ id, x, y }): CardNode => ({
    id,
    type: 'card',
    position: drag.moving?.id === id ? drag.moving.position : { x, y },
    draggable: document.activities.has(id) && document.activities.get(id)!.kind !== 'end',
    zIndex: drag.moving?.id === id ? 10 : 0,
    width: card.width,
    height: card.height,
    // As it is known, so that its lines stay, and with them a menu that is open, when a card is drawn anew.
    measured: { width: card.width, height: card.height },
    data: {
      kind: kindOf(document, id),
      title: titleOf(document, id, say),
      sentence: sentenceOf(document, id, say),
      now: counts[id]?.now ?? 0,
      today: counts[id]?.today ?? 0,
      pastWord: pastWord ?? say('card.today'),
      selected: id === selected,
      faults: editing?.faults.get(id) ?? 0,
      note: document.notes.get(id) ?? null,
      isOpen: editing !== undefined,
      onSelect,
    },
  }));
  const edges = useEdges(layout, document, editing);
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
      <UnderContext value={drag.under}>
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          onInit={start}
          onPaneClick={() => onSelect(null)}
          nodesDraggable={editing !== undefined}
          nodesConnectable={editing !== undefined}
          nodeDragThreshold={6}
          connectionRadius={90}
          onNodesChange={drag.onChange}
          onNodeDragStop={drag.onStop}
          onConnect={({ source, target }) => editing?.onConnect(source, target)}
          onReconnect={(edge, { target }) => {
            const placed = layout.lines.find(({ id }) => id === edge.id);
            if (placed) editing?.onConnect(startOf(document, placed), target);
          }}
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
      </UnderContext>
    </div>
  );
}

/** The lines, made anew only where they changed: counts come every two seconds, and an open menu must stay open. */
function useEdges(layout: Layout, document: JourneyDocument, editing: CanvasEditing | undefined): LineEdge[] {
  const { say } = useVoice();
  const latest = useRef(editing);
  useEffect(() => {
    latest.current = editing;
  });
  const isEdited = editing !== undefined;
  const copied = editing?.copied ?? null;
  return useMemo(
    () =>
      layout.lines.map((placed): LineEdge => {
        const { id, from, to, why, lane } = placed;
        const line = startOf(document, placed);
        const paste = copied === null ? null : { name: copied, act: () => latest.current?.onPaste(line) };
        const more = isEdited ? { onInsert: (kind: Kind) => latest.current?.onInsert(line, kind), paste } : undefined;
        const data = { lane, label: wayWords(why, say), from: titleOf(document, from, say), more };
        return { id, type: 'line', source: from, target: to, data, reconnectable: isEdited ? 'target' : false };
      }),
    [layout, document, say, isEdited, copied],
  );
}

/** The beginning of a drawn line in the document. */
const startOf = ({ activities }: JourneyDocument, { from, at }: PlacedLine): LineStart => ({
  from: activities.has(from) ? from : null,
  at,
});

/** A card that is being dragged, and the line that it would fall into; everything else stays where it was laid out. */
function useDrag(layout: Layout, document: JourneyDocument, onMove: CanvasEditing['onMove'] | undefined) {
  const [moving, setMoving] = useState<{ id: string; position: { x: number; y: number } } | null>(null);
  const lineAt = ({ x, y }: { x: number; y: number }) =>
    lineUnder(layout, { x: x + card.width / 2, y: y + card.height / 2 });
  return {
    moving,
    under: moving ? (lineAt(moving.position)?.id ?? null) : null,
    onChange: (changes: NodeChange<CardNode>[]) => {
      for (const change of changes)
        if (change.type === 'position' && change.position && change.dragging === true)
          setMoving({ id: change.id, position: change.position });
    },
    onStop: (_event: unknown, { id, position }: CardNode) => {
      const line = lineAt(position);
      setMoving(null);
      if (line) onMove?.(id, startOf(document, line));
    },
  };
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
      <Handle type="target" position={Position.Top} isConnectable={data.isOpen} isConnectableStart={false} />
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
        {data.note !== null && (
          <span className="card-note" title={data.note}>
            <IconMessage2 size={14} stroke={1.5} aria-label={say('field.note')} />
            <span>{data.note}</span>
          </span>
        )}
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
      <Handle
        type="source"
        position={Position.Bottom}
        className={data.isOpen && data.kind !== 'end' ? 'handle-open' : ''}
        isConnectable={data.isOpen && data.kind !== 'end'}
        isConnectableEnd={false}
      />
    </>
  );
}

function Line({ id, sourceX, sourceY, targetX, targetY, data }: EdgeProps<LineEdge>) {
  const under = useContext(UnderContext);
  const lane = data?.lane ?? targetX;
  const path = pathOf({ x: sourceX, y: sourceY }, { x: targetX, y: targetY }, lane);
  return (
    <>
      <BaseEdge path={path} markerEnd="" />
      <path
        d={`M${targetX - 4},${targetY - 6}L${targetX},${targetY - 1}L${targetX + 4},${targetY - 6}`}
        className="arrow"
      />
      {data && (data.label || data.more) && (
        <EdgeLabelRenderer>
          <div
            className={id === under ? 'line-place line-under' : 'line-place'}
            style={{ transform: `translate(-50%, -50%) translate(${lane}px, ${sourceY + signBelow}px)` }}
          >
            {data.label && <span className="line-word">{data.label}</span>}
            {data.more && <OneMore after={[data.from, data.label]} {...data.more} />}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
}

/** Puts an activity of a chosen kind into a line. */
function OneMore(props: { after: string[]; onInsert: (kind: Kind) => void; paste: Paste | null }) {
  const { after, onInsert, paste } = props;
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
          <Menu.Item key={kind} leftSection={<KindIcon kind={cardKinds[kind]} />} onClick={() => onInsert(kind)}>
            {say(`activity.${kind}`)}
          </Menu.Item>
        ))}
        {paste && (
          <>
            <Menu.Divider />
            <Menu.Item leftSection={<IconClipboard size={16} stroke={1.5} />} onClick={paste.act}>
              {say('edit.pasteHere', { name: paste.name })}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

/** The line that a card which is let go now falls into. */
const UnderContext = createContext<string | null>(null);

const nodeTypes = { card: Card };
const edgeTypes = { line: Line };
