import './rule.css';
import { ActionIcon, Button, SegmentedControl, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { IconX } from '@tabler/icons-react';
import { type ReactNode, useRef, useState } from 'react';
import { RuleProblems, useRuleCheck } from '../audience/RuleEditor.tsx';
import { ProblemNote } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { MatcherFields } from './MatcherFields.tsx';
import { type Rule, lackOf, newMatcher } from './matcher.ts';
import { type Effects, conditionOf } from './query.ts';
import { matcherOf } from './read.ts';

/** Rules over items, all of which must hold: each as fields or as text, with how many items pass it. */
export function RuleRows(props: { rules: readonly Rule[]; effects: Effects; onChange: (rules: Rule[]) => void }) {
  const { say } = useVoice();
  const { rules, effects, onChange } = props;
  const set = (place: number, rule: Rule | null) => {
    const next = [...rules];
    next.splice(place, 1, ...(rule === null ? [] : [rule]));
    onChange(next);
  };
  return (
    <div className="rule-rows">
      {rules.map((rule, place) => (
        <RuleRow
          key={place}
          rule={rule}
          label={say('form.rule', { nth: place + 1 })}
          effect={effects.of(place)}
          fault={effects.faultOf(place)}
          onChange={(next) => set(place, next)}
        />
      ))}
      <div className="actions">
        <Button size="xs" variant="default" onClick={() => onChange([...rules, newMatcher])}>
          {say('form.ruleMore')}
        </Button>
        <Button size="xs" variant="default" onClick={() => onChange([...rules, ''])}>
          {say('rule.moreText')}
        </Button>
      </div>
      <p className="quiet">
        {say('form.rulesHint')}{' '}
        <a href="/docs/recommend/rules.html" target="_blank" rel="noreferrer">
          {say('form.rulesDocs')}
        </a>
      </p>
    </div>
  );
}

interface RowProps {
  rule: Rule;
  label: string;
  effect?: ReturnType<Effects['of']>;
  fault?: string | undefined;
  /** What stands beside its name, such as a weight. */
  aside?: ReactNode;
  onChange: (rule: Rule | null) => void;
}

/** One rule; both ways of writing it are one click apart where both can say it. */
export function RuleRow({ rule, label, effect, fault, aside, onChange }: RowProps) {
  const { say } = useVoice();
  const isText = typeof rule === 'string';
  const [stuck, setStuck] = useState(false);
  const toText = useMutation({ mutationFn: () => conditionOf(rule), onSuccess: onChange });
  const turn = (way: string) => {
    if (!isText) return rule === newMatcher || lackOf(rule) !== null ? onChange('') : toText.mutate();
    const read = rule.trim() === '' ? newMatcher : matcherOf(rule);
    setStuck(read === null && way === 'fields');
    if (read !== null) onChange(read);
    return undefined;
  };
  return (
    <section className="rule-card" aria-label={label}>
      <div className="rule-head">
        <b>{label}</b>
        {aside}
        <span className="quiet rule-effect" role="status">
          {effect && <EffectWords effect={effect} />}
        </span>
        <SegmentedControl
          size="xs"
          value={isText ? 'text' : 'fields'}
          aria-label={say('form.view')}
          data={[
            { value: 'fields', label: say('rule.fields') },
            { value: 'text', label: say('rule.text') },
          ]}
          onChange={turn}
        />
        <ActionIcon
          variant="subtle"
          color="control"
          size={28}
          aria-label={say('form.ruleGone', { rule: label })}
          onClick={() => onChange(null)}
        >
          <IconX size={16} stroke={1.5} />
        </ActionIcon>
      </div>
      {isText ? (
        <TextRule rule={rule} label={label} fault={fault} onChange={onChange} />
      ) : (
        <MatcherFields matcher={rule} onChange={onChange} />
      )}
      {stuck && isText && <p className="quiet">{say('rule.onlyText')}</p>}
      {toText.error && <ProblemNote error={toText.error} />}
      {fault !== undefined && !isText && <p className="field-fault">{fault}</p>}
    </section>
  );
}

/** How many items one rule lets pass by itself. */
function EffectWords({ effect: { matches, ignored, dynamic } }: { effect: NonNullable<RowProps['effect']> }) {
  const { say } = useVoice();
  if (ignored) return say('rule.ignored');
  return say(dynamic ? 'rule.passesHere' : 'rule.passes', { count: matches });
}

interface TextProps {
  rule: string;
  label: string;
  fault: string | undefined;
  onChange: (rule: string) => void;
}

function TextRule({ rule, label, fault, onChange }: TextProps) {
  const check = useRuleCheck(rule, 'expression');
  const field = useRef<HTMLTextAreaElement>(null);
  return (
    <div className="rule-text">
      <Textarea
        ref={field}
        aria-label={label}
        classNames={{ input: 'rule-field' }}
        value={rule}
        autosize
        minRows={1}
        maxRows={8}
        spellCheck={false}
        autoCapitalize="off"
        autoCorrect="off"
        placeholder="item.price in 20..80"
        aria-invalid={check.wrong || fault !== undefined}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      {fault === undefined || check.wrong ? (
        <RuleProblems check={check} rule={rule} field={field} />
      ) : (
        <p className="field-fault">{fault}</p>
      )}
    </div>
  );
}
