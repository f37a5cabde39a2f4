import { useVoice } from './voice.tsx';

/** What came of a table that was brought in, or would come: the sentence on what is new, then what was known or refused, row by row. */
export function BroughtIn(props: {
  first: string;
  report: { known: number; refused: number; faults: readonly { row: number; why: string }[] };
}) {
  const { say } = useVoice();
  const { known, refused, faults } = props.report;
  return (
    <>
      <p>
        <b>{props.first}</b> {say('coupons.known', { count: known })}{' '}
        {refused > 0 && say('coupons.refused', { count: refused })}
      </p>
      <ul className="plain-list">
        {faults.slice(0, 20).map(({ row, why }) => (
          <li key={row} className="quiet breaks">
            {say('coupons.line', { row, why })}
          </li>
        ))}
      </ul>
    </>
  );
}
