import { NumberInput, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Raw } from '../form/schema.ts';
import { criteria, useNames } from '../recommend/query.ts';
import { TextLink } from '../ui/Link.tsx';
import { useVoice } from '../ui/voice.tsx';

/** Fields that say the same as those of `RecommendFields`, only in the words of HTTP. */
export const callFields = ['method', 'url', 'headers', 'body'] as const;

/** Which criterion an action asks, and for how many items: the two things of the call that marketers change. */
export function RecommendFields({ action, onChange }: { action: Raw; onChange: (next: Raw) => void }) {
  const { say } = useVoice();
  const nameOf = useNames();
  const known = useQuery(criteria).data ?? [];
  const body = action['body'] as Raw;
  const { criterion, limit } = body;
  const chosen = typeof criterion === 'string' ? criterion : null;
  const keys = [...new Set([...known.map(({ key }) => key), ...(chosen === null ? [] : [chosen])])];
  const put = (change: Raw) => onChange({ ...action, body: { ...body, ...change } });
  return (
    <>
      <div className="form-fields">
        <Select
          searchable
          label={say('recommend.criterion')}
          description={say('recommend.criterionSays')}
          inputWrapperOrder={['label', 'input', 'description']}
          value={chosen}
          allowDeselect={false}
          data={keys.map((key) => ({ value: key, label: nameOf(key) }))}
          onChange={(next) => next !== null && put({ criterion: next })}
        />
        {chosen !== null && (
          <TextLink to="/recommendations/$key" params={{ key: chosen }} size="sm">
            {say('recommend.seeCriterion', { name: nameOf(chosen) })}
          </TextLink>
        )}
      </div>
      <NumberInput
        label={say('recommend.items')}
        value={typeof limit === 'number' ? limit : ''}
        min={1}
        max={100}
        allowDecimal={false}
        onChange={(next) => typeof next === 'number' && put({ limit: next })}
      />
    </>
  );
}
