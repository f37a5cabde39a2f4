import { Button, Checkbox, Modal, NativeSelect, Table, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { AttributeDeclared, ItemAttributes, ItemSettings } from '../../src/api/contract-item.ts';
import { ApiError, ask } from '../api/client.ts';
import { itemAttributes } from '../rule/query.ts';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { itemSettings } from './query.ts';

type Attribute = ItemAttributes['attributes'][number];
type AttributeType = NonNullable<Attribute['type']>;

const types: readonly AttributeType[] = ['string', 'number', 'money', 'boolean', 'date'];

/** What the shop says of its items as a whole: the types of attributes, pictures, environment, and pages that speak. */
export function Attributes() {
  const { say } = useVoice();
  const [isOpen, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button variant="default" onClick={open}>
        {say('attributes.open')}
      </Button>
      <Modal
        opened={isOpen}
        onClose={close}
        title={<b>{say('attributes.open')}</b>}
        size="xl"
        closeButtonProps={{ 'aria-label': say('life.close') }}
      >
        {isOpen && <Parts />}
      </Modal>
    </>
  );
}

function Parts() {
  const { say } = useVoice();
  const { data, error, refetch } = useQuery(itemAttributes);
  const settings = useQuery(itemSettings);
  const own = data?.attributes.filter(({ type }) => type !== null) ?? [];
  return (
    <div className="attributes">
      {settings.data && <Settings known={settings.data} />}
      <p className="quiet">{say('attributes.says')}</p>
      {error && !data && <ProblemNote error={error} again={() => void refetch()} />}
      {!data && !error && <Rows count={4} height={32} />}
      {data && own.length === 0 && <p>{say('attributes.none')}</p>}
      {own.length > 0 && (
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{say('attributes.name')}</Table.Th>
              <Table.Th>{say('attributes.type')}</Table.Th>
              <Table.Th>{say('attributes.multi')}</Table.Th>
              <Table.Th className="number wide-only">{say('attributes.items')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {own.map((one) => (
              <Row key={one.name} attribute={one} />
            ))}
          </Table.Tbody>
        </Table>
      )}
    </div>
  );
}

interface Wish {
  type: AttributeType | null;
  multi: boolean;
  clear?: boolean;
}

function Row({ attribute }: { attribute: Attribute }) {
  const { say, number } = useVoice();
  const client = useQueryClient();
  const { name, type, multi, declared, label, items } = attribute;
  const path = `/v1/item-attributes/${encodeURIComponent(name)}`;
  const declare = useMutation({
    mutationFn: (wish: Wish) =>
      wish.type === null
        ? ask(path, { method: 'DELETE' })
        : ask<AttributeDeclared>(path, { method: 'PUT', body: wish }),
    onSuccess: () => client.invalidateQueries({ queryKey: itemAttributes.queryKey }),
  });
  const { variables: wish, error } = declare;
  const isMisfit = error instanceof ApiError && error.problem.code === 'ATTRIBUTE_VALUES_MISFIT';
  return (
    <>
      <Table.Tr>
        <Table.Td>
          {label ?? name}
          {label !== null && <span className="quiet code"> {name}</span>}
        </Table.Td>
        <Table.Td>
          <NativeSelect
            aria-label={say('attributes.typeOf', { name })}
            value={declared ? type! : ''}
            disabled={declare.isPending}
            data={[
              { value: '', label: say('attributes.any', { type: say(`attributes.type.${type!}`) }) },
              ...types.map((value) => ({ value, label: say(`attributes.type.${value}`) })),
            ]}
            onChange={({ currentTarget: { value } }) =>
              declare.mutate({ type: value === '' ? null : (value as AttributeType), multi })
            }
          />
        </Table.Td>
        <Table.Td>
          <Checkbox
            aria-label={say('attributes.multiOf', { name })}
            checked={multi}
            disabled={!declared || declare.isPending}
            onChange={({ currentTarget: { checked } }) => declare.mutate({ type, multi: checked })}
          />
        </Table.Td>
        <Table.Td className="number wide-only">{number(items)}</Table.Td>
      </Table.Tr>
      {error && (
        <Table.Tr>
          <Table.Td colSpan={4}>
            <ProblemNote error={error} />
            {isMisfit && wish && (
              <Button mt={8} size="xs" color="harm" onClick={() => declare.mutate({ ...wish, clear: true })}>
                {say('attributes.clear')}
              </Button>
            )}
          </Table.Td>
        </Table.Tr>
      )}
    </>
  );
}

function Settings({ known }: { known: ItemSettings }) {
  const { say } = useVoice();
  const client = useQueryClient();
  const [base, setBase] = useState(known.imageBase ?? '');
  const [environment, setEnvironment] = useState(known.environment ?? '');
  const [fromPages, setFromPages] = useState(known.fromPages);
  const wanted: ItemSettings = { imageBase: base.trim() || null, environment: environment.trim() || null, fromPages };
  const save = useMutation({
    mutationFn: () => ask<ItemSettings>('/v1/item-settings', { method: 'PUT', body: wanted }),
    onSuccess: async (saved) => {
      client.setQueryData(itemSettings.queryKey, saved);
      await client.invalidateQueries({ queryKey: ['items'] });
    },
  });
  const isSame =
    wanted.imageBase === known.imageBase && wanted.environment === known.environment && fromPages === known.fromPages;
  return (
    <form
      className="attributes-settings"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <TextInput
        label={say('attributes.base')}
        description={say('attributes.baseSays')}
        placeholder="https://cdn.example/pictures/"
        value={base}
        onChange={({ currentTarget: { value } }) => setBase(value)}
      />
      <TextInput
        label={say('attributes.environment')}
        description={say('attributes.environmentSays')}
        value={environment}
        onChange={({ currentTarget: { value } }) => setEnvironment(value)}
      />
      <Checkbox
        label={say('attributes.fromPages')}
        description={say('attributes.fromPagesSays')}
        checked={fromPages}
        onChange={({ currentTarget: { checked } }) => setFromPages(checked)}
      />
      <Button type="submit" variant="default" loading={save.isPending} disabled={isSame}>
        {say('attributes.save')}
      </Button>
      {save.error && <ProblemNote error={save.error} />}
    </form>
  );
}
