import '../recommend/recommend.css';
import '../connect/connect.css';
import { Select, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import type { FormTexts, FormView } from '../../src/api/contract-form.ts';
import { formSnippet } from '../connect/snippet.ts';
import { Address } from '../ui/Address.tsx';
import { CopyText } from '../ui/CopyText.tsx';
import { PageHead, Panel } from '../ui/Page.tsx';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { useMay } from '../ui/may.ts';
import { OnePage, type Place, TakeThingAway, ThingForm } from '../ui/thing.tsx';
import { useVoice } from '../ui/voice.tsx';
import { languages } from '../words/words.ts';
import { type Draft, draftOf, form, formPath, forms, inputOf, signUps } from './query.ts';

/** One sign-up form: what it asks, what to copy into the shop's pages, and who signed up. `+` makes a new one. */
export function SignUpPage() {
  const { key } = useParams({ from: '/sign-ups/$key' });
  const { say } = useVoice();
  if (key !== '+') return <Known key={key} formKey={key} />;
  return (
    <div className="page">
      <PageHead title={say('signUps.new')} answer={say('signUps.newAnswer')} note={say('signUps.note')} />
      <SignUpForm known={null} />
    </div>
  );
}

function usePlace(): Place {
  const navigate = useNavigate();
  return {
    door: formPath,
    cache: ['forms'],
    written: (draft) => inputOf(draft as Draft),
    open: (key) => navigate({ to: '/sign-ups/$key', params: { key } }),
    leave: () => navigate({ to: '/settings', search: { show: 'signUps' } }),
  };
}

function Known({ formKey }: { formKey: string }) {
  const { say } = useVoice();
  const may = useMay();
  const place = usePlace();
  return (
    <OnePage query={useQuery(form(formKey))}>
      {(data) => (
        <>
          <PageHead
            title={data.title}
            answer={say('signUps.one', { name: data.title, count: data.counts.confirmed })}
            note={<a href={data.url}>{data.url}</a>}
          >
            {may('journeys') && (
              <TakeThingAway place={place} thing={{ key: data.key, name: data.title }} before={draftOf(data)} />
            )}
          </PageHead>
          <Panel title={say('signUps.embed')}>
            <p className="quiet">{say('signUps.embedSays')}</p>
            <CopyText name={say('signUps.snippet')} text={formSnippet(window.location.origin, data.key)} />
          </Panel>
          <div className="criterion-edit">
            <SignUpForm key={JSON.stringify(draftOf(data))} known={data} />
            {may('people') && <Who formKey={formKey} />}
          </div>
        </>
      )}
    </OnePage>
  );
}

function SignUpForm({ known }: { known: FormView | null }) {
  const { say, language } = useVoice();
  const place = usePlace();
  const begin: Draft = known
    ? draftOf(known)
    : { name: '', doubleOptIn: true, allowedOrigins: [], language, askName: true, shopUrl: '', texts: {} };
  const others = useQuery(forms).data?.map(({ key, title }) => ({ key, name: title }));
  return (
    <ThingForm<Draft>
      place={place}
      title={say('signUps.panel')}
      keyHint={say('signUps.keySays')}
      known={known && { key: known.key, name: known.title }}
      others={others}
      begin={begin}
      isReady={() => true}
    >
      {(draft, change) => <Fields draft={draft} change={change} />}
    </ThingForm>
  );
}

function Fields({ draft, change }: { draft: Draft; change: (next: Draft) => void }) {
  const { say } = useVoice();
  const own = draft.texts[draft.language] ?? {};
  const put = (name: 'heading' | 'intro' | 'consent' | 'button', text: string) => {
    const { [name]: _before, ...rest } = own;
    const next: FormTexts = text === '' ? rest : { ...rest, [name]: text };
    change({ ...draft, texts: { ...draft.texts, [draft.language]: next } });
  };
  return (
    <>
      <Select
        label={say('signUps.language')}
        description={say('signUps.languageSays')}
        inputWrapperOrder={['label', 'input', 'description']}
        value={draft.language}
        allowDeselect={false}
        data={languages.map(({ code, name }) => ({ value: code, label: name }))}
        onChange={(value) =>
          change({ ...draft, language: languages.find(({ code }) => code === value)?.code ?? draft.language })
        }
      />
      <Switch
        label={say('signUps.askName')}
        checked={draft.askName}
        onChange={(event) => change({ ...draft, askName: event.currentTarget.checked })}
      />
      {(['heading', 'intro', 'consent', 'button'] as const).map((name) => (
        <Textarea
          key={name}
          label={say(`signUps.text.${name}`)}
          placeholder={say('signUps.usual')}
          autosize
          minRows={1}
          maxRows={4}
          maxLength={600}
          value={own[name] ?? ''}
          onChange={(event) => put(name, event.currentTarget.value)}
        />
      ))}
      <TextInput
        label={say('signUps.shopUrl')}
        type="url"
        placeholder="https://shop.example"
        value={draft.shopUrl}
        onChange={(event) => change({ ...draft, shopUrl: event.currentTarget.value.trim() })}
      />
      <TagsInput
        label={say('connect.origins')}
        description={say('signUps.originsSays')}
        inputWrapperOrder={['label', 'input', 'description']}
        placeholder={draft.allowedOrigins.length === 0 ? 'https://shop.example' : ''}
        value={draft.allowedOrigins}
        acceptValueOnBlur
        onChange={(origins) =>
          change({ ...draft, allowedOrigins: origins.map((one) => one.trim().replace(/\/+$/, '')) })
        }
      />
    </>
  );
}

/** Who signed up lately, the newest first. */
function Who({ formKey }: { formKey: string }) {
  const { say, moment } = useVoice();
  const { data, error, refetch } = useQuery(signUps(formKey));
  return (
    <Panel title={say('signUps.who')}>
      {error && !data && <ProblemNote error={error} again={() => void refetch()} />}
      {!data && !error && <Rows count={4} />}
      {data?.length === 0 && <p className="quiet">{say('signUps.nobody')}</p>}
      <ul className="plain-list">
        {data?.map(({ id, email, state, signedUpAt }) => (
          <li key={id}>
            <span>
              <Address text={email} />{' '}
              <span className="quiet">
                {say(`signUps.state.${state}`)} · {moment(signedUpAt)}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
