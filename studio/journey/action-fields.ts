/**
 * A custom action as the form writes it: texts as they are typed, read back into the document. What the form does not know
 * (a batch, a backup) stays as it was. Pure.
 */
export interface ActionFields {
  method: string;
  url: string;
  /** A line each: `name: value`. */
  headers: string;
  /** JSON; empty: no body. */
  body: string;
  /** JSON; empty: nothing is declared. */
  responseSample: string;
  timeout: string;
  retries: string;
  deadline: string;
  rate: string;
  cache: string;
  maxAge: string;
  least: string;
  otherwise: string;
}

export type FieldName = keyof ActionFields;
export type RawAction = Record<string, unknown>;

/** Where a field cannot be read. */
export interface Fault {
  field: FieldName;
  kind: 'json' | 'number' | 'header';
}

const plain = ['timeout', 'deadline', 'cache', 'maxAge'] as const;
const json = ['body', 'responseSample'] as const;
const numbers = ['retries', 'rate'] as const;
export const choices = ['send', 'backup', 'skip'] as const;

export function fieldsOf(action: RawAction): ActionFields {
  const text = (name: string) => (action[name] === undefined ? '' : String(action[name]));
  const asJson = (name: string) => (action[name] === undefined ? '' : JSON.stringify(action[name], null, 2));
  const headers = Object.entries((action['headers'] ?? {}) as Record<string, unknown>);
  const enough = (action['enough'] ?? {}) as Record<string, unknown>;
  return {
    method: text('method'),
    url: text('url'),
    headers: headers.map(([name, value]) => `${name}: ${String(value)}`).join('\n'),
    body: asJson('body'),
    responseSample: asJson('responseSample'),
    timeout: text('timeout'),
    retries: text('retries'),
    deadline: text('deadline'),
    rate: text('rate'),
    cache: text('cache'),
    maxAge: text('maxAge'),
    least: enough['least'] === undefined ? '' : String(enough['least']),
    otherwise: String(enough['otherwise'] ?? 'send'),
  };
}

/** The action with what was typed; an empty field leaves its part out. */
export function actionOf(fields: ActionFields, before: RawAction): { action: RawAction; faults: Fault[] } {
  const faults: Fault[] = [];
  const action: RawAction = { ...before, method: fields.method, url: fields.url.trim() };
  const put = (name: string, value: unknown) => {
    if (value === undefined) delete action[name];
    else action[name] = value;
  };
  const number = (field: FieldName): number | undefined => {
    const value = fields[field].trim() === '' ? undefined : Number(fields[field]);
    if (value !== undefined && !Number.isFinite(value)) faults.push({ field, kind: 'number' });
    return value;
  };
  for (const name of plain) put(name, fields[name].trim() || undefined);
  for (const name of numbers) put(name, number(name));
  for (const name of json) put(name, readJson(fields[name], name, faults));
  put('headers', readHeaders(fields.headers, faults));
  const least = number('least');
  put(
    'enough',
    least === undefined ? undefined : { ...(before['enough'] as object), least, otherwise: fields.otherwise },
  );
  return { action, faults };
}

function readJson(text: string, field: FieldName, faults: Fault[]): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    faults.push({ field, kind: 'json' });
    return undefined;
  }
}

function readHeaders(text: string, faults: Fault[]): Record<string, string> | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const pairs = lines.map((line) => {
    const at = line.indexOf(':');
    if (at < 1) faults.push({ field: 'headers', kind: 'header' });
    return [line.slice(0, at).trim(), line.slice(at + 1).trim()] as const;
  });
  return lines.length === 0 ? undefined : Object.fromEntries(pairs);
}
