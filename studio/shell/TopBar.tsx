import { ActionIcon, Button, Kbd, Menu, Tooltip, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import {
  IconCheck,
  IconClock,
  IconHelp,
  IconLanguage,
  IconMoon,
  IconSearch,
  IconSun,
  IconSunMoon,
  IconUserCircle,
} from '@tabler/icons-react';
import { useLocation, useNavigate } from '@tanstack/react-router';
import { clock, environment } from '../api/query.ts';
import type { Advance } from '../clock/advance.ts';
import { me } from '../team/query.ts';
import { useSignOut } from '../team/SignOut.tsx';
import { May } from '../ui/May.tsx';
import { useVoice } from '../ui/voice.tsx';
import { languages } from '../words/words.ts';
import { helpFor } from './help.ts';
import { Path } from './Path.tsx';

export function TopBar({ onSearch, advance }: { onSearch: () => void; advance: Advance }) {
  const { say } = useVoice();
  const { data } = useQuery(environment);
  return (
    <header className="bar">
      <Path />
      <div className="bar-tools">
        <UnstyledButton className="search" onClick={onSearch} aria-keyshortcuts="Control+K">
          <IconSearch size={16} stroke={1.5} aria-hidden="true" />
          <span className="search-word">{say('bar.search')}</span>
          <Kbd size="xs" aria-hidden="true">
            Ctrl K
          </Kbd>
        </UnstyledButton>
        {data?.demo && <span className="environment">{say('environment.demo')}</span>}
        <Clock advance={advance} />
        <Help />
        <LanguageMenu />
        <SchemeMenu />
        <AccountMenu />
      </div>
    </header>
  );
}

function Clock({ advance }: { advance: Advance }) {
  const { say, clockFace } = useVoice();
  const { data } = useQuery(clock);
  if (data?.kind !== 'virtual') return null;
  const moving = advance.state.is === 'moving';
  return (
    <div className="clock" role="group" aria-label={say('clock.shopTime', { time: clockFace(data.now) })}>
      <IconClock size={16} stroke={1.5} aria-hidden="true" />
      <span className="clock-face">
        <b>{clockFace(data.now)}</b> <span className="quiet">{say('clock.shopTime', { time: '' }).trim()}</span>
      </span>
      <May ask="clock">
        <Tooltip label={say('clock.move.hour')}>
          <Button size="compact-sm" variant="default" disabled={moving} onClick={() => advance.move('PT1H')}>
            {say('clock.hour')}
          </Button>
        </Tooltip>
        <Tooltip label={say('clock.move.day')}>
          <Button size="compact-sm" variant="default" disabled={moving} onClick={() => advance.move('P1D')}>
            {say('clock.day')}
          </Button>
        </Tooltip>
      </May>
    </div>
  );
}

/** Leads to the page of the documentation that explains this one. */
function Help() {
  const { say } = useVoice();
  const path = useLocation({ select: (location) => location.pathname });
  return (
    <Tooltip label={say('bar.help')}>
      <ActionIcon
        component="a"
        href={helpFor(path)}
        target="_blank"
        rel="noreferrer"
        variant="subtle"
        color="control"
        size={36}
        aria-label={say('bar.help')}
      >
        <IconHelp size={18} stroke={1.5} />
      </ActionIcon>
    </Tooltip>
  );
}

function LanguageMenu() {
  const { say, language, setLanguage } = useVoice();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="control" size={36} aria-label={say('bar.language')}>
          <IconLanguage size={18} stroke={1.5} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {languages.map(({ code, name }) => (
          <Menu.Item
            key={code}
            lang={code}
            onClick={() => setLanguage(code)}
            rightSection={code === language ? <IconCheck size={14} stroke={1.5} /> : null}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function AccountMenu() {
  const { say } = useVoice();
  const { data } = useQuery(me);
  const navigate = useNavigate();
  const out = useSignOut();
  const member = data?.member;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="control" size={36} aria-label={say('team.account')}>
          <IconUserCircle size={18} stroke={1.5} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {member && <Menu.Label>{`${member.name} · ${say(`team.role.${member.role}`)}`}</Menu.Label>}
        <Menu.Item onClick={() => void navigate({ to: '/account' })}>
          {say(member ? 'team.account' : 'team.setUp')}
        </Menu.Item>
        {member && <Menu.Item onClick={() => out.mutate()}>{say('team.signOut')}</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  );
}

const schemes = [
  { value: 'auto', word: 'scheme.auto', Icon: IconSunMoon, IconUserCircle },
  { value: 'light', word: 'scheme.light', Icon: IconSun },
  { value: 'dark', word: 'scheme.dark', Icon: IconMoon },
] as const;

function SchemeMenu() {
  const { say } = useVoice();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { Icon } = schemes.find((scheme) => scheme.value === colorScheme) ?? schemes[0];
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="control" size={36} aria-label={say('bar.scheme')}>
          <Icon size={18} stroke={1.5} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {schemes.map(({ value, word, Icon: Own }) => (
          <Menu.Item
            key={value}
            onClick={() => setColorScheme(value)}
            leftSection={<Own size={16} stroke={1.5} />}
            rightSection={value === colorScheme ? <IconCheck size={14} stroke={1.5} /> : null}
          >
            {say(word)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
