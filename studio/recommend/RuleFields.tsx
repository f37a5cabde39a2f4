import { ActionIcon, Button, Textarea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { IconX } from '@tabler/icons-react';
import { useRef } from 'react';
import { RuleProblems, useRuleCheck } from '../audience/RuleEditor.tsx';
import { useVoice } from '../ui/voice.tsx';
import { withRule } from './draft.ts';
import { ruleCounts } from './query.ts';
import { type Content, type Rule, ruleText } from './sentence.ts';

/** The rules that items must pass, each with what is wrong with it and with how many items it lets through. */
export function RuleFields({ draft, onChange }: { draft: Content; onChange: (draft: Content) => void }) {
  const { say } = useVoice();
  const { rules = [] } = draft;
  return (
    <fieldset className="fields">
      <legend>{say('form.rules')}</legend>
      {rules.map((rule, index) => (
        <RuleField
          key={index}
          rule={rule}
          label={say('form.rule', { nth: index + 1 })}
          onChange={(next) => onChange(withRule(draft, index, next))}
        />
      ))}
      <div className="actions">
        <Button size="xs" variant="default" onClick={() => onChange(withRule(draft, rules.length, ''))}>
          {say('form.ruleMore')}
        </Button>
        <Left rules={rules} />
      </div>
      <p className="quiet">
        {say('form.rulesHint')}{' '}
        <a href="/docs/recommend/rules.html" target="_blank" rel="noreferrer">
          {say('form.rulesDocs')}
        </a>
      </p>
    </fieldset>
  );
}

interface FieldProps {
  rule: Rule;
  label: string;
  onChange: (rule: Rule | undefined) => void;
}

function RuleField({ rule, label, onChange }: FieldProps) {
  const { say } = useVoice();
  const isText = typeof rule === 'string';
  const text = ruleText(rule);
  const check = useRuleCheck(isText ? text : '', 'expression');
  const field = useRef<HTMLTextAreaElement>(null);
  return (
    <div className="rule-row">
      <Textarea
        ref={field}
        label={label}
        classNames={{ input: 'rule-field' }}
        value={text}
        readOnly={!isText}
        description={isText ? undefined : say('form.matcher')}
        inputWrapperOrder={['label', 'input', 'description']}
        autosize
        minRows={1}
        maxRows={8}
        spellCheck={false}
        placeholder="item.price in 20..80"
        aria-invalid={check.wrong}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <ActionIcon
        variant="subtle"
        color="control"
        size={36}
        aria-label={say('form.ruleGone', { rule: label })}
        onClick={() => onChange(undefined)}
      >
        <IconX size={16} stroke={1.5} />
      </ActionIcon>
      {isText && <RuleProblems check={check} rule={text} field={field} />}
    </div>
  );
}

/** How many items the rules leave, each and all together. */
function Left({ rules }: { rules: readonly Rule[] }) {
  const { say, number } = useVoice();
  const whole = rules.filter((rule) => ruleText(rule).trim() !== '');
  const [settled] = useDebouncedValue(whole, 600);
  const { data, error } = useQuery({ ...ruleCounts(settled), enabled: settled.length > 0 });
  if (settled.length === 0 || error || !data) return null;
  const dynamic = data.rules.some((one) => one.dynamic);
  const each = data.rules.length > 1 ? ` (${data.rules.map(({ matches }) => number(matches)).join(', ')})` : '';
  return (
    <span className="quiet" role="status">
      {say(dynamic ? 'form.leavesDynamic' : 'form.leaves', { count: data.matches, of: data.of })}
      {!dynamic && each}
    </span>
  );
}
