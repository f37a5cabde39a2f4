import { Button, SegmentedControl, Textarea, UnstyledButton } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { IconAlertTriangle, IconBan, IconCheck } from '@tabler/icons-react';
import { type RefObject, useRef } from 'react';
import type { LanguageProblem as Problem } from '../../src/api/contract-language.ts';
import type { AudienceView } from '../../src/api/contract-audience.ts';
import { ask } from '../api/client.ts';
import { Builder } from '../condition/Builder.tsx';
import { KnownContext, useKnownOfPeople } from '../condition/known.ts';
import { ProblemNote } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { audiences, ruleProblems } from './query.ts';
import { examples, faultOf, offsetOf, pointer } from './rule.ts';

/**
 * The rule of an audience, as fields or as text, with what is wrong with it by line and column. Both ways are views of one
 * text; which of them is shown stands in the address.
 */
export function RuleEditor({ rule, onChange }: { rule: string; onChange: (rule: string) => void }) {
  const { say } = useVoice();
  const { as } = useSearch({ from: '/audiences/$key' });
  const navigate = useNavigate({ from: '/audiences/$key' });
  const { data: all } = useQuery(audiences);
  const known = useKnownOfPeople(all ?? nobody);
  const check = useRuleCheck(rule);
  const field = useRef<HTMLTextAreaElement>(null);
  const isText = as === 'text';
  const turn = (next: string) => void navigate({ search: { as: next === 'text' ? next : undefined }, replace: true });
  return (
    <div className="rule-editor">
      <div className="rule-head">
        <span className="field-name">{say('audience.rule')}</span>
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
      </div>
      {isText ? (
        <RuleText rule={rule} check={check} field={field} onChange={onChange} />
      ) : (
        <KnownContext value={known}>
          <Builder rule={rule} onChange={onChange} />
        </KnownContext>
      )}
      <div id="rule-problems" aria-live="polite">
        <RuleProblems check={check} rule={rule} field={field} onLook={() => turn('text')} />
      </div>
      {rule.trim() === '' && <Examples onChoose={onChange} />}
    </div>
  );
}

const nobody: readonly AudienceView[] = [];

/** The rule as it is written, and a hand to write it well. */
function RuleText(props: {
  rule: string;
  check: RuleCheck;
  field: RefObject<HTMLTextAreaElement | null>;
  onChange: (rule: string) => void;
}) {
  const { say } = useVoice();
  const { rule, check, field, onChange } = props;
  const format = useMutation({
    mutationFn: () =>
      ask<{ source: string }>('/v1/language/format', { method: 'POST', body: { source: rule, mode: 'expression' } }),
    onSuccess: ({ source }) => onChange(source),
  });
  return (
    <>
      <Textarea
        ref={field}
        aria-label={say('audience.rule')}
        description={<RuleHint />}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        classNames={{ input: 'rule-field' }}
        value={rule}
        autosize
        minRows={4}
        maxRows={16}
        spellCheck={false}
        autoCapitalize="off"
        autoCorrect="off"
        aria-invalid={check.wrong}
        aria-describedby="rule-problems"
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      {rule.trim() !== '' && (
        <Button
          size="xs"
          variant="default"
          disabled={check.wrong || !check.settled}
          loading={format.isPending}
          onClick={() => format.mutate()}
        >
          {say('audience.format')}
        </Button>
      )}
    </>
  );
}

/** What is wrong with a rule; a problem leads to its place in the field. */
export function RuleProblems(props: {
  check: RuleCheck;
  rule: string;
  field: RefObject<HTMLTextAreaElement | null>;
  /** Shows the text, where fields stand in its place. */
  onLook?: () => void;
}) {
  const { say } = useVoice();
  const { check, rule, field, onLook } = props;
  const goTo = (problem: Problem) => {
    const at = offsetOf(rule, problem);
    if (field.current === null) return onLook?.();
    field.current.focus();
    return field.current.setSelectionRange(at, at);
  };
  return (
    <>
      {check.error ? <ProblemNote error={check.error} /> : null}
      {rule.trim() !== '' && check.settled && !check.wrong && (
        <p className="status status-live">
          <IconCheck size={14} stroke={1.5} aria-hidden="true" />
          {say('audience.ruleRight')}
        </p>
      )}
      <ul className="rule-problems">
        {check.problems.map((problem) => (
          <ProblemRow
            key={`${problem.line} ${problem.column} ${problem.message}`}
            problem={problem}
            rule={check.checked}
            onGo={() => goTo(problem)}
          />
        ))}
      </ul>
    </>
  );
}

export interface RuleCheck {
  problems: Problem[];
  /** The rule that was checked. */
  checked: string;
  /** Is there an error, so that it cannot be saved? */
  wrong: boolean;
  /** Does the answer belong to what stands there now? */
  settled: boolean;
  error: unknown;
}

/** What is wrong with the rule of an audience, or with a condition over items, a moment after the last key. */
export function useRuleCheck(rule: string, mode: 'rule' | 'expression' = 'rule'): RuleCheck {
  const [checked] = useDebouncedValue(rule, 300);
  const isThere = checked.trim() !== '';
  const { data, error, isPlaceholderData } = useQuery({ ...ruleProblems(checked, mode), enabled: isThere });
  const problems = isThere ? (data ?? []) : [];
  return {
    problems,
    checked,
    wrong: problems.some(({ severity }) => severity === 'error'),
    settled: isThere && checked === rule && data !== undefined && !isPlaceholderData,
    error: isThere ? error : null,
  };
}

function RuleHint() {
  const { say } = useVoice();
  return (
    <>
      {say('audience.ruleHint')}{' '}
      <a href="/docs/guide/language.html" target="_blank" rel="noreferrer">
        {say('audience.ruleDocs')}
      </a>
    </>
  );
}

function ProblemRow({ problem, rule, onGo }: { problem: Problem; rule: string; onGo: () => void }) {
  const { say } = useVoice();
  const isError = problem.severity === 'error';
  const Icon = isError ? IconBan : IconAlertTriangle;
  const shown = pointer(rule, problem);
  return (
    <li className={isError ? 'rule-problem rule-error' : 'rule-problem'}>
      <UnstyledButton className="rule-place" onClick={onGo}>
        <Icon size={14} stroke={1.5} aria-hidden="true" />
        {say(isError ? 'audience.errorAt' : 'audience.warningAt', { line: problem.line, column: problem.column })}
      </UnstyledButton>
      <p>{faultOf(problem.message)}</p>
      {problem.mend !== '' && <p className="quiet">{say('problem.mend', { mend: problem.mend })}</p>}
      {shown && (
        <pre className="raw rule-pointer" aria-hidden="true">
          {`${shown.text}\n${shown.mark}`}
        </pre>
      )}
    </li>
  );
}

function Examples({ onChoose }: { onChoose: (rule: string) => void }) {
  const { say } = useVoice();
  return (
    <div>
      <p className="quiet">{say('audience.examples')}</p>
      <div className="actions">
        {examples.map(({ word, rule }) => (
          <Button key={word} size="xs" variant="default" className="wrap-button" onClick={() => onChoose(rule)}>
            {say(word)}
          </Button>
        ))}
      </div>
    </div>
  );
}
