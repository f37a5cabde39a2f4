import { useNavigate, useSearch } from '@tanstack/react-router';
import type { LedgerView } from '../../src/api/contract-ledger.ts';
import { Panel } from '../ui/Page.tsx';
import { reasonWords } from '../ui/reason.ts';
import { useVoice } from '../ui/voice.tsx';
import { type ReasonRow, fatesOf } from './sums.ts';

/** Reasons of a fate that are shown; the rest is counted together. */
const mostShown = 8;

/** What became of the mails, by state and primary reason; each row is a way to its mails. */
export function Sums({ data }: { data: LedgerView }) {
  const { say, number } = useVoice();
  const fates = fatesOf(data.reasons);
  return (
    <Panel title={say('ledger.sums')}>
      {fates.length === 0 && <p className="quiet">{say('ledger.noneYet')}</p>}
      {fates.map(({ fate, count, rows }) => (
        <section key={fate} className={`fate fate-${fate}`}>
          <h3>
            <span>{say(`ledger.fate.${fate}`)}</span>
            <b>{number(count)}</b>
          </h3>
          <ul>
            {rows.slice(0, mostShown).map((row) => (
              <Row key={`${row.state} ${row.reason}`} row={row} />
            ))}
            <Rest rows={rows.slice(mostShown)} />
          </ul>
        </section>
      ))}
      <p className="fate-total">
        <span>{say('report.planned')}</span>
        <b>{number(data.total)}</b>
      </p>
    </Panel>
  );
}

function Row({ row: { state, reason, count } }: { row: ReasonRow }) {
  const { say, number } = useVoice();
  const search = useSearch({ from: '/ledger' });
  const navigate = useNavigate({ from: '/ledger' });
  const isChosen = search.state === state && search.reason === (reason ?? undefined);
  const words =
    reason === null ? say(`ledger.state.${state}`) : `${say(`ledger.state.${state}`)}: ${reasonWords(reason, say)}`;
  const choose = () =>
    void navigate({
      search: (before) => ({
        ...before,
        after: undefined,
        state: isChosen ? undefined : state,
        reason: isChosen ? undefined : (reason ?? undefined),
      }),
      replace: true,
    });
  return (
    <li>
      <button type="button" className="fate-row" aria-pressed={isChosen} onClick={choose}>
        <span>{words}</span>
        <span className="number">{number(count)}</span>
      </button>
    </li>
  );
}

function Rest({ rows }: { rows: readonly ReasonRow[] }) {
  const { say, number } = useVoice();
  if (rows.length === 0) return null;
  return (
    <li className="fate-row quiet">
      <span>{say('ledger.rest', { count: rows.length })}</span>
      <span className="number">{number(rows.reduce((sum, { count }) => sum + count, 0))}</span>
    </li>
  );
}
