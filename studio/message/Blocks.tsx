import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react';
import type { Block, TemplateFinding } from '../../src/api/contract-message.ts';
import { useVoice } from '../ui/voice.tsx';
import { beginnings, blockOf, moved, wordIn } from './edit.ts';
import { BlockFields, type Tongue } from './BlockFields.tsx';

const all = Object.keys(beginnings) as Block['kind'][];

/** The blocks of a mail from top to bottom: open one to change it, move it, take it away, add another. */
export function Blocks(props: {
  blocks: readonly Block[];
  findings: readonly TemplateFinding[];
  tongue: Tongue;
  /** What may be added; all kinds when left out. */
  kinds?: readonly Block['kind'][];
  onChange: (blocks: Block[]) => void;
}) {
  const { say } = useVoice();
  const { blocks, findings, tongue, kinds = all, onChange } = props;
  return (
    <>
      <ol className="blocks">
        {blocks.map((block, index) => (
          // A block is told by its place: it has no name of its own.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={`${index} ${block.kind}`} className="block">
            <BlockRow
              block={block}
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
          {kinds.map((kind) => (
            <Menu.Item key={kind} onClick={() => onChange(added(blocks, beginnings[kind]))}>
              {say(`messages.kind.${kind}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

/** At the end, but before the footer. */
function added(blocks: readonly Block[], block: Block): Block[] {
  const foot = blocks.at(-1)?.kind === 'footer' && block.kind !== 'footer' ? blocks.length - 1 : blocks.length;
  return [...blocks.slice(0, foot), block, ...blocks.slice(foot)];
}

function BlockRow(props: {
  block: Block;
  number: number;
  isLast: boolean;
  tongue: Tongue;
  findings: readonly TemplateFinding[];
  onChange: (block: Block) => void;
  onMove: (by: number) => void;
  onRemove: () => void;
}) {
  const { say } = useVoice();
  const { block, number, isLast, tongue, findings, onChange, onMove, onRemove } = props;
  const name = `${number}. ${say(`messages.kind.${block.kind}`)}`;
  const named = (key: 'messages.up' | 'messages.down' | 'messages.remove') => say(key, { block: name });
  return (
    <details open={findings.some(({ severity }) => severity === 'error')}>
      <summary>
        <b>{name}</b> <span className="quiet">{summaryOf(block, tongue)}</span>
      </summary>
      <BlockFields block={block} tongue={tongue} onChange={onChange} />
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
  );
}

/** What a block says, in a few words. */
function summaryOf(block: Block, { language, own }: Tongue): string {
  const of = block as {
    words?: string | Record<string, string>;
    title?: string | Record<string, string>;
    list?: string;
    src?: string;
  };
  const said = wordIn(of.words ?? of.title, language, own) || wordIn(of.words ?? of.title, own, own);
  const text = said || of.list || of.src || '';
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
