import { useLocalStorage } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, createContext, useContext, useEffect, useMemo, useState } from 'react';
import type { MoneyView } from '../../src/api/contract.ts';
import { clock } from '../api/query.ts';
import { isIn, me } from '../team/query.ts';
import { type Language, type Say, chooseLanguage, loadLanguage, localeOf, speak } from '../words/words.ts';
import { type Frame, clockFace, dayName, hour, moment, money, moneys, percent } from './format.ts';

/** The words and the ways of writing of the chosen language, in the shop's zone and time. */
export interface Voice {
  language: Language;
  setLanguage: (language: Language) => void;
  say: Say;
  frame: Frame;
  moment: (at: string) => string;
  clockFace: (at: string) => string;
  hour: (at: string) => string;
  day: (at: string) => string;
  number: (value: number) => string;
  percent: (share: number) => string;
  money: (value: MoneyView, short?: boolean) => string;
  moneys: (values: readonly MoneyView[], short?: boolean) => string;
}

const languageKey = 'beckon-language';

/** Loads the words of the language that was chosen last, or that the browser prefers; before anything is drawn. */
export async function firstWords(): Promise<void> {
  const kept = localStorage.getItem(languageKey)?.replaceAll('"', '') ?? '';
  await loadLanguage(chooseLanguage([kept, ...navigator.languages]));
}

/** The language that is wanted, once its words are there; what was spoken before until then. */
function useSpoken(wanted: Language): Language {
  const [spoken, setSpoken] = useState(wanted);
  useEffect(() => {
    let left = false;
    void loadLanguage(wanted).then(() => !left && setSpoken(wanted));
    return () => {
      left = true;
    };
  }, [wanted]);
  return spoken;
}

const VoiceContext = createContext<Voice | null>(null);

export function VoiceProvider({ children }: { children: ReactNode }) {
  const [chosen, setLanguage] = useLocalStorage<Language | null>({
    key: languageKey,
    defaultValue: null,
    getInitialValueInEffect: false,
  });
  const inside = isIn(useQuery(me).data);
  const { data } = useQuery({ ...clock, enabled: inside });
  const language = useSpoken(chooseLanguage([chosen ?? '', ...navigator.languages]));
  const zone = data?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  // To the minute, so that nothing is drawn anew every two seconds.
  const now = Math.floor((data ? Date.parse(data.now) : performance.timeOrigin + performance.now()) / 60_000) * 60_000;
  const voice = useMemo(() => makeVoice(language, setLanguage, { zone, now }), [language, setLanguage, zone, now]);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return <VoiceContext value={voice}>{children}</VoiceContext>;
}

function makeVoice(
  language: Language,
  setLanguage: (language: Language) => void,
  at: { zone: string; now: number },
): Voice {
  const locale = localeOf[language];
  const frame: Frame = { locale, ...at };
  const say = speak(language);
  const number = new Intl.NumberFormat(locale);
  return {
    language,
    setLanguage,
    say,
    frame,
    moment: (iso) => moment(Date.parse(iso), frame),
    clockFace: (iso) => clockFace(Date.parse(iso), frame),
    hour: (iso) => hour(Date.parse(iso), frame),
    day: (iso) => dayName(Date.parse(iso), frame, say),
    number: (value) => number.format(value),
    percent: (share) => percent(share, locale),
    money: (value, short) => money(value, locale, short),
    moneys: (values, short) => moneys(values, locale, short),
  };
}

export function useVoice(): Voice {
  const voice = useContext(VoiceContext);
  if (!voice) throw new Error('useVoice needs a VoiceProvider above it');
  return voice;
}
