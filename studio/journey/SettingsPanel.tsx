import { Fields } from '../form/Fields.tsx';
import { FormContext } from '../form/form.ts';
import { type Place, type Raw, placeName } from '../form/schema.ts';
import { useVoice } from '../ui/voice.tsx';
import type { JourneyDocument } from './document.ts';
import type { RawJourney } from './edit.ts';
import type { Editing } from './editing.ts';
import { useKnown, useParts } from './known.ts';

/** The settings of a journey, by what they are about. */
const sections = [
  { word: 'edit.about', names: ['name', 'description', 'zone'] },
  { word: 'edit.whoEnters', names: ['begins', 'reentry', 'group', 'lookAhead', 'priority', 'caps'] },
  { word: 'edit.whenMailed', names: ['sender', 'holdout', 'quietHours'] },
  { word: 'edit.whatEnds', names: ['exits', 'ends', 'life', 'lateness'] },
  { word: 'edit.whoIsTold', names: ['alerts'] },
] as const;

/** What holds for the journey as a whole. */
export function SettingsPanel({ editing, document }: { editing: Editing; document: JourneyDocument }) {
  const { say } = useVoice();
  const known = useKnown(document, editing.messages);
  const parts = useParts();
  if (!parts) return null;
  const { now, change, faults, onUnread } = editing;
  const put = (next: Raw, place: Place) => change(next as RawJourney, placeName(place));
  return (
    <section className="edit-settings" aria-label={say('edit.settings')}>
      <h2>{say('edit.settings')}</h2>
      <p className="quiet">{say('edit.settingsSay')}</p>
      <FormContext value={{ of: 'journey', at: [], faults: faults.byPlace, known, onUnread }}>
        {sections.map(({ word, names }, nth) => (
          <details key={word} className="edit-section" open={nth === 0 || undefined}>
            <summary>{say(word)}</summary>
            <Fields schema={parts.journey} value={now} place={[]} names={names} onChange={put} />
          </details>
        ))}
      </FormContext>
    </section>
  );
}
