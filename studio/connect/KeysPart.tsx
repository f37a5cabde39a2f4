import './connect.css';
import { Button, Modal, MultiSelect, Select, Table, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { IconKey } from '@tabler/icons-react';
import { useState } from 'react';
import type { KeyScope, KeyView, NewKey } from '../../src/api/contract-in.ts';
import { ask } from '../api/client.ts';
import { CopyText } from '../ui/CopyText.tsx';
import { PageHead } from '../ui/Page.tsx';
import { ProblemNote } from '../ui/State.tsx';
import { Listing } from '../ui/thing.tsx';
import { useUndo } from '../ui/undo.tsx';
import { useVoice } from '../ui/voice.tsx';
import { keys, streams } from './query.ts';

const scopes = [
  'items',
  'profiles',
  'events',
  'recommend',
  'read',
  'people',
  'journeys',
  'messages',
  'privacy',
  'settings',
  'clock',
  '*',
] as const satisfies readonly KeyScope[];

/** Keys by which servers and pages speak to Beckon: who has which, when it was used, and taking it back. */
export function KeysPart() {
  const { say, moment } = useVoice();
  const query = useQuery(keys);
  const client = useQueryClient();
  const fresh = () => client.invalidateQueries({ queryKey: keys.queryKey });
  const none = {
    title: say('keys.none'),
    says: say('keys.noneSays'),
    icon: <IconKey stroke={1.5} />,
    action: <MakeKey onMade={fresh} />,
  };
  return (
    <div className="page">
      <PageHead
        title={say('settings.show.keys')}
        answer={query.data && say('keys.answer', { count: query.data.length })}
        note={say('keys.note')}
      >
        {query.data && query.data.length > 0 && <MakeKey onMade={fresh} />}
      </PageHead>
      <Listing query={query} none={none}>
        {(rows) => (
          <div className="table">
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{say('form.name')}</Table.Th>
                  <Table.Th>{say('keys.may')}</Table.Th>
                  <Table.Th className="number wide-only">{say('keys.used')}</Table.Th>
                  <Table.Th />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.map((row) => (
                  <Table.Tr key={row.id}>
                    <Table.Td className="main-cell">
                      <b>{row.name}</b>
                      <span className="quiet">{say(`keys.kind.${row.kind as KeyView['kind'] & 'secret'}`)}</span>
                    </Table.Td>
                    <Table.Td>{mayWords(row, say)}</Table.Td>
                    <Table.Td className="number wide-only">
                      {row.lastUsedAt === null ? say('keys.never') : moment(row.lastUsedAt)}
                    </Table.Td>
                    <Table.Td className="number">
                      <Revoke row={row} fresh={fresh} />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        )}
      </Listing>
    </div>
  );
}

/** Ends a key at once, with a way back. */
function Revoke({ row: { id, name }, fresh }: { row: KeyView; fresh: () => Promise<unknown> }) {
  const { say } = useVoice();
  const undo = useUndo();
  const path = `/v1/keys/${encodeURIComponent(id)}`;
  const revoke = useMutation({
    mutationFn: () => ask<unknown>(path, { method: 'DELETE' }),
    onSuccess: async () => {
      await fresh();
      undo({
        says: say('keys.revoked', { name }),
        undo: () => ask<unknown>(`${path}/restore`, { method: 'POST' }).then(fresh),
      });
    },
  });
  return (
    <>
      <Button size="xs" variant="default" loading={revoke.isPending} onClick={() => revoke.mutate()}>
        {say('keys.revoke')}
      </Button>
      {revoke.error && <ProblemNote error={revoke.error} />}
    </>
  );
}

type Say = ReturnType<typeof useVoice>['say'];

function mayWords({ kind, scopes: has, datastream }: KeyView, say: Say): string {
  if (kind !== 'secret')
    return datastream === null ? say('keys.collects') : say('keys.collectsFor', { name: datastream });
  return has.map((one) => scopeWord(one, say)).join(', ');
}

const scopeWord = (scope: string, say: Say): string =>
  scope === '*' ? say('keys.scope.all') : say(`keys.scope.${scope as Exclude<KeyScope, '*'>}`);

function MakeKey({ onMade }: { onMade: () => Promise<unknown> }) {
  const { say } = useVoice();
  const [isOpen, setIsOpen] = useState(false);
  const [made, setMade] = useState<NewKey | null>(null);
  const close = () => {
    setIsOpen(false);
    setMade(null);
  };
  return (
    <>
      <Button onClick={() => setIsOpen(true)}>{say('keys.make')}</Button>
      <Modal
        opened={isOpen}
        onClose={close}
        title={<b>{made ? made.name : say('keys.make')}</b>}
        closeButtonProps={{ 'aria-label': say('journey.cancel') }}
      >
        {made ? (
          <>
            <p className="quiet">{say(made.kind === 'secret' ? 'keys.once' : 'keys.oncePublic')}</p>
            <CopyText name={say(`keys.kind.${made.kind as 'secret'}`)} text={made.key} />
            <div className="modal-foot">
              <Button data-autofocus onClick={close}>
                {say('keys.kept')}
              </Button>
            </div>
          </>
        ) : (
          <KeyForm
            onMade={async (key) => {
              setMade(key);
              await onMade();
            }}
          />
        )}
      </Modal>
    </>
  );
}

function KeyForm({ onMade }: { onMade: (key: NewKey) => Promise<unknown> }) {
  const { say } = useVoice();
  const known = useQuery(streams).data ?? [];
  const [name, setName] = useState('');
  const [kind, setKind] = useState<'secret' | 'publishable'>('secret');
  const [chosen, setChosen] = useState<string[]>(['items', 'profiles', 'events']);
  const [datastream, setDatastream] = useState<string | null>(null);
  const make = useMutation({
    mutationFn: () => {
      const rest = kind === 'secret' ? { scopes: chosen } : datastream === null ? {} : { datastream };
      return ask<NewKey>('/v1/keys', { method: 'POST', body: { kind, name: name.trim(), ...rest } });
    },
    onSuccess: onMade,
  });
  return (
    <form
      className="stack-form"
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate();
      }}
    >
      <TextInput
        label={say('form.name')}
        placeholder={say('keys.nameHint')}
        data-autofocus
        value={name}
        maxLength={128}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Select
        label={say('keys.kind')}
        description={say(`keys.kindSays.${kind}`)}
        inputWrapperOrder={['label', 'input', 'description']}
        value={kind}
        allowDeselect={false}
        data={(['secret', 'publishable'] as const).map((value) => ({ value, label: say(`keys.kind.${value}`) }))}
        onChange={(value) => setKind(value === 'publishable' ? 'publishable' : 'secret')}
      />
      {kind === 'secret' ? (
        <MultiSelect
          label={say('keys.may')}
          value={chosen}
          data={scopes.map((value) => ({ value, label: scopeWord(value, say) }))}
          onChange={setChosen}
        />
      ) : (
        <Select
          clearable
          label={say('keys.stream')}
          value={datastream}
          data={known.map(({ id, name: label }) => ({ value: id, label }))}
          onChange={setDatastream}
        />
      )}
      {make.error && <ProblemNote error={make.error} />}
      <div className="modal-foot">
        <Button
          type="submit"
          loading={make.isPending}
          disabled={name.trim() === '' || (kind === 'secret' && chosen.length === 0)}
        >
          {say('keys.make')}
        </Button>
      </div>
    </form>
  );
}
