import { Button, NumberInput, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconPlus } from '@tabler/icons-react';
import type { Block } from '../../src/api/contract-message.ts';
import { pools } from '../coupon/query.ts';
import { useVoice } from '../ui/voice.tsx';
import type { Tongue } from './BlockFields.tsx';
import { Blocks } from './Blocks.tsx';
import { beginnings } from './edit.ts';

/** Fields of a block that are lists themselves: columns with their own blocks, links, and the pool of a coupon. */

export type Columns = Extract<Block, { kind: 'columns' }>['columns'];
export type Links = Extract<Block, { kind: 'social' }>['links'];

/** What may stand in a column. */
const { text, picture, button, divider, social, coupon, component } = beginnings;
const small: readonly Columns[number]['blocks'][number][] = [text, picture, button, divider, social, coupon, component];
const [fewest, most] = [2, 4];

export function ColumnFields(props: { value: Columns; tongue: Tongue; onChange: (columns: Columns) => void }) {
  const { say } = useVoice();
  const { value: columns, tongue, onChange } = props;
  const put = (place: number, column: Columns[number]) =>
    onChange(columns.map((one, at) => (at === place ? column : one)));
  return (
    <div className="columns-edit">
      {columns.map((column, place) => (
        // A column is told by its place: it has no name of its own.
        // oxlint-disable-next-line react/no-array-index-key
        <fieldset key={place} className="fields">
          <legend>{say('messages.column', { number: place + 1 })}</legend>
          <NumberInput
            label={say('messages.columnWidth')}
            value={column.width ?? ''}
            min={10}
            max={90}
            allowDecimal={false}
            onChange={(width) => {
              const { width: _before, ...rest } = column;
              put(place, typeof width === 'number' ? { ...rest, width } : rest);
            }}
          />
          <Blocks
            blocks={column.blocks}
            kinds={small}
            findings={[]}
            tongue={tongue}
            onChange={(blocks) => put(place, { ...column, blocks })}
          />
          {columns.length > fewest && (
            <Button
              size="xs"
              variant="default"
              className="fits"
              onClick={() => onChange(columns.filter((_one, at) => at !== place))}
            >
              {say('messages.columnRemove')}
            </Button>
          )}
        </fieldset>
      ))}
      {columns.length < most && (
        <Button
          size="xs"
          variant="default"
          className="fits"
          leftSection={<IconPlus size={14} stroke={1.5} />}
          onClick={() => onChange([...columns, { blocks: [{ kind: 'text', words: '' }] }])}
        >
          {say('messages.columnAdd')}
        </Button>
      )}
    </div>
  );
}

export function LinkFields({ value: links, onChange }: { value: Links; onChange: (links: Links) => void }) {
  const { say } = useVoice();
  const put = (place: number, part: Partial<Links[number]>) =>
    onChange(links.map((one, at) => (at === place ? { ...one, ...part } : one)));
  return (
    <fieldset className="fields">
      <legend>{say('messages.field.links')}</legend>
      {links.map(({ name, href }, place) => (
        // A link is told by its place: its name is being typed.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={place} className="link-edit">
          <TextInput
            label={say('messages.linkName')}
            value={name}
            maxLength={60}
            onChange={(event) => put(place, { name: event.currentTarget.value })}
          />
          <TextInput
            label={say('messages.field.href')}
            classNames={{ input: 'code' }}
            value={href}
            spellCheck={false}
            onChange={(event) => put(place, { href: event.currentTarget.value })}
          />
          {links.length > 1 && (
            <Button
              size="xs"
              variant="default"
              className="fits"
              onClick={() => onChange(links.filter((_one, at) => at !== place))}
            >
              {say('messages.linkRemove')}
            </Button>
          )}
        </div>
      ))}
      {links.length < 8 && (
        <Button
          size="xs"
          variant="default"
          className="fits"
          leftSection={<IconPlus size={14} stroke={1.5} />}
          onClick={() => onChange([...links, { name: '', href: 'https://' }])}
        >
          {say('messages.linkAdd')}
        </Button>
      )}
    </fieldset>
  );
}

/** From which pool each recipient gets a code of their own. */
export function PoolField(props: { label: string; value: unknown; onChange: (pool: string | undefined) => void }) {
  const { say } = useVoice();
  const known = useQuery(pools).data ?? [];
  const value = typeof props.value === 'string' ? props.value : '';
  const all = known.map(({ key, pool: { name } }) => ({ value: key, label: name }));
  const strange = value !== '' && !known.some(({ key }) => key === value) ? [{ value, label: value }] : [];
  return (
    <Select
      label={props.label}
      value={value}
      data={[{ value: '', label: say('messages.noPool') }, ...all, ...strange]}
      allowDeselect={false}
      onChange={(key) => props.onChange(key === null || key === '' ? undefined : key)}
    />
  );
}
