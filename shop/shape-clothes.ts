import type { Brush, Shape } from './picture.ts';

/** Silhouettes of what is worn: coats, sweatshirts, knitwear. Each is a way to see at 96 pixels what the thing is. */
export const clothes: Record<string, Shape> = {
  'coat/parka': (b) =>
    shadow(b, 58) +
    b.flat('M82 62Q80 22 120 20Q160 22 158 62Q140 84 120 84Q100 84 82 62Z', b.deep) +
    fur(b) +
    coatSleeves(b) +
    b.cloth('M90 64Q120 92 150 64L166 82L162 138L170 204Q120 214 70 204L78 138L74 82Z') +
    b.line('M120 84V208', b.deep, 3) +
    b.line('M78 138Q120 146 162 138', b.deep, 4) +
    b.flat('M82 156H110V186Q96 190 82 186ZM130 156H158V186Q144 190 130 186Z', b.dark) +
    b.line('M112 84V118M128 84V114', b.second, 3),
  'coat/puffer': (b) =>
    shadow(b, 52) +
    b.cloth('M92 38Q120 30 148 38L150 64H90Z', b.dark) +
    puff(b) +
    b.mirrored(puff(b)) +
    [62, 90, 118, 146, 174]
      .map((y) => b.cloth(`M80 ${y}H160Q172 ${y + 15} 160 ${y + 30}H80Q68 ${y + 15} 80 ${y}Z`))
      .join('') +
    [90, 118, 146, 174].map((y) => b.line(`M80 ${y + 1}Q120 ${y + 5} 160 ${y + 1}`, b.dark, 2.4)).join('') +
    b.line('M120 42V204', b.deep, 3) +
    b.dot({ x: 120, y: 48, rx: 4 }, b.second),
  'coat/overcoat': (b) =>
    shadow(b, 52) +
    coatSleeves(b) +
    b.cloth('M92 54L120 64L148 54L166 76L160 140L168 214Q120 222 72 214L80 140L74 76Z') +
    b.flat('M98 48L120 120L142 48L132 42H108Z', b.second) +
    b.cloth('M92 50L120 122L102 128L78 86Z', b.dark) +
    b.mirrored(b.cloth('M92 50L120 122L102 128L78 86Z', b.dark)) +
    b.line('M120 122V218', b.deep, 2.4) +
    buttons(b, [
      [108, 142],
      [132, 142],
      [108, 166],
      [132, 166],
    ]) +
    b.line('M80 170L102 166M160 170L138 166', b.deep, 4),
  'coat/duffle': (b) =>
    shadow(b, 52) +
    b.cloth('M84 66Q82 28 120 26Q158 28 156 66Q140 78 120 78Q100 78 84 66Z', b.dark) +
    b.flat('M98 64Q98 42 120 42Q142 42 142 64Q132 72 120 72Q108 72 98 64Z', b.deep) +
    coatSleeves(b) +
    b.cloth('M88 66Q120 90 152 66L166 82L168 206Q120 214 72 206L74 82Z') +
    b.line('M120 80V209', b.deep, 2.4) +
    [102, 128, 154].map((y) => toggle(b, y)).join('') +
    b.flat('M82 164H108V190H82ZM132 164H158V190H132Z', b.dark),
  'coat/wrap': (b) =>
    shadow(b, 56) +
    coatSleeves(b) +
    b.cloth('M88 52Q120 60 152 52L166 78L154 132L176 214Q120 224 64 214L86 132L74 78Z') +
    b.flat('M100 48L116 116L140 48L128 42H110Z', b.deep) +
    b.cloth('M90 46Q70 78 108 132L120 118Q102 84 104 46Z', b.light) +
    b.mirrored(b.cloth('M90 46Q70 78 108 132L120 118Q102 84 104 46Z', b.light)) +
    b.flat('M84 128Q120 138 156 128V142Q120 152 84 142Z', b.deep) +
    b.flat('M126 136L138 136L150 186L138 190ZM122 138L132 138L128 180L116 178Z', b.deep) +
    b.line('M112 150Q106 190 108 218', b.dark, 2.4),

  'sweat/crew': (b) => sweatBody(b) + neck(b),
  'sweat/hoodie': (b) => hoodBehind(b) + sweatBody(b) + hoodFront(b) + pouch(b) + cords(b),
  'sweat/zip-hoodie': (b) =>
    hoodBehind(b) +
    sweatBody(b) +
    hoodFront(b) +
    b.line('M120 92V192', b.second, 5) +
    b.line('M120 92V192', b.deep, 1.6) +
    b.flat('M84 148L112 144V176H80ZM156 148L128 144V176H160Z', b.dark) +
    cords(b),
  'sweat/half-zip': (b) =>
    sweatBody(b) +
    b.cloth('M98 44Q120 38 142 44L146 72Q120 84 94 72Z', b.dark) +
    b.flat('M110 46L120 124L130 46Z', b.second) +
    b.line('M120 52V124', b.deep, 3) +
    b.flat('M117 104H123V118H117Z', b.deep),
  'sweat/raglan': (b) => sweatBody(b) + sleeveOver(b) + b.mirrored(sleeveOver(b)) + neck(b, b.second),

  'knit/jumper': (b) => sweatBody(b, { hem: 14 }) + neck(b),
  'knit/roll-neck': (b) =>
    sweatBody(b, { hem: 14 }) +
    b.cloth('M98 34Q120 28 142 34L146 70Q120 80 94 70Z', b.light) +
    b.line('M97 50Q120 58 143 50', b.dark, 3),
  'knit/cardigan': (b) =>
    sweatBody(b, { hem: 14 }) +
    b.flat('M98 56L120 138L142 56Q120 66 98 56Z', b.second) +
    b.line('M97 56L119 138V200M143 56L121 138V200', b.dark, 7) +
    buttons(b, [
      [120, 150],
      [120, 168],
      [120, 186],
    ]),
  'knit/scarf': (b) =>
    shadow(b, 50) +
    b.cloth('M128 62L168 70L152 196L112 190Z', b.dark) +
    fringe(b, { x: 112, y: 190, dx: 10, dy: 1.6 }) +
    b.cloth('M76 66L116 60L108 206L66 202Z') +
    fringe(b, { x: 67, y: 203, dx: 10, dy: 0.8 }) +
    b.cloth('M62 72Q66 34 120 34Q174 34 178 72Q176 98 120 98Q64 98 62 72Z') +
    b.flat('M90 60Q96 46 120 46Q144 46 150 60Q140 70 120 70Q100 70 90 60Z', b.deep),
  'knit/beanie': (b) =>
    shadow(b, 62) +
    b.dot({ x: 120, y: 52, rx: 22 }, b.second) +
    b.dot({ x: 114, y: 46, rx: 11 }, '#ffffff', 0.35) +
    b.cloth('M56 152Q54 66 120 64Q186 66 184 152Z') +
    b.cloth('M48 150Q120 138 192 150L190 192Q120 204 50 192Z', b.dark),
};

function shadow(b: Brush, width: number): string {
  return b.dot({ x: 124, y: 214, rx: width + 18, ry: 9 }, '#000000', 0.13);
}

function coatSleeves(b: Brush): string {
  const sleeve =
    b.cloth('M90 56Q66 62 60 88L40 172Q50 184 68 180L88 116Z') +
    b.flat('M43 160L40 172Q50 184 68 180L72 168Q56 170 43 160Z', b.dark);
  return sleeve + b.mirrored(sleeve);
}

function fur(b: Brush): string {
  const points = Array.from({ length: 15 }, (_, step) => {
    const turn = Math.PI * (0.98 + (step / 14) * 1.04);
    return b.dot({ x: round(120 + 37 * Math.cos(turn)), y: round(60 + 37 * Math.sin(turn)), rx: 9 }, b.second);
  });
  return points.join('');
}

function puff(b: Brush): string {
  const steps = [0, 1, 2, 3];
  return steps
    .map((step) => {
      const [x, y] = [72 - step * 7, 76 + step * 28];
      return b.cloth(
        `M${x} ${y}Q${x + 22} ${y - 6} ${x + 22} ${y + 8}L${x + 14} ${y + 34}Q${x - 6} ${y + 38} ${x - 14} ${y + 26}Q${x - 14} ${y + 6} ${x} ${y}Z`,
      );
    })
    .join('');
}

function toggle(b: Brush, y: number): string {
  return b.line(`M98 ${y}H142`, b.second, 2.4) + b.line(`M110 ${y}H130`, b.second, 8);
}

function buttons(b: Brush, places: [number, number][]): string {
  return places.map(([x, y]) => b.dot({ x, y, rx: 5 }, b.second) + b.dot({ x, y, rx: 2 }, b.deep, 0.6)).join('');
}

function sweatBody(b: Brush, { hem = 12 } = {}): string {
  const sleeve = b.cloth('M88 58Q62 64 54 92L36 166L62 176L86 116Z') + b.flat('M36 166L62 176L58 188L32 178Z', b.dark);
  return (
    b.dot({ x: 124, y: 208, rx: 68, ry: 8 }, '#000000', 0.13) +
    sleeve +
    b.mirrored(sleeve) +
    b.cloth(`M88 58Q120 74 152 58L170 84L164 ${202 - hem}H76L70 84Z`) +
    b.cloth(`M76 ${200 - hem}H164L162 204Q120 208 78 204Z`, b.dark)
  );
}

function neck(b: Brush, colour = b.dark): string {
  return b.flat('M94 56Q120 84 146 56Q120 50 94 56Z', b.deep) + b.line('M93 57Q120 88 147 57', colour, 7);
}

function hoodBehind(b: Brush): string {
  return b.cloth('M80 76Q72 24 120 24Q168 24 160 76Q120 96 80 76Z', b.dark);
}

function hoodFront(b: Brush): string {
  return (
    b.flat('M92 68Q90 38 120 38Q150 38 148 68Q134 88 120 90Q106 88 92 68Z', b.deep) +
    b.line('M90 66Q104 90 120 92Q136 90 150 66', b.dark, 6)
  );
}

function cords(b: Brush): string {
  return b.line('M108 90V124M132 90V118', b.second, 3.4);
}

function pouch(b: Brush): string {
  return b.flat('M92 142H148L164 172V184H76V172Z', b.dark);
}

function sleeveOver(b: Brush): string {
  return (
    b.flat('M94 55L78 104L86 116L62 176L36 166L54 92Q62 64 94 55Z', b.second) +
    b.flat('M36 166L62 176L58 188L32 178Z', b.dark)
  );
}

function fringe(b: Brush, { x, y, dx, dy }: { x: number; y: number; dx: number; dy: number }): string {
  return [0, 1, 2, 3, 4].map((step) => b.line(`M${x + step * dx} ${round(y + step * dy)}v14`, b.second, 3)).join('');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
