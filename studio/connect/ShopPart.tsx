import './connect.css';
import { Button, Modal, TagsInput, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { DatastreamInput, DatastreamView } from '../../src/api/contract-in.ts';
import { ask } from '../api/client.ts';
import { intake } from '../api/query.ts';
import { isKeyForm, keyOf } from '../audience/rule.ts';
import { CopyText } from '../ui/CopyText.tsx';
import { KeyField } from '../ui/KeyField.tsx';
import { TextLink } from '../ui/Link.tsx';
import { PageHead, Panel } from '../ui/Page.tsx';
import { ProblemNote } from '../ui/State.tsx';
import { useMay } from '../ui/may.ts';
import { OnePage } from '../ui/thing.tsx';
import { useUndo } from '../ui/undo.tsx';
import { useVoice } from '../ui/voice.tsx';
import { streamPath, streams } from './query.ts';
import { headSnippet, itemSnippet } from './snippet.ts';

/** How a shop's pages speak to Beckon: what to copy into them, which pages may, and whether something came. */
export function ShopPart() {
  const { say } = useVoice();
  const may = useMay();
  return (
    <OnePage query={useQuery(streams)}>
      {(rows) => (
        <>
          <PageHead title={say('settings.show.shop')} answer={<Answer rows={rows} />} note={say('connect.note')}>
            {may('settings') && <NewStream others={rows} />}
          </PageHead>
          {rows.map((row) => (
            <Stream key={row.id} row={row} mayChange={may('settings')} />
          ))}
        </>
      )}
    </OnePage>
  );
}

/** The live check of the whole page: has anything come by these? */
function Answer({ rows }: { rows: readonly DatastreamView[] }) {
  const { say } = useVoice();
  const { data } = useQuery({ ...intake(undefined, false), refetchInterval: 2_000 });
  const heard = rows.filter(({ id }) =>
    data?.sources.some(({ source, lines }) => source === `edge:${id}` && lines > 0),
  );
  if (!data) return say('settings.show.shop');
  return say(heard.length > 0 ? 'connect.heard' : 'connect.silent');
}

function Stream({ row, mayChange }: { row: DatastreamView; mayChange: boolean }) {
  const { say } = useVoice();
  const { origin } = window.location;
  const head = headSnippet({ origin, datastream: row.id, orgId: row.orgId });
  return (
    <Panel
      title={row.name}
      aside={
        <TextLink to="/incoming" search={{ source: `edge:${row.id}` }}>
          {say('connect.incoming')}
        </TextLink>
      }
    >
      <div className="connect-row">
        <div className="connect-texts">
          <CopyText name={say('connect.head')} text={head} />
          <CopyText name={say('connect.item')} text={itemSnippet()} />
        </div>
        <StreamForm key={JSON.stringify(row)} known={row} mayChange={mayChange} />
      </div>
    </Panel>
  );
}

type Draft = Required<Pick<DatastreamInput, 'name' | 'allowedOrigins'>> & { orgId: string };

const draftOf = ({ name, allowedOrigins, orgId }: DatastreamView): Draft => ({
  name,
  allowedOrigins,
  orgId: orgId ?? '',
});

const inputOf = ({ orgId, ...rest }: Draft): DatastreamInput => ({ ...rest, orgId: orgId === '' ? null : orgId });

function StreamForm({ known, mayChange }: { known: DatastreamView; mayChange: boolean }) {
  const { say } = useVoice();
  const client = useQueryClient();
  const undo = useUndo();
  const begin = draftOf(known);
  const [draft, setDraft] = useState(begin);
  const put = (next: Draft) => ask<unknown>(streamPath(known.id), { method: 'PUT', body: inputOf(next) });
  const fresh = () => client.invalidateQueries({ queryKey: streams.queryKey });
  const save = useMutation({
    mutationFn: put,
    onSuccess: async () => {
      await fresh();
      undo({ says: say('rule.saved', { name: draft.name }), undo: () => put(begin).then(fresh) });
    },
  });
  const isSame = JSON.stringify(draft) === JSON.stringify(begin);
  return (
    <form
      className="stack-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isSame && mayChange) save.mutate(draft);
      }}
    >
      <TextInput
        label={say('form.name')}
        description={`datastreamId: ${known.id}`}
        inputWrapperOrder={['label', 'input', 'description']}
        value={draft.name}
        maxLength={128}
        readOnly={!mayChange}
        onChange={(event) => setDraft({ ...draft, name: event.currentTarget.value })}
      />
      <TagsInput
        label={say('connect.origins')}
        description={say('connect.originsSays')}
        inputWrapperOrder={['label', 'input', 'description']}
        placeholder={draft.allowedOrigins.length === 0 ? 'https://shop.example' : ''}
        value={draft.allowedOrigins}
        readOnly={!mayChange}
        acceptValueOnBlur
        onChange={(allowedOrigins) =>
          setDraft({ ...draft, allowedOrigins: allowedOrigins.map((one) => one.trim().replace(/\/+$/, '')) })
        }
      />
      <TextInput
        label={say('connect.org')}
        description={say('connect.orgSays')}
        inputWrapperOrder={['label', 'input', 'description']}
        classNames={{ input: 'code' }}
        placeholder="BECKON@AdobeOrg"
        value={draft.orgId}
        readOnly={!mayChange}
        onChange={(event) => setDraft({ ...draft, orgId: event.currentTarget.value.trim() })}
      />
      {save.error && <ProblemNote error={save.error} />}
      {mayChange && (
        <div className="actions">
          <Button
            type="submit"
            variant="default"
            loading={save.isPending}
            disabled={isSame || draft.name.trim() === ''}
          >
            {say('audience.save')}
          </Button>
        </div>
      )}
    </form>
  );
}

function NewStream({ others }: { others: readonly DatastreamView[] }) {
  const { say } = useVoice();
  const client = useQueryClient();
  const [isOpen, setIsOpen] = useState(false);
  const [name, setName] = useState('');
  const [ownKey, setOwnKey] = useState<string | null>(null);
  const key = ownKey ?? keyOf(name);
  const taken = others.some(({ id }) => id === key);
  const make = useMutation({
    mutationFn: () => ask<unknown>(streamPath(key), { method: 'PUT', body: { name: name.trim() } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: streams.queryKey });
      setIsOpen(false);
      setName('');
      setOwnKey(null);
    },
  });
  return (
    <>
      <Button onClick={() => setIsOpen(true)}>{say('connect.new')}</Button>
      <Modal
        opened={isOpen}
        onClose={() => setIsOpen(false)}
        title={<b>{say('connect.new')}</b>}
        closeButtonProps={{ 'aria-label': say('journey.cancel') }}
      >
        <form
          className="stack-form"
          onSubmit={(event) => {
            event.preventDefault();
            make.mutate();
          }}
        >
          <TextInput
            label={say('form.name')}
            data-autofocus
            value={name}
            maxLength={128}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <KeyField value={key} taken={taken} says={say('connect.keySays')} onChange={setOwnKey} />
          {make.error && <ProblemNote error={make.error} />}
          <div className="modal-foot">
            <Button type="submit" loading={make.isPending} disabled={name.trim() === '' || !isKeyForm(key) || taken}>
              {say('edit.make')}
            </Button>
          </div>
        </form>
      </Modal>
    </>
  );
}
