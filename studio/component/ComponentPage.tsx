import '../recommend/recommend.css';
import '../message/message.css';
import './component.css';
import { Button, Select, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { IconPlus } from '@tabler/icons-react';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { ComponentDocument, ComponentView, PartBlock } from '../../src/api/contract-message.ts';
import { MailFrame } from '../mailbox/MailFrame.tsx';
import { Blocks, Findings } from '../message/Blocks.tsx';
import { ValueField } from '../message/ComponentField.tsx';
import { partBeginnings, withField } from '../message/edit.ts';
import { TextLink } from '../ui/Link.tsx';
import { PageHead, Panel } from '../ui/Page.tsx';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { type Place, TakeThingAway, ThingForm, Unread } from '../ui/thing.tsx';
import { useVoice } from '../ui/voice.tsx';
import { blankComponent, componentPath, componentPreview, components, ofKind } from './query.ts';

/** One component: its parameters and blocks, how it looks, and which messages use it. `+` makes a new one. */
export function ComponentPage() {
  const { key } = useParams({ from: '/components/$key' });
  const { say } = useVoice();
  const query = useQuery(components);
  const place = usePlace();
  if (!query.data) return <Unread query={query} />;
  const known = query.data.find((one) => one.key === key);
  if (key !== '+' && !known)
    return (
      <div className="page">
        <ProblemNote error={new Error(say('components.gone', { key }))} />
      </div>
    );
  const name = known?.document.name ?? '';
  const isFree = known?.origin === 'shop' && known.usedBy.templates.length + known.usedBy.components.length === 0;
  return (
    <div className="page">
      <PageHead
        title={known ? name : say('components.new')}
        answer={
          known
            ? say('components.oneAnswer', { count: known.usedBy.templates.length, name })
            : say('components.newAnswer')
        }
        note={say(known?.origin === 'shipped' ? 'components.shippedSays' : 'components.note')}
      >
        {isFree && <TakeThingAway place={place} thing={{ key, name }} before={known.document} />}
      </PageHead>
      <ThingForm<ComponentDocument>
        key={JSON.stringify(known?.document)}
        place={place}
        title={say('components.panel')}
        keyHint={say('components.keySays')}
        known={known ? { key, name } : null}
        others={query.data.map((one) => ({ key: one.key, name: one.document.name }))}
        begin={known?.document ?? blankComponent}
        isReady={({ blocks }) => blocks.length > 0}
        beside={(draft) => (
          <div className="message-column">
            <Shown componentKey={known?.key ?? 'draft'} document={draft} />
            {known && <UsedBy known={known} />}
          </div>
        )}
      >
        {(draft, change) => <Fields draft={draft} change={change} />}
      </ThingForm>
    </div>
  );
}

function usePlace(): Place {
  const navigate = useNavigate();
  return {
    door: componentPath,
    cache: ['components'],
    shownIn: ['templates'],
    open: (key) => navigate({ to: '/components/$key', params: { key } }),
    leave: () => navigate({ to: '/messages', search: { show: 'components' } }),
  };
}

interface FieldsProps {
  draft: ComponentDocument;
  change: (next: ComponentDocument) => void;
}

function Fields({ draft, change }: FieldsProps) {
  const { say } = useVoice();
  const own = draft.language ?? 'en';
  const [language, setLanguage] = useState(own);
  const tongue = { language, own };
  return (
    <>
      <Select
        label={say('messages.writesIn')}
        value={language}
        data={[...new Set([own, 'en', 'sv', 'de'])]}
        allowDeselect={false}
        onChange={(value) => setLanguage(value ?? own)}
      />
      <ParameterFields draft={draft} change={change} tongue={tongue} />
      <fieldset className="fields">
        <legend>{say('components.blocks')}</legend>
        <Blocks<PartBlock>
          blocks={draft.blocks}
          kinds={Object.values(partBeginnings)}
          findings={[]}
          tongue={tongue}
          head={(block, put) => (
            <TextInput
              label={say('components.when')}
              description={say('components.whenSays')}
              inputWrapperOrder={['label', 'input', 'description']}
              classNames={{ input: 'code' }}
              value={block.when ?? ''}
              spellCheck={false}
              onChange={(event) => put(withField(block, 'when', event.currentTarget.value || undefined))}
            />
          )}
          onChange={(blocks) => change({ ...draft, blocks })}
        />
      </fieldset>
      <Textarea
        label={say('components.text')}
        description={say('components.textSays')}
        inputWrapperOrder={['label', 'input', 'description']}
        classNames={{ input: 'code' }}
        value={draft.text ?? ''}
        autosize
        minRows={2}
        maxRows={8}
        spellCheck={false}
        onChange={(event) => {
          const { text: _before, ...rest } = draft;
          const text = event.currentTarget.value;
          change(text === '' ? rest : { ...rest, text });
        }}
      />
    </>
  );
}

const kinds = ['item', 'text', 'number', 'switch', 'address'] as const;
const most = 8;

function ParameterFields({ draft, change, tongue }: FieldsProps & { tongue: { language: string; own: string } }) {
  const { say } = useVoice();
  const { parameters } = draft;
  const put = (place: number, next: (typeof parameters)[number]) =>
    change({ ...draft, parameters: parameters.map((one, at) => (at === place ? next : one)) });
  return (
    <fieldset className="fields">
      <legend>{say('components.parameters')}</legend>
      <p className="quiet">{say('components.parametersSay')}</p>
      {parameters.map((parameter, place) => (
        // A parameter is told by its place: its name is being typed.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={place} className="parameter">
          <TextInput
            label={say('components.name')}
            classNames={{ input: 'code' }}
            value={parameter.name}
            spellCheck={false}
            onChange={(event) => put(place, { ...parameter, name: event.currentTarget.value })}
          />
          <Select
            label={say('components.kind')}
            value={parameter.kind}
            data={kinds.map((value) => ({ value, label: say(`components.kind.${value}`) }))}
            allowDeselect={false}
            onChange={(value) => put(place, ofKind(parameter, kinds.find((one) => one === value) ?? 'text'))}
          />
          {parameter.kind !== 'item' && (
            <ValueField
              parameter={{ name: parameter.name, kind: parameter.kind }}
              label={say('components.default')}
              value={parameter.default}
              tongue={tongue}
              onChange={(value) => {
                const { default: _before, ...rest } = parameter;
                put(place, value === undefined ? rest : { ...rest, default: value });
              }}
            />
          )}
          <Button
            size="xs"
            variant="default"
            className="fits"
            onClick={() => change({ ...draft, parameters: parameters.filter((_one, at) => at !== place) })}
          >
            {say('components.parameterRemove', { name: parameter.name })}
          </Button>
        </div>
      ))}
      {parameters.length < most && (
        <Button
          size="xs"
          variant="default"
          className="fits"
          leftSection={<IconPlus size={14} stroke={1.5} />}
          onClick={() => change({ ...draft, parameters: [...parameters, { name: '', kind: 'text' }] })}
        >
          {say('components.parameterAdd')}
        </Button>
      )}
    </fieldset>
  );
}

/** A mail that shows nothing else, with what is wrong; nothing is saved. */
function Shown({ componentKey, document }: { componentKey: string; document: ComponentDocument }) {
  const { say } = useVoice();
  const [settled] = useDebouncedValue(JSON.stringify({ ...document, name: document.name.trim() || '–' }), 500);
  const { data, error } = useQuery(componentPreview(componentKey, JSON.parse(settled) as ComponentDocument));
  return (
    <Panel title={say('messages.preview')} className="component-shown">
      {error && <ProblemNote error={error} />}
      {!data && !error && <Rows count={6} height={40} />}
      <div role="status">{data && <Findings findings={data.findings} />}</div>
      {data && data.html !== null && <MailFrame subject={document.name} html={data.html} links={false} begin="320" />}
    </Panel>
  );
}

function UsedBy({ known: { usedBy } }: { known: ComponentView }) {
  const { say } = useVoice();
  const isFree = usedBy.templates.length + usedBy.components.length === 0;
  return (
    <Panel title={say('components.usedBy')}>
      {isFree && <p className="quiet">{say('components.unused')}</p>}
      <ul className="plain-list">
        {usedBy.templates.map(({ key, name }) => (
          <li key={key}>
            <TextLink to="/messages/$key" params={{ key }}>
              {name}
            </TextLink>
          </li>
        ))}
        {usedBy.components.map((key) => (
          <li key={key}>
            <TextLink to="/components/$key" params={{ key }}>
              {key}
            </TextLink>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
