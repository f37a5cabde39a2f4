import { createContext, useContext } from 'react';
import { type Key, isKey } from '../words/words.ts';
import { useVoice } from '../ui/voice.tsx';
import { type Place, placeName } from './schema.ts';

/** What all fields of a form share. */
export interface FormFrame {
  /** What the form is of, such as `action`: its own words go before those of all forms. */
  of: string;
  /** Where in the document it stands; places of its fields begin there. */
  at: Place;
  /** Faults by place, as the server names it. */
  faults: ReadonlyMap<string, string>;
  /** What a field may name: activities of a journey, criteria, audiences; by name of the field. */
  known: Readonly<Record<string, readonly { value: string; label: string }[]>>;
  /** Names of fields that must be one of what is known. */
  closed?: readonly string[];
  /** Fields that expressions may look into, each with a value as it was lately. */
  picks?: readonly { path: string; sample: string }[];
  /** Told when a field cannot be read, and when it can again. */
  onUnread: (place: string, unread: boolean) => void;
}

export const FormContext = createContext<FormFrame>({
  of: '',
  at: [],
  faults: new Map(),
  known: {},
  onUnread: () => {},
});

export const useForm = (): FormFrame => useContext(FormContext);

/** The most special key there is: of this form and place, of the place, of its end. Pure. */
export function wordKey(first: string, of: string, place: Place): Key | undefined {
  const names = [of, ...place.filter((part) => typeof part === 'string')];
  for (let from = 0; from < names.length; from += 1) {
    const key = `${first}.${names.slice(from).join('.')}`;
    if (isKey(key)) return key;
  }
  return undefined;
}

/** A place of the form as the server names it. */
export function useWhere(place: Place): string {
  return placeName([...useForm().at, ...place]);
}

/** The words around a field: its label, what it is for, and what is wrong with it. */
export function useFieldWords(place: Place): { label: string; description?: string; error?: string } {
  const { say } = useVoice();
  const { of, faults } = useForm();
  const where = useWhere(place);
  const label = wordKey('field', of, place);
  const says = wordKey('says', of, place);
  const error = faults.get(where);
  return {
    label: label === undefined ? String(place.at(-1) ?? '') : say(label),
    ...(says === undefined ? {} : { description: say(says) }),
    ...(error === undefined ? {} : { error }),
  };
}

/** A choice in words; as it is written where there are none. */
export function useChoiceWord(place: Place): (value: string) => string {
  const { say } = useVoice();
  const { of } = useForm();
  return (value) => {
    const key = wordKey('choice', of, [...place, value]);
    return key === undefined ? value : say(key);
  };
}
