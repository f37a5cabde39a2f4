import './condition.css';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { GroupFields } from './GroupFields.tsx';
import { ruleOutline } from './known.ts';
import { type Group, groupOf, writtenIn } from './model.ts';
import { readRule } from './read.ts';
import { ruleText } from './write.ts';

/**
 * A rule as a form: its text is read when it comes from elsewhere, and written with every change. While it is being changed
 * here the form is what counts, so that nothing jumps.
 */
export function Builder({ rule, onChange }: { rule: string; onChange: (rule: string) => void }) {
  const { say } = useVoice();
  const [own, setOwn] = useState<{ text: string; root: Group } | null>(null);
  const isOwn = own !== null && own.text === rule;
  const isEmpty = rule.trim() === '';
  const { data, error } = useQuery({ ...ruleOutline(rule), enabled: !isOwn && !isEmpty });
  const root = isOwn ? own.root : isEmpty ? groupOf([]) : data ? readRule(data) : null;
  if (root === null) return error ? <Unreadable error={error} /> : <Rows count={3} />;
  const left = writtenIn(root);
  const put = (next: Group) => {
    const text = ruleText(next);
    setOwn({ text, root: next });
    onChange(text);
  };
  return (
    <div className="condition-form" role="group" aria-label={say('condition.form')}>
      <GroupFields group={root} onChange={put} />
      {left > 0 && <p className="quiet">{say('condition.written', { count: left })}</p>}
    </div>
  );
}

/** What is no rule cannot be a form; its text stays, and says what is wrong with it. */
function Unreadable({ error }: { error: unknown }) {
  const { say } = useVoice();
  return (
    <>
      <p className="quiet">{say('condition.unread')}</p>
      <ProblemNote error={error} />
    </>
  );
}
