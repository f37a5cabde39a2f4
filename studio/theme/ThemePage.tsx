import '../recommend/recommend.css';
import './theme.css';
import { ColorInput, NumberInput, Switch, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import type { Theme } from '../../src/api/contract-message.ts';
import { MailFrame } from '../mailbox/MailFrame.tsx';
import { PageHead, Panel } from '../ui/Page.tsx';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { type Place, TakeThingAway, ThingForm, Unread } from '../ui/thing.tsx';
import { useVoice } from '../ui/voice.tsx';
import { isWhole, themePath, themePreview, themes } from './query.ts';

/** One theme: its colours, font and logo, and a mail that wears it. `+` makes a new one. */
export function ThemePage() {
  const { key } = useParams({ from: '/themes/$key' });
  const { say } = useVoice();
  const query = useQuery(themes);
  const place = usePlace();
  if (!query.data) return <Unread query={query} />;
  const known = query.data.find((one) => one.key === key);
  const shop = query.data.find((one) => one.key === 'shop')!;
  if (key !== '+' && !known)
    return (
      <div className="page">
        <ProblemNote error={new Error(say('themes.gone', { key }))} />
      </div>
    );
  return (
    <div className="page">
      <PageHead
        title={known?.theme.name ?? say('themes.new')}
        answer={known ? say('themes.oneAnswer', { name: known.theme.name }) : say('themes.newAnswer')}
        note={known?.key === 'shop' ? say('themes.shopSays') : say('themes.note')}
      >
        {known && known.key !== 'shop' && (
          <TakeThingAway place={place} thing={{ key, name: known.theme.name }} before={known.theme} />
        )}
      </PageHead>
      <ThingForm<Theme>
        key={JSON.stringify(known?.theme)}
        place={place}
        title={say('themes.panel')}
        keyHint={say('themes.keySays')}
        known={known ? { key, name: known.theme.name } : null}
        others={query.data.map((one) => ({ key: one.key, name: one.theme.name }))}
        begin={known?.theme ?? { ...shop.theme, name: '' }}
        isReady={isWhole}
        beside={(draft) => <Worn theme={draft} />}
      >
        {(draft, change) => <Fields draft={draft} change={change} />}
      </ThingForm>
    </div>
  );
}

function usePlace(): Place {
  const navigate = useNavigate();
  return {
    door: themePath,
    cache: ['themes'],
    open: (key) => navigate({ to: '/themes/$key', params: { key } }),
    leave: () => navigate({ to: '/messages', search: { show: 'themes' } }),
  };
}

const inks = ['paper', 'raised', 'ink', 'quiet', 'line', 'button', 'buttonInk'] as const;

function Fields({ draft, change }: { draft: Theme; change: (next: Theme) => void }) {
  const { say } = useVoice();
  const colour = (scheme: 'light' | 'dark', name: string, value: string) =>
    change({ ...draft, [scheme]: { ...draft[scheme], [name]: value } } as Theme);
  return (
    <>
      {(['light', 'dark'] as const).map((scheme) => (
        <fieldset key={scheme} className="fields">
          <legend>{say(`themes.${scheme}`)}</legend>
          <div className="form">
            {[...inks, ...(scheme === 'light' ? (['tile'] as const) : [])].map((name) => (
              <ColorInput
                key={name}
                label={say(`themes.ink.${name}`)}
                format="hex"
                value={(draft[scheme] as Record<string, string>)[name] ?? ''}
                onChange={(value) => colour(scheme, name, value)}
              />
            ))}
          </div>
        </fieldset>
      ))}
      <TextInput
        label={say('themes.font')}
        description={say('themes.fontSays')}
        inputWrapperOrder={['label', 'input', 'description']}
        classNames={{ input: 'code' }}
        value={draft.font}
        spellCheck={false}
        onChange={(event) => change({ ...draft, font: event.currentTarget.value })}
      />
      <NumberInput
        label={say('themes.radius')}
        value={draft.radius}
        min={0}
        max={24}
        allowDecimal={false}
        onChange={(value) => typeof value === 'number' && change({ ...draft, radius: value })}
      />
      <LogoFields draft={draft} change={change} />
      <Textarea
        label={say('themes.address')}
        description={say('themes.addressSays')}
        inputWrapperOrder={['label', 'input', 'description']}
        value={draft.address ?? ''}
        autosize
        minRows={1}
        onChange={(event) => {
          const { address: _before, ...rest } = draft;
          const address = event.currentTarget.value;
          change(address === '' ? rest : { ...rest, address });
        }}
      />
    </>
  );
}

function LogoFields({ draft, change }: { draft: Theme; change: (next: Theme) => void }) {
  const { say } = useVoice();
  const { logo, ...rest } = draft;
  const put = (part: Partial<NonNullable<Theme['logo']>>) => change({ ...draft, logo: { ...logo!, ...part } });
  return (
    <fieldset className="fields">
      <legend>{say('themes.logo')}</legend>
      <Switch
        label={say('themes.withLogo')}
        description={say('themes.withLogoSays')}
        checked={logo !== undefined}
        onChange={(event) =>
          change(
            event.currentTarget.checked
              ? { ...rest, logo: { src: 'https://', alt: draft.name, width: 160, height: 40 } }
              : rest,
          )
        }
      />
      {logo && (
        <>
          <TextInput
            label={say('messages.field.src')}
            classNames={{ input: 'code' }}
            value={logo.src}
            spellCheck={false}
            onChange={(event) => put({ src: event.currentTarget.value })}
          />
          <TextInput
            label={say('messages.field.alt')}
            value={logo.alt}
            onChange={(event) => put({ alt: event.currentTarget.value })}
          />
          <div className="form">
            {(['width', 'height'] as const).map((side) => (
              <NumberInput
                key={side}
                label={say(`messages.field.${side}`)}
                value={logo[side]}
                min={16}
                max={side === 'width' ? 320 : 160}
                allowDecimal={false}
                onChange={(value) => typeof value === 'number' && put({ [side]: value })}
              />
            ))}
          </div>
        </>
      )}
    </fieldset>
  );
}

/** A mail in these colours, light and dark, and what in them is hard to read; nothing is saved. */
function Worn({ theme }: { theme: Theme }) {
  const { say, number } = useVoice();
  const [tried] = useDebouncedValue(theme, 400);
  const isSound = isWhole(tried);
  const { data, error } = useQuery({ ...themePreview(tried), enabled: isSound });
  return (
    <Panel title={say('themes.worn')} className="theme-worn">
      {!isSound && <p className="quiet">{say('themes.notYet')}</p>}
      {error && <ProblemNote error={error} />}
      {!data && !error && isSound && <Rows count={6} height={40} />}
      {data && (
        <>
          <ul className="plain-list" role="status">
            {data.faint.map(({ where, ratio }) => (
              <li key={where} className="theme-faint">
                {say('themes.faint', { where, ratio: number(ratio) })}
              </li>
            ))}
          </ul>
          <MailFrame subject={theme.name} html={data.html} links={false} begin="320" />
        </>
      )}
    </Panel>
  );
}
