import { useLocalStorage } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, createContext, useContext, useEffect, useMemo } from 'react';
import type { MoneyView } from '../../src/api/contract.ts';
import { clock } from '../api/query.ts';
import { type Language, type Say, chooseLanguage, localeOf, speak } from '../words/words.ts';
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

const VoiceContext = createContext<Voice | null>(null);

export function VoiceProvider({ children }: { children: ReactNode }) {
  const [chosen, setLanguage] = useLocalStorage<Language | null>({ key: 'beckon-language', defaultValue: null });
  const { data } = useQuery(clock);
  const language = chosen ?? chooseLanguage(navigator.languages);
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
