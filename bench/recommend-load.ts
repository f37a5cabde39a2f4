import { runAsking, type Asking } from './recommend-client.ts';

/** The load of the recommend bench, in a process of its own: `recommend-load.ts '{"port": …}'`. Prints one JSON line. */
console.log(JSON.stringify(await runAsking(JSON.parse(process.argv[2]!) as Asking)));
