import type { Brush, Shape } from './picture.ts';

const steel = { light: '#e4e7ea', mid: '#b4bac0', dark: '#7b828a', face: '#fbfaf6', ink: '#25272b' };
const glow = '#ffe9b0';

/** Silhouettes of what is carried, worn on the wrist, or stands at home. */
export const things: Record<string, Shape> = {
  'watch/dress': (b) =>
    strap(b) +
    roundCase(b, { face: steel.face, rim: '#d8b45c' }) +
    hands(b, b.main) +
    marks(b, { count: 4, colour: b.main }),
  'watch/diver': (b) =>
    strap(b) +
    roundCase(b, { face: b.deep, rim: steel.mid, bezel: b.main }) +
    ring(12, 53, (x, y, step) => b.dot({ x, y, rx: step === 0 ? 4.6 : 2.2 }, '#ffffff')) +
    ring(12, 33, (x, y) => b.dot({ x, y, rx: 4 }, '#f4f1e4')) +
    hands(b, '#f4f1e4'),
  'watch/square': (b) =>
    strap(b) +
    b.flat('M80 72Q80 66 86 66H154Q160 66 160 72V168Q160 174 154 174H86Q80 174 80 168Z', steel.dark) +
    b.flat('M84 74Q84 70 88 70H152Q156 70 156 74V166Q156 170 152 170H88Q84 170 84 166Z', steel.light) +
    b.flat('M92 78H148V162H92Z', b.light) +
    b.line('M120 84V92M120 148V156M98 120H106M134 120H142', b.deep, 4) +
    b.line('M120 120V96M120 120L134 130', b.deep, 4),
  'watch/chronograph': (b) =>
    metalBand(b) +
    b.flat('M176 98L186 94L190 102L180 106ZM176 142L186 146L190 138L180 134Z', steel.dark) +
    roundCase(b, { face: b.main, rim: steel.mid }) +
    [
      [120, 98],
      [102, 130],
      [138, 130],
    ]
      .map(([x = 0, y = 0]) => b.dot({ x, y, rx: 13 }, '#ffffff', 0.85) + b.line(`M${x} ${y}l5 -7`, steel.ink, 2))
      .join('') +
    marks(b, { count: 12, colour: '#ffffff' }) +
    hands(b, b.second),
  'watch/field': (b) =>
    strap(b) +
    b.flat('M112 8H128V72H112ZM112 168H128V232H112Z', b.second, 0.9) +
    roundCase(b, { face: '#2b2d31', rim: steel.dark }) +
    marks(b, { count: 12, colour: b.light }) +
    hands(b, '#f4f1e4'),

  'bag/tote': (b) =>
    floor(b, 66) +
    b.line('M92 96Q90 30 120 30Q150 30 148 96', b.deep, 8) +
    b.cloth('M58 90H182L174 210H66Z') +
    b.flat('M58 90H182L181 104H59Z', b.dark) +
    b.flat('M98 136H142V162H98Z', b.second),
  'bag/backpack': (b) =>
    floor(b, 60) +
    b.line('M104 46Q104 28 120 28Q136 28 136 46', b.deep, 7) +
    b.cloth('M70 96Q70 42 120 42Q170 42 170 96V196Q170 208 158 208H82Q70 208 70 196Z') +
    b.flat('M72 92Q76 54 120 54Q164 54 168 92L168 112Q120 128 72 112Z', b.dark) +
    b.flat('M84 142H156V196Q156 200 150 200H90Q84 200 84 196Z', b.dark) +
    b.line('M84 158H156', b.deep, 3) +
    b.flat('M112 108H128V138H112Z', b.second),
  'bag/satchel': (b) =>
    floor(b, 76) +
    b.line('M50 104Q60 26 120 26Q180 26 190 104', b.deep, 6) +
    b.cloth('M42 96H198V196Q198 206 188 206H52Q42 206 42 196Z', b.dark) +
    b.cloth('M40 92H200L194 146Q120 178 46 146Z') +
    b.flat('M72 138H86V176H72ZM154 138H168V176H154Z', b.deep) +
    b.flat('M70 156H88V166H70ZM152 156H170V166H152Z', b.second),
  'bag/bucket': (b) =>
    floor(b, 56) +
    b.line('M84 92Q70 18 120 18Q170 18 156 92', b.deep, 6) +
    b.cloth('M72 92Q120 106 168 92L180 198Q120 220 60 198Z') +
    b.dot({ x: 120, y: 92, rx: 48, ry: 12 }, b.deep) +
    b.line('M70 118Q120 134 170 118', b.second, 4) +
    b.line('M118 130L108 164M122 130L134 160', b.second, 4) +
    b.dot({ x: 107, y: 168, rx: 5 }, b.second) +
    b.dot({ x: 135, y: 164, rx: 5 }, b.second),
  'bag/weekender': (b) =>
    floor(b, 86) +
    b.line('M82 112Q82 56 120 56Q158 56 158 112', b.deep, 8) +
    b.cloth('M30 134Q30 96 68 96H172Q210 96 210 134V192Q210 206 196 206H44Q30 206 30 192Z') +
    b.flat('M30 178H210V192Q210 206 196 206H44Q30 206 30 192Z', b.second) +
    b.line('M44 112H196', b.deep, 3) +
    b.line('M82 112V178M158 112V178', b.deep, 8),

  'lamp/dome': (b) =>
    light(b, { x: 120, y: 150, rx: 92, ry: 60 }) +
    floor(b, 48) +
    b.flat('M114 112H126V200H114Z', b.dark) +
    b.cloth('M84 206Q84 190 120 190Q156 190 156 206Z', b.dark) +
    b.dot({ x: 120, y: 120, rx: 16, ry: 12 }, '#fff6dc') +
    b.cloth('M44 122Q48 44 120 42Q192 44 196 122Z'),
  'lamp/pendant': (b) =>
    b.flat('M70 128L20 240H220L170 128Z', glow, 0.6) +
    b.line('M120 0V56', '#3a3a3a', 3) +
    b.cloth('M104 52H136V72H104Z', b.dark) +
    b.cloth('M56 134Q60 78 104 70H136Q180 78 184 134Z') +
    b.dot({ x: 120, y: 134, rx: 64, ry: 9 }, '#fff6dc') +
    b.dot({ x: 120, y: 136, rx: 18, ry: 12 }, '#ffffff'),
  'lamp/desk': (b) =>
    b.flat('M140 96L96 206H232L190 78Z', glow, 0.6) +
    floor(b, 60) +
    b.cloth('M44 206Q44 192 80 192Q116 192 116 206Z') +
    b.line('M80 194L64 122L138 62', b.dark, 8) +
    b.dot({ x: 64, y: 122, rx: 8 }, b.second) +
    b.cloth('M126 44L148 36L198 74Q186 106 138 102Z') +
    b.dot({ x: 138, y: 60, rx: 6 }, b.second),
  'lamp/globe': (b) =>
    light(b, { x: 120, y: 112, rx: 104, ry: 100 }) +
    floor(b, 46) +
    b.dot({ x: 120, y: 112, rx: 68 }, '#fff3d2') +
    b.dot({ x: 102, y: 92, rx: 30 }, '#ffffff', 0.7) +
    b.cloth('M78 166Q120 190 162 166L154 206H86Z'),
  'lamp/floor': (b) =>
    light(b, { x: 120, y: 74, rx: 92, ry: 74 }) +
    floor(b, 54) +
    b.line('M120 98L120 170M120 120L82 212M120 120L158 212', '#8b6a45', 7) +
    b.cloth('M84 26H156L176 104H64Z') +
    b.flat('M64 104H176L174 96H66Z', b.dark),

  'textile/throw': (b) =>
    floor(b, 84) +
    b.cloth('M44 76Q44 60 60 60H180Q196 60 196 76V186H44Z') +
    b.cloth('M36 138H204V190Q204 198 196 198H44Q36 198 36 190Z', b.dark) +
    b.line('M44 100H196', b.dark, 3) +
    Array.from({ length: 14 }, (_, step) => b.line(`M${44 + step * 11.7} 199v12`, b.second, 3)).join(''),
  'textile/cushion': (b) =>
    floor(b, 74) +
    b.cloth('M44 54Q120 68 196 54Q184 128 196 202Q120 190 44 202Q56 128 44 54Z') +
    b.line('M44 54Q120 68 196 54Q184 128 196 202Q120 190 44 202Q56 128 44 54Z', b.dark, 4),
  'textile/rug': (b) =>
    b.dot({ x: 122, y: 196, rx: 108, ry: 12 }, '#000000', 0.12) +
    b.cloth('M56 92H184L220 190H20Z') +
    b.line('M66 104H174L202 178H38Z', b.second, 5) +
    Array.from({ length: 15 }, (_, step) => b.line(`M${22 + step * 14} 192l-1 10`, b.second, 3)).join('') +
    Array.from({ length: 11 }, (_, step) => b.line(`M${58 + step * 12.4} 90l0 -8`, b.second, 3)).join(''),
  'textile/towel': (b) =>
    b.line('M30 52H210', '#8b6a45', 8) +
    b.dot({ x: 30, y: 52, rx: 8 }, '#6f5335') +
    b.dot({ x: 210, y: 52, rx: 8 }, '#6f5335') +
    b.cloth('M118 46H184V160H118Z', b.dark) +
    b.cloth('M62 46H150V204H62Z') +
    b.flat('M62 172H150V180H62ZM62 186H150V190H62Z', b.second),
  'textile/quilt': (b) => floor(b, 84) + patchwork(b),

  'kitchen/mug': (b) =>
    floor(b, 62) +
    b.line('M160 104Q206 104 200 144Q194 174 156 170', b.dark, 13) +
    b.cloth('M60 76H168V184Q168 206 146 206H82Q60 206 60 184Z') +
    b.dot({ x: 114, y: 76, rx: 54, ry: 13 }, b.deep) +
    b.dot({ x: 114, y: 79, rx: 47, ry: 9 }, '#6b4a34'),
  'kitchen/kettle': (b) =>
    floor(b, 74) +
    b.line('M66 96Q70 28 120 28Q170 28 174 96', '#3a3a3a', 8) +
    b.line('M98 29Q120 26 142 29', '#8b6a45', 13) +
    b.flat('M166 126L214 92L222 104L178 164Z', b.dark) +
    b.cloth('M48 190Q44 96 120 90Q196 96 192 190Q188 206 168 206H72Q52 206 48 190Z') +
    b.cloth('M84 98Q88 80 120 80Q152 80 156 98Q120 106 84 98Z', b.dark) +
    b.dot({ x: 120, y: 76, rx: 8 }, '#3a3a3a'),
  'kitchen/pan': (b) =>
    floor(b, 88) +
    b.flat('M20 130H50V146H28Q20 146 20 138ZM220 130H190V146H212Q220 146 220 138Z', b.dark) +
    b.cloth('M40 124H200V180Q200 204 176 204H64Q40 204 40 180Z') +
    b.cloth('M34 124Q36 92 120 88Q204 92 206 124Z', b.dark) +
    b.dot({ x: 120, y: 84, rx: 13, ry: 9 }, b.second),
  'kitchen/jug': (b) =>
    floor(b, 56) +
    b.line('M150 76Q206 78 198 126Q190 164 158 168', b.dark, 12) +
    b.cloth('M82 60L70 52Q74 44 96 46H152Q148 84 164 122Q180 172 152 206H84Q56 172 72 122Q86 92 82 60Z') +
    b.flat('M72 52Q76 46 96 46H152L151 56Q110 66 84 60Z', b.deep),
  'kitchen/bowl': (b) =>
    floor(b, 60) +
    b.flat('M92 192H148L154 208H86Z', b.dark) +
    b.cloth('M28 106H212Q206 196 148 198H92Q34 196 28 106Z') +
    b.dot({ x: 120, y: 106, rx: 92, ry: 20 }, b.deep) +
    b.dot({ x: 120, y: 109, rx: 82, ry: 14 }, b.light),
};

function floor(b: Brush, width: number): string {
  return b.dot({ x: 124, y: 207, rx: width + 8, ry: 9 }, '#000000', 0.14);
}

function light(b: Brush, at: { x: number; y: number; rx: number; ry: number }): string {
  return [1, 0.78, 0.56]
    .map((size) => b.dot({ x: at.x, y: at.y, rx: at.rx * size, ry: at.ry * size }, glow, 0.4))
    .join('');
}

function strap(b: Brush): string {
  return (
    b.cloth('M94 4Q120 0 146 4L150 80H90ZM90 160H150L146 236Q120 240 94 236Z') +
    b.line('M98 10L95 70M142 10L145 70M95 170L98 230M145 170L142 230', b.second, 1.6) +
    [196, 208, 220].map((y) => b.dot({ x: 120, y, rx: 2.6 }, b.deep)).join('')
  );
}

function metalBand(b: Brush): string {
  return [4, 20, 36, 52, 172, 188, 204, 220]
    .map((y) => b.flat(`M92 ${y}H148V${y + 14}H92Z`, steel.dark) + b.flat(`M106 ${y}H134V${y + 14}H106Z`, steel.mid))
    .join('');
}

function roundCase(b: Brush, { face, rim, bezel }: { face: string; rim: string; bezel?: string }): string {
  return (
    b.flat('M184 112H194V128H184Z', rim) +
    b.dot({ x: 122, y: 124, rx: 67 }, '#000000', 0.16) +
    b.dot({ x: 120, y: 120, rx: 66 }, rim) +
    (bezel ? b.dot({ x: 120, y: 120, rx: 62 }, bezel) : b.dot({ x: 120, y: 120, rx: 60 }, steel.light)) +
    b.dot({ x: 120, y: 120, rx: bezel ? 45 : 54 }, face) +
    b.flat('M76 96Q92 66 128 66L84 138Q72 120 76 96Z', '#ffffff', 0.18)
  );
}

function hands(b: Brush, colour: string): string {
  return (
    b.line('M120 120L120 84', colour, 4) +
    b.line('M120 120L143 134', colour, 5) +
    b.dot({ x: 120, y: 120, rx: 5 }, colour)
  );
}

function marks(b: Brush, { count, colour }: { count: number; colour: string }): string {
  return ring(count, 46, (x, y, step) => b.dot({ x, y, rx: step % 3 === 0 ? 3.6 : 2.2 }, colour));
}

/** Places something `count` times on a circle around the middle of the watch. */
function ring(count: number, radius: number, draw: (x: number, y: number, step: number) => string): string {
  return Array.from({ length: count }, (_, step) => {
    const turn = (step / count) * 2 * Math.PI - Math.PI / 2;
    return draw(Math.round(120 + radius * Math.cos(turn)), Math.round(120 + radius * Math.sin(turn)), step);
  }).join('');
}

function patchwork(b: Brush): string {
  const tones = [b.main, b.light, b.second, b.dark];
  const patches = Array.from({ length: 25 }, (_, step) => {
    const [column, row] = [step % 5, Math.floor(step / 5)];
    const [x, y] = [40 + column * 32, 46 + row * 32];
    return b.cloth(`M${x} ${y}h32v32h-32Z`, tones[(column * 3 + row * 2) % 4]);
  });
  return patches.join('') + b.line('M40 46H200V206H40Z', b.deep, 4);
}
