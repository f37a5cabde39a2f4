import { NumberInput, Select, TextInput } from '@mantine/core';
import { useVoice } from '../ui/voice.tsx';
import { languages } from '../words/words.ts';
import { type Needs, type Search, cartOf, lacking, mostItems, theirLanguage, usualLimit } from './asking.ts';
import { ItemSelect, ItemsSelect, PersonSelect } from './ItemSelect.tsx';

/** For whom, and about what: a person, a cart, an item; how many, and in which language. */
export function AskForm(props: { search: Search; needs: Needs; put: (change: Search) => void }) {
  const { say, language } = useVoice();
  const { search, needs, put } = props;
  const lacks = lacking(needs, search);
  return (
    <div className="ask-form">
      <PersonSelect chosen={search.person ?? null} onChoose={(id) => put({ person: id ?? undefined })} />
      <ItemSelect
        label={say('preview.item')}
        description={say(needs === 'item' ? 'preview.itemNeeded' : 'preview.itemSays')}
        chosen={search.item ?? null}
        onChoose={(id) => put({ item: id ?? undefined })}
      />
      <ItemsSelect
        label={say('preview.cart')}
        description={say('preview.cartSays')}
        chosen={cartOf(search)}
        onChoose={(ids) => put({ cart: ids.join(',') || undefined })}
      />
      {(needs === 'category' || search.category !== undefined) && (
        <TextInput
          label={say('preview.category')}
          description={say(lacks === 'category' ? 'preview.categoryNeeded' : 'preview.categorySays')}
          inputWrapperOrder={['label', 'input', 'description']}
          value={search.category ?? ''}
          onChange={(event) => put({ category: event.currentTarget.value || undefined })}
        />
      )}
      <div className="ask-small">
        <NumberInput
          label={say('preview.limit')}
          value={search.limit ?? usualLimit}
          min={1}
          max={mostItems}
          clampBehavior="strict"
          onChange={(value) => put({ limit: typeof value === 'number' && value >= 1 ? value : undefined })}
        />
        <Select
          label={say('preview.language')}
          value={search.language ?? language}
          allowDeselect={false}
          data={[
            { value: theirLanguage, label: say('preview.ownLanguage') },
            ...languages.map(({ code, name }) => ({ value: code, label: name })),
          ]}
          onChange={(value) => put({ language: value === language ? undefined : (value ?? undefined) })}
        />
      </div>
    </div>
  );
}
