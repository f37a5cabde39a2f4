import { Table } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Listing } from './thing.tsx';
import { useVoice } from './voice.tsx';

/** A column after the first, which has name and key. */
export interface Column<T> {
  head: string;
  /** `number`: at the right; `wide-only`: not on a phone. */
  look?: string;
  cell: (row: T) => ReactNode;
}

/** A list of things with keys as a table; each line leads to the page of its thing. */
export function ThingTable<T extends { key: string }>(
  props: Omit<Parameters<typeof Listing<T>>[0], 'children'> & {
    to:
      | '/senders/$key'
      | '/lists/$key'
      | '/coupons/$key'
      | '/designs/$key'
      | '/themes/$key'
      | '/components/$key'
      | '/activities/$key'
      | '/offers/$key'
      | '/sign-ups/$key';
    nameOf: (row: T) => string;
    /** What stands below the name in place of the key. */
    below?: (row: T) => string;
    columns: readonly Column<T>[];
  },
) {
  const { say } = useVoice();
  const { query, none, to, nameOf, below, columns } = props;
  return (
    <Listing query={query} none={none}>
      {(rows) => (
        <div className="table">
          <Table highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{say('form.name')}</Table.Th>
                {columns.map(({ head, look }) => (
                  <Table.Th key={head} className={look}>
                    {head}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((row) => (
                <Table.Tr key={row.key}>
                  <Table.Td className="main-cell">
                    <Link to={to} params={{ key: row.key }} className="row-link">
                      {nameOf(row)}
                    </Link>
                    <span className="quiet">{below?.(row) ?? row.key}</span>
                  </Table.Td>
                  {columns.map(({ head, look, cell }) => (
                    <Table.Td key={head} className={look}>
                      {cell(row)}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </Listing>
  );
}
