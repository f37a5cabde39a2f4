import { Autocomplete } from '@mantine/core';
import { useVoice } from '../ui/voice.tsx';
import { plainWord, useKnown } from './known.ts';

/** A field, found by its name or its plain words, with a value as it was lately. */
export function FieldInput(props: { label: string; value: string; onChange: (path: string) => void }) {
  const { say } = useVoice();
  const { fields } = useKnown();
  const { label, value, onChange } = props;
  const word = plainWord(value, say);
  return (
    <Autocomplete
      label={label}
      description={word}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      classNames={{ input: 'code' }}
      value={value}
      data={fields.map(({ path }) => path)}
      limit={60}
      comboboxProps={{ width: 'max-content', position: 'bottom-start' }}
      error={value.trim() === '' ? say('condition.fieldNone') : undefined}
      filter={({ options, search, limit }) => {
        const sought = search.trim().toLowerCase();
        // What stands there already is no search: all is offered.
        const all = search === value && fields.some(({ path }) => path === value);
        const fits = (path: string) => `${path} ${plainWord(path, say) ?? ''}`.toLowerCase().includes(sought);
        return options.filter((option) => 'value' in option && (all || fits(String(option.value)))).slice(0, limit);
      }}
      renderOption={({ option: { value: path } }) => {
        const { sample = '' } = fields.find((field) => field.path === path) ?? {};
        return (
          <span className="matcher-option">
            <span>
              {plainWord(path, say) ?? ''} <span className="code quiet">{path}</span>
            </span>
            <span className="quiet field-sample">{sample}</span>
          </span>
        );
      }}
      onChange={onChange}
    />
  );
}
