import { elapsed, quietLog } from './src/base/index.ts';
import { readSettings } from './src/settings.ts';
import { launch } from './src/store/index.ts';
import { recipes } from './src/journey/index.ts';
import { Simulator } from './src/simulating.ts';
const [people, days, step, seed] = [Number(process.argv[2] ?? 1000), Number(process.argv[3] ?? 30), process.argv[4] ?? 'auto', Number(process.argv[5] ?? 1)];
const db = await launch({ dataDir: '/tmp/data-jsim-proto', databaseUrl: null, log: quietLog, say: () => {} });
const qs: Record<string,{n:number,ms:number}> = {};
if (process.env.QS) {
  const { Client: PC } = await import('pg');
  const orig = PC.prototype.query as any;
  (PC.prototype as any).query = function (st: any, ...rest: any[]) {
    const name = typeof st === 'string' ? st : (st.name ?? st.text?.slice(0, 60));
    const t = elapsed();
    const r = orig.call(this, st, ...rest);
    const done = () => { const q = qs[name] ??= { n: 0, ms: 0 }; q.n++; q.ms += elapsed() - t; };
    if (r && r.then) r.then(done, done); else { const q = qs[name] ??= { n: 0, ms: 0 }; q.n++; }
    return r;
  };
}
if (process.env.TRACE) {
  const { SeededRandom } = await import('./src/base/index.ts');
  const { appendFileSync, writeFileSync } = await import('node:fs');
  writeFileSync(process.env.TRACE, '');
  let buf = '';
  for (const m of ['next', 'bytes'] as const) {
    const o = SeededRandom.prototype[m] as any;
    (SeededRandom.prototype as any)[m] = function (...a: any[]) {
      if ((globalThis as any).inBytes) return o.apply(this, a);
      const st = new Error().stack!.split('\n').slice(2, 6).map((x) => x.trim().replace(/.*\/src\//, '').replace(/\)$/, '')).join(' < ');
      if (!st.includes('shuffled')) buf += m + ' ' + st + '\n';
      (globalThis as any).inBytes = true; const r = o.apply(this, a); (globalThis as any).inBytes = false;
      return r;
    };
  }
  process.on('exit', () => appendFileSync(process.env.TRACE!, buf));
}
const simulator = new Simulator({ settings: { ...readSettings([], {}), secret: 's'.repeat(40) }, databaseUrl: db.url, log: quietLog });
const journeys = recipes().filter(({ key }) => ['abandoned-cart', 'viewed-not-bought', 'only-wandered'].includes(key));
let lap = 0;
const t = elapsed(); const cpu0 = process.cpuUsage();
const result = await simulator.run({ documents: journeys, over: { kind: 'invented', people, days, begins: '2026-10-01' }, seed, ...(step === 'auto' ? {} : { step }) }, { journeys, onProgress: (d, o) => { if (d / o - lap > 0.2) { lap = d / o; console.log((d / o).toFixed(2), ((elapsed() - t) / 1000).toFixed(1)); } return true; } });
const cpu = process.cpuUsage(cpu0);
console.log('took', ((elapsed() - t) / 1000).toFixed(1), 'node cpu', ((cpu.user + cpu.system) / 1e6).toFixed(1));
const { frames, ...summary } = result.summary;
console.log(JSON.stringify(summary, null, 1));
const { createHash } = await import('node:crypto');
console.log('hash', createHash('sha256').update(JSON.stringify(result)).digest('hex').slice(0, 16), 'people', createHash('sha256').update(JSON.stringify(result.people)).digest('hex').slice(0, 16));
if (process.env.OUT) (await import('node:fs')).writeFileSync(process.env.OUT, JSON.stringify(result, null, 1));
for (const [k,v] of Object.entries(qs).sort((a,b)=>b[1].n-a[1].n).slice(0,45)) console.log(k.replace(/\s+/g,' ').padEnd(62), v.n, Math.round(v.ms), (v.ms/v.n).toFixed(2));
console.log('queries', Object.values(qs).reduce((a, b) => a + b.n, 0));
await db.stop(); process.exit();
