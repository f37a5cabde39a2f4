/** Charts as SVG, light and dark by themselves, readable without colour: pure, from what tool/bench-page.mjs hands in. */

const style = `<style>
text{font:13px Inter,system-ui,sans-serif;fill:#1b1c1f;font-variant-numeric:tabular-nums}
.quiet{fill:#5f6368}.line{stroke:#e5e2db}.bar{fill:#64748b}.short{fill:#c2410c}.goal{stroke:#1b1c1f}.path{fill:none;stroke:#c2410c;stroke-width:2}.dot{fill:#c2410c}
@media (prefers-color-scheme:dark){text{fill:#ececea}.quiet{fill:#a3a6ab}.line{stroke:#2e3035}.bar{fill:#94a3b8}.short{fill:#fb923c}.goal{stroke:#ececea}.path{stroke:#fb923c}.dot{fill:#fb923c}}
</style>`;

const sheet = (height, body) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 880 ${height}" width="880" height="${height}" role="img">${style}\n${body.join('\n')}\n</svg>\n`;

/** Where the goal stands in the chart, and the width of what is shown of it: twice over. */
const [left, span, most] = [232, 360, 2];

/** A bar for each figure, as long as it is of its goal; what exceeds twice the goal ends there with a mark. */
export function drawGoals(judged) {
  const height = judged.length * 28 + 48;
  const at = (reached) => left + (Math.min(reached, most) / most) * span;
  const bars = judged.map(({ title, reached, said, wanted }, n) => {
    const y = 36 + n * 28;
    const state = reached >= 1 ? 'bar' : 'short';
    const beyond = reached > most ? `<text x="${at(most) + 4}" y="${y + 12}">→</text>` : '';
    return `<text x="0" y="${y + 12}">${escape(title)}</text><rect class="${state}" x="${left}" y="${y}" width="${(at(reached) - left).toFixed(1)}" height="16" rx="3"/>${beyond}<text class="quiet" x="${left + span + 24}" y="${y + 12}">${escape(said)} (${escape(wanted)})</text>`;
  });
  const goal = `<line class="goal" x1="${at(1)}" x2="${at(1)}" y1="24" y2="${height - 8}" stroke-dasharray="3 3"/><text x="${at(1)}" y="16" text-anchor="middle">the goal</text>`;
  return sheet(height, [...bars, goal]);
}

/** A band for each figure, from the first size to the last; each band has its own scale and begins at nothing. */
export function drawGrowth({ of, lines }) {
  const x = (n) => 300 + (n * 440) / Math.max(1, of.length - 1);
  const top = of.map((size, n) => `<text class="quiet" x="${x(n)}" y="16" text-anchor="middle">${escape(size)}</text>`);
  const bands = lines.map(({ title, unit, values }, band) => {
    const base = 96 + band * 76;
    const largest = Math.max(...values);
    const y = (value) => base - (value / largest) * 44;
    const points = values.map((value, n) => `${x(n).toFixed(1)},${y(value).toFixed(1)}`);
    const dots = values.map(
      (value, n) =>
        `<circle class="dot" cx="${x(n).toFixed(1)}" cy="${y(value).toFixed(1)}" r="4"/><text x="${(x(n) + 10).toFixed(1)}" y="${(y(value) - 6).toFixed(1)}">${short(value)} ${escape(unit)}</text>`,
    );
    return `<text x="0" y="${base - 8}">${escape(title)}</text><line class="line" x1="300" x2="860" y1="${base}" y2="${base}"/><polyline class="path" points="${points.join(' ')}"/>${dots.join('')}`;
  });
  return sheet(60 + lines.length * 76, [...top, ...bands]);
}

const short = (value) => Number(value.toPrecision(3)).toLocaleString('en-US');

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
