import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconPalette } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { ButtonLink } from '../ui/Link.tsx';
import { Listing } from '../ui/thing.tsx';
import { useVoice } from '../ui/voice.tsx';
import { themes } from './query.ts';

/** How mails and the pages behind their links look. */
export function Themes() {
  const { say } = useVoice();
  const none = {
    title: say('themes.none'),
    says: say('themes.noneSays'),
    icon: <IconPalette stroke={1.5} />,
    action: <NewTheme />,
  };
  return (
    <Listing query={useQuery(themes)} none={none}>
      {(rows) => (
        <div className="table">
          <Table highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{say('form.name')}</Table.Th>
                <Table.Th>{say('themes.colours')}</Table.Th>
                <Table.Th className="wide-only">{say('themes.logo')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map(({ key, theme }) => (
                <Table.Tr key={key}>
                  <Table.Td className="main-cell">
                    <Link to="/themes/$key" params={{ key }} className="row-link">
                      {theme.name}
                    </Link>
                    <span className="quiet">{key}</span>
                  </Table.Td>
                  <Table.Td>
                    <span className="swatches">
                      {[theme.light.paper, theme.light.button, theme.dark.paper, theme.dark.button].map(
                        (colour, no) => (
                          // The same colour may stand in two places.
                          // oxlint-disable-next-line react/no-array-index-key
                          <span key={no} className="swatch" style={{ background: colour }} title={colour} />
                        ),
                      )}
                    </span>
                  </Table.Td>
                  <Table.Td className="wide-only">{theme.logo?.alt ?? say('themes.logoNone')}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </Listing>
  );
}

export function NewTheme() {
  const { say } = useVoice();
  return (
    <ButtonLink to="/themes/$key" params={{ key: '+' }}>
      {say('themes.new')}
    </ButtonLink>
  );
}
