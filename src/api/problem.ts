import type { FastifyReply } from 'fastify';
import { BeckonError } from '../base/index.ts';
import type { Problem } from './contract.ts';
import { errors } from './error.ts';

/** Anything thrown → an error with a registered code. What is not ours becomes API_INTERNAL without its words. */
export function asBeckonError(error: unknown): BeckonError {
  if (error instanceof BeckonError) return error;
  const { code, statusCode, message } = error as { code?: string; statusCode?: number; message?: string };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE' || statusCode === 413) {
    return new BeckonError(errors.API_BODY_TOO_LARGE, 'The body is larger than this door takes', { cause: error });
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' || statusCode === 415) {
    return new BeckonError(errors.API_METHOD_UNSUPPORTED, 'This door does not read that content type', {
      cause: error,
    });
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new BeckonError(errors.API_INPUT_INVALID, message ?? 'The request is not valid', { cause: error });
  }
  if (isStoreTrouble(error)) {
    return new BeckonError(errors.API_BUSY, 'The database did not answer; nothing was kept', {
      cause: error,
      retryAfter: 2,
    });
  }
  return new BeckonError(errors.API_INTERNAL, 'Something failed that should not have', { cause: error });
}

/** Connection lost, too many connections, shutting down, disk full: trying again later makes sense. */
function isStoreTrouble(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: string };
  if (typeof code === 'string' && /^(08|53|57)/.test(code)) return true;
  if (code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === 'ETIMEDOUT' || code === 'EPIPE') return true;
  return (
    typeof message === 'string' && /^(Connection terminated|timeout exceeded when trying to connect)/.test(message)
  );
}

/** The error as every door of /v1 answers it. */
export function problemOf(error: BeckonError, publicUrl: string): Problem {
  return {
    type: `${publicUrl}/docs/error/${error.code}`,
    code: error.code,
    status: error.status,
    title: titleOf(error.code),
    detail: error.message,
    mend: error.mend,
    ...(error.where === undefined ? {} : { where: error.where }),
  };
}

const capitals = /\b(?:api|csv|http|json|mime|smtp|url|xml)\b/g;

/** `API_KEY_MISSING` → "API key missing": the code in words, the same for every occurrence. */
function titleOf(code: string): string {
  const words = code
    .toLowerCase()
    .replaceAll('_', ' ')
    .replace(capitals, (word) => word.toUpperCase());
  return words[0]!.toUpperCase() + words.slice(1);
}

/** Answers with problem+json, and Retry-After where trying again makes sense. */
export function sendProblem(reply: FastifyReply, error: BeckonError, publicUrl: string): FastifyReply {
  if (error.retryAfter !== undefined) void reply.header('retry-after', String(Math.ceil(error.retryAfter)));
  if (error.status === 401) void reply.header('www-authenticate', 'Bearer realm="beckon"');
  return reply
    .code(error.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(JSON.stringify(problemOf(error, publicUrl)));
}

/** 503 while the log has more waiting than it should (edge-protocol §11: overload is said, not suffered). */
export function assertNotBusy(waiting: number, limit: number): void {
  if (waiting <= limit) return;
  throw new BeckonError(
    errors.API_BUSY,
    `${waiting} events are waiting to be written; nothing of this request was kept`,
    {
      retryAfter: 2,
    },
  );
}
