import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconGripVertical, IconPlus, IconTrash } from '@tabler/icons-react';
import { type DragEvent, type ReactNode, useState } from 'react';
import type { Block, PartBlock, TemplateFinding } from '../../src/api/contract-message.ts';
import { useVoice } from '../ui/voice.tsx';
import { blockOf, moved, withField, wordIn } from './edit.ts';
import { BlockFields, type Tongue, WordsInput } from './BlockFields.tsx';

/** The blocks of a mail from top to bottom: open one to change it, move it, take it away, add another. */
export function Blocks<B extends Block | PartBlock>(props: {
  blocks: readonly B[];
  findings: readonly TemplateFinding[];
  tongue: Tongue;
  /** What may be added, as it begins. */
  kinds: readonly B[];
  /** What stands above the fields of a block. */
  head?: (block: B, onChange: (block: B) => void) => ReactNode;
  onChange: (blocks: B[]) => void;
}) {
  const { say } = useVoice();
  const { blocks, findings, tongue, kinds, head, onChange } = props;
  const drag = useBlockDrag((from, to) => onChange(moved(blocks, from, to - from)));
  return (
    <>
      <ol className="blocks">
        {blocks.map((block, index) => (
          // A block is told by its place: it has no name of its own.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={`${index} ${block.kind}`} {...drag(index)}>
            <BlockRow
              block={block}
              head={head}
              number={index + 1}
              isLast={index === blocks.length - 1}
              tongue={tongue}
              findings={findings.filter(({ where }) => blockOf(where) === index)}
              onChange={(changed) => onChange(blocks.map((one, place) => (place === index ? changed : one)))}
              onMove={(by) => onChange(moved(blocks, index, by))}
              onRemove={() => onChange(blocks.filter((_, place) => place !== index))}
            />
          </li>
        ))}
      </ol>
      <Menu position="bottom-start">
        <Menu.Target>
          <Button variant="default" leftSection={<IconPlus size={16} stroke={1.5} />}>
            {say('messages.add')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {kinds.map((begin) => (
            <Menu.Item key={begin.kind} onClick={() => onChange(added(blocks, begin))}>
              {say(`messages.kind.${begin.kind}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

/** Blocks are dragged by their whole row; the arrows in a block do the same for the keyboard. */
function useBlockDrag(onMove: (from: number, to: number) => void) {
  const [from, setFrom] = useState<number | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const end = () => {
    setFrom(null);
    setOver(null);
  };
  return (index: number) => {
    const falls = from !== null && over === index && from !== index;
    const side = falls ? (from < index ? ' block-falls-below' : ' block-falls-above') : '';
    return {
      className: `block${side}`,
      onDragStart: (event: DragEvent) => {
        // Blocks within columns are dragged among themselves.
        event.stopPropagation();
        event.dataTransfer.effectAllowed = 'move';
        setFrom(index);
      },
      onDragOver: (event: DragEvent) => {
        if (from === null) return;
        event.preventDefault();
        event.stopPropagation();
        setOver(index);
      },
      onDrop: (event: DragEvent) => {
        event.preventDefault();
        event.stopPropagation();
        if (from !== null && from !== index) onMove(from, index);
        end();
      },
      onDragEnd: end,
    };
  };
}

/** At the end, but before the footer. */
function added<B extends Block | PartBlock>(blocks: readonly B[], block: B): B[] {
  const foot = blocks.at(-1)?.kind === 'footer' && block.kind !== 'footer' ? blocks.length - 1 : blocks.length;
  return [...blocks.slice(0, foot), block, ...blocks.slice(foot)];
}

function BlockRow<B extends Block | PartBlock>(props: {
  block: B;
  head: ((block: B, onChange: (block: B) => void) => ReactNode) | undefined;
  number: number;
  isLast: boolean;
  tongue: Tongue;
  findings: readonly TemplateFinding[];
  onChange: (block: B) => void;
  onMove: (by: number) => void;
  onRemove: () => void;
}) {
  const { say } = useVoice();
  const { block, head, number, isLast, tongue, findings, onChange, onMove, onRemove } = props;
  const name = `${number}. ${say(`messages.kind.${block.kind}`)}`;
  const named = (key: 'messages.up' | 'messages.down' | 'messages.remove') => say(key, { block: name });
  const inline = block.kind === 'text' || block.kind === 'button';
  return (
    <>
      {inline && (
        <div className={`block-words block-words-${block.kind}`}>
          <WordsInput
            label={say('messages.field.words')}
            value={block.words}
            isLong={block.kind === 'text'}
            tongue={tongue}
            onChange={(value) => onChange(withField(block, 'words', value))}
          />
        </div>
      )}
      <details open={findings.some(({ severity }) => severity === 'error')}>
        <summary draggable>
          <IconGripVertical className="block-grip" size={14} stroke={1.5} aria-hidden="true" />
          <b>{name}</b> <span className="quiet">{inline ? '' : summaryOf(block, tongue)}</span>
        </summary>
        {head && <div className="block-fields">{head(block, onChange)}</div>}
        <BlockFields block={block} tongue={tongue} {...(inline ? { without: 'words' } : {})} onChange={onChange} />
        <Findings findings={findings} />
        <div className="actions">
          <ActionIcon
            variant="default"
            aria-label={named('messages.up')}
            disabled={number === 1}
            onClick={() => onMove(-1)}
          >
            <IconArrowUp size={16} stroke={1.5} />
          </ActionIcon>
          <ActionIcon variant="default" aria-label={named('messages.down')} disabled={isLast} onClick={() => onMove(1)}>
            <IconArrowDown size={16} stroke={1.5} />
          </ActionIcon>
          <ActionIcon variant="default" aria-label={named('messages.remove')} onClick={onRemove}>
            <IconTrash size={16} stroke={1.5} />
          </ActionIcon>
        </div>
      </details>
    </>
  );
}

/** What a block says, in a few words. */
function summaryOf(block: Block | PartBlock, { language, own }: Tongue): string {
  const of = block as {
    words?: string | Record<string, string>;
    title?: string | Record<string, string>;
    list?: string;
    src?: string;
    component?: string;
  };
  const said = wordIn(of.words ?? of.title, language, own) || wordIn(of.words ?? of.title, own, own);
  const text = said || of.list || of.src || of.component || '';
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** What is wrong, errors first, each with its mend. */
export function Findings({ findings }: { findings: readonly TemplateFinding[] }) {
  const { say } = useVoice();
  if (findings.length === 0) return null;
  return (
    <ul className="rule-problems">
      {findings.map(({ severity, code, where, message, mend }) => (
        <li key={`${code} ${where} ${message}`} className={`rule-problem ${severity === 'error' ? 'rule-error' : ''}`}>
          <b>{say(`messages.${severity}`)}</b> {message}. <span className="quiet">{mend}.</span>{' '}
          <a href={`/docs/error/${code}`} target="_blank" rel="noreferrer">
            {code}
          </a>
        </li>
      ))}
    </ul>
  );
}
