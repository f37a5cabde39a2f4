import { BeckonError, defineErrors } from './base/index.ts';

export const errors = defineErrors({
  SHOP_UNREACHABLE: { status: 502, mend: 'Name the address of a running Beckon: --url https://beckon.example' },
  SHOP_KEY_MISSING: { status: 401, mend: 'Set BECKON_KEY to a secret key with the scope journeys' },
});

/** A running Beckon, as a command line sees it through `/v1`. */
export interface Shop {
  /** Without a slash at its end. */
  url: string;
  call<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** The same by GET; null where there is nothing of that name. */
  find<T>(path: string): Promise<T | null>;
}

/** HTTP as the platform has it; handed in, so that a test needs no socket. */
export type Ask = (url: string, init: RequestInit) => Promise<Response>;

export function openShop({ url, key, ask }: { url: string; key: string; ask: Ask }): Shop {
  const send = async (method: string, path: string, body?: unknown): Promise<Response> => {
    const headers: Record<string, string> = { authorization: `Bearer ${key}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    try {
      return await ask(`${url}/v1${path}`, {
        method,
        headers,
        redirect: 'error',
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      const { cause, message } = error as { cause?: { code?: string; message?: string }; message: string };
      throw new BeckonError(
        errors.SHOP_UNREACHABLE,
        `${url} does not answer: ${cause?.code ?? cause?.message ?? message}`,
      );
    }
  };
  return {
    url,
    call: async <T>(method: string, path: string, body?: unknown) =>
      (await answerOf(await send(method, path, body), url)) as T,
    find: async <T>(path: string) => {
      const answer = await send('GET', path);
      return answer.status === 404 ? null : ((await answerOf(answer, url)) as T);
    },
  };
}

/** What was answered; a problem is thrown as the server said it, under its code. */
async function answerOf(answer: Response, url: string): Promise<unknown> {
  const said = parsed(await answer.text());
  if (answer.ok && said !== null) return said;
  const { code, detail, mend, where } = (said ?? {}) as Record<
    'code' | 'detail' | 'mend' | 'where',
    string | undefined
  >;
  if (code === undefined || detail === undefined)
    throw new BeckonError(errors.SHOP_UNREACHABLE, `${url} answered ${answer.status}, but not as Beckon does`);
  throw new BeckonError(
    { code, status: answer.status, mend: mend ?? '' },
    detail,
    where === undefined ? {} : { where },
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** @throws SHOP_KEY_MISSING, which says where a key comes from */
export function shopKey(env: Readonly<Record<string, string | undefined>>, url: string): string {
  const key = env['BECKON_KEY'];
  if (key !== undefined && key !== '') return key;
  throw new BeckonError(errors.SHOP_KEY_MISSING, `No key for ${url}: BECKON_KEY is not set`);
}
