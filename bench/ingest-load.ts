import { runLoad, type Load } from './ingest-client.ts';

/** The load of the ingest bench, in a process of its own: `ingest-load.ts '{"port": …}'`. Prints one JSON line. */
console.log(JSON.stringify(await runLoad(JSON.parse(process.argv[2]!) as Load)));
