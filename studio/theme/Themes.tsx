import { useQuery } from '@tanstack/react-query';
import { IconPalette } from '@tabler/icons-react';
import { ButtonLink } from '../ui/Link.tsx';
import { ThingTable, type Column } from '../ui/ThingTable.tsx';
import { May } from '../ui/May.tsx';
import { useVoice } from '../ui/voice.tsx';
import { themes, type ThemeView } from './query.ts';

/** How mails and the pages behind their links look. */
export function Themes() {
  const { say } = useVoice();
  const none = {
    title: say('themes.none'),
    says: say('themes.noneSays'),
    icon: <IconPalette stroke={1.5} />,
    action: <NewTheme />,
  };
  const columns: Column<ThemeView>[] = [
    {
      head: say('themes.colours'),
      cell: ({ theme }) => (
        <span className="swatches">
          {[theme.light.paper, theme.light.button, theme.dark.paper, theme.dark.button].map((colour, no) => (
            // The same colour may stand in two places.
            // oxlint-disable-next-line react/no-array-index-key
            <span key={no} className="swatch" style={{ background: colour }} title={colour} />
          ))}
        </span>
      ),
    },
    { head: say('themes.logo'), look: 'wide-only', cell: ({ theme }) => theme.logo?.alt ?? say('themes.logoNone') },
  ];
  return (
    <ThingTable
      query={useQuery(themes)}
      none={none}
      to="/themes/$key"
      nameOf={(row) => row.theme.name}
      columns={columns}
    />
  );
}

export function NewTheme() {
  const { say } = useVoice();
  return (
    <May ask="journeys">
      <ButtonLink to="/themes/$key" params={{ key: '+' }}>
        {say('themes.new')}
      </ButtonLink>
    </May>
  );
}
