import { SegmentedControl, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { needsOf } from '../recommend/asking.ts';
import { criteria, useNames } from '../recommend/query.ts';
import { TextLink } from '../ui/Link.tsx';
import { useVoice } from '../ui/voice.tsx';
import { ListField } from './ListField.tsx';
import { filledBy, beginnings, type Products } from './edit.ts';

/** What fills a grid: a list that the journey brings, or a criterion that the mail asks for each recipient. */
export function FilledFields({ block, onChange }: { block: Products; onChange: (block: Products) => void }) {
  const { say } = useVoice();
  const nameOf = useNames();
  const known = useQuery(criteria).data ?? [];
  // What is about the item or category of a page cannot be asked by a mail.
  const fit = known.filter(({ algorithm }) => needsOf(algorithm) === null).map(({ key }) => key);
  const { criterion } = block;
  const turn = (by: string) =>
    onChange(
      by === 'list'
        ? filledBy(block, { list: beginnings.products.list! })
        : filledBy(block, { criterion: fit[0] ?? 'popular' }),
    );
  return (
    <div className="form-fields">
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label={say('messages.filledBy')}
        value={criterion === undefined ? 'list' : 'criterion'}
        data={[
          { value: 'list', label: say('messages.filledByList') },
          { value: 'criterion', label: say('messages.filledByCriterion') },
        ]}
        onChange={turn}
      />
      <p className="quiet">{say('messages.filledSays')}</p>
      {criterion === undefined ? (
        <ListField
          label={say('messages.field.list')}
          value={block.list}
          onChange={(list) => onChange(filledBy(block, { list: typeof list === 'string' ? list : '' }))}
        />
      ) : (
        <>
          <Select
            label={say('messages.field.criterion')}
            value={criterion}
            data={[...new Set([...fit, criterion])].map((key) => ({ value: key, label: nameOf(key) }))}
            searchable
            allowDeselect={false}
            onChange={(key) => key !== null && onChange(filledBy(block, { criterion: key }))}
          />
          <TextLink to="/recommendations/$key" params={{ key: criterion }} size="sm">
            {nameOf(criterion)}
          </TextLink>
        </>
      )}
    </div>
  );
}
