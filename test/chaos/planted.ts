/** What people and the shop say in a run of the whole system, and no process may write to its log. */
export const planted = {
  firstName: 'Zoraide',
  lastName: 'Quistgaard',
  phone: '+46701740605',
  street: 'Kungsporten 17b',
  domain: 'people.example',
  /** Of the service that a journey calls. */
  serviceKey: 'sk-planted-4f1c77aa0e',
} as const;

/**
 * Looks through what processes write, line by line as it comes, for what may not stand there: what was planted, devices' ids,
 * and the shop's own keys.
 */
export class LogLook {
  /** Whole lines so far. */
  lines = 0;
  /** What was found, with the line it was in. */
  readonly found: string[] = [];
  readonly #pattern: RegExp;

  /** @param secrets further texts that let somebody in */
  constructor(secrets: readonly string[]) {
    const texts = [...Object.values(planted), ...secrets].map((text) =>
      text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`),
    );
    this.#pattern = new RegExp(`${texts.join('|')}|\\b5\\d{37}\\b`, 'i');
  }

  /** Takes the pieces of one stream, however they were cut. */
  stream(): (piece: string) => void {
    let rest = '';
    return (piece) => {
      const lines = (rest + piece).split('\n');
      rest = lines.pop()!;
      for (const line of lines) this.#look(line);
    };
  }

  #look(line: string): void {
    this.lines++;
    const hit = this.#pattern.exec(line);
    if (hit) this.found.push(`the log has "${hit[0]}": ${line.slice(0, 400)}`);
  }
}
