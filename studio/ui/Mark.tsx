/** The mark: a doorway that is ajar, with the light falling out of it. One path, one colour, holds at 16 px. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg className="mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path d={door} fillRule="evenodd" fill="currentColor" />
      <path d={light} fill="currentColor" opacity="0.28" />
    </svg>
  );
}

const door = 'M8 2h16a6 6 0 0 1 6 6v16a6 6 0 0 1-6 6H8a6 6 0 0 1-6-6V8a6 6 0 0 1 6-6Zm3 5v17l10 6.5V12Z';
const light = 'M11 7v17l10 6.5V12Z';
