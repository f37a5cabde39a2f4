import { NumberInput, Select, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useVoice } from '../ui/voice.tsx';
import { type ActionFields, choices, type Fault, type FieldName } from './action-fields.ts';

interface ActionFormProps {
  fields: ActionFields;
  faults: readonly Fault[];
  onChange: (fields: ActionFields) => void;
  /** What stands at its foot. */
  children: ReactNode;
}

/** A custom action, field by field; what it does not show stays as it was. */
export function ActionForm({ fields, faults, onChange, children }: ActionFormProps) {
  const { say } = useVoice();
  const field = (name: FieldName) => {
    const fault = faults.find((one) => one.field === name);
    return {
      label: say(`action.field.${name}`),
      value: fields[name],
      error: fault === undefined ? undefined : say(`action.fault.${fault.kind}`),
      onChange: (event: { currentTarget: { value: string } }) =>
        onChange({ ...fields, [name]: event.currentTarget.value }),
    };
  };
  const number = (name: FieldName) => ({
    ...field(name),
    min: 0,
    onChange: (value: string | number) => onChange({ ...fields, [name]: String(value) }),
  });
  return (
    <div className="action-form">
      <div className="action-pair">
        <Select
          label={say('action.field.method')}
          value={fields.method}
          data={['GET', 'POST', 'PUT']}
          allowDeselect={false}
          onChange={(method) => method !== null && onChange({ ...fields, method })}
        />
        <TextInput {...field('url')} />
      </div>
      <Textarea
        {...field('headers')}
        description={say('action.headersSays')}
        autosize
        minRows={1}
        classNames={{ input: 'code' }}
      />
      <Textarea
        {...field('body')}
        description={say('action.bodySays')}
        autosize
        minRows={3}
        maxRows={16}
        classNames={{ input: 'code' }}
      />
      <Textarea
        {...field('responseSample')}
        description={say('action.sampleSays')}
        autosize
        minRows={2}
        maxRows={12}
        classNames={{ input: 'code' }}
      />
      <div className="action-pair">
        <NumberInput {...number('least')} description={say('action.leastSays')} />
        <Select
          label={say('action.field.otherwise')}
          value={fields.otherwise}
          disabled={fields.least.trim() === ''}
          data={choices.map((one) => ({ value: one, label: say(`action.otherwise.${one}`) }))}
          allowDeselect={false}
          onChange={(otherwise) => otherwise !== null && onChange({ ...fields, otherwise })}
        />
      </div>
      <TextInput {...field('maxAge')} description={say('action.maxAgeSays')} placeholder="PT15M" />
      <details className="more">
        <summary>{say('action.more')}</summary>
        <div className="action-form">
          <TextInput {...field('timeout')} placeholder="PT10S" />
          <NumberInput {...number('retries')} placeholder="3" max={20} />
          <TextInput {...field('deadline')} description={say('action.deadlineSays')} placeholder="PT1H" />
          <NumberInput {...number('rate')} description={say('action.rateSays')} />
          <TextInput {...field('cache')} description={say('action.cacheSays')} />
        </div>
      </details>
      {children}
    </div>
  );
}
