import { traced, traceHere } from '../base/index.ts';
import type { CallAnswer, Caller, CallRequest } from './call.ts';

/** A step of runs in the background, where somebody traces. */
export function moving<T>(name: string, runs: number, work: () => Promise<T>): Promise<T> {
  return traced(name, { apart: true, fields: { 'beckon.runs': runs } }, work);
}

/** A call of an action; the service is told in which trace (W3C's `traceparent`), unless the action says one of its own. */
export function calling(request: CallRequest, call: Caller): Promise<CallAnswer> {
  const { method, url, from } = request;
  const fields = {
    'http.request.method': method,
    'server.address': url.startsWith('/') ? 'here' : hostOf(url),
    ...(from
      ? { 'beckon.journey': from.journey, 'beckon.activity': from.activity, 'beckon.runs': from.runs.length }
      : {}),
  };
  return traced('journey.call', { kind: 'client', fields }, async (note) => {
    const traceparent = traceHere();
    const answer = await call(
      traceparent === undefined ? request : { ...request, headers: { traceparent, ...request.headers } },
    );
    note({ 'http.response.status_code': answer.status });
    return answer;
  });
}

/** Only the host: path and query are filled in with what is known of a person. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}
