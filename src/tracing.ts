import type * as Api from '@opentelemetry/api';
import { BeckonError, elapsed, pause, traceBy, type Log, type SpanHow, type Tracer } from './base/index.ts';

/** The variables of OpenTelemetry; those not named here are read by its own packages. */
type Environment = Readonly<Record<string, string | undefined>>;

/** A receiver that is gone is waited for so long at a stop, ms. */
const lastMs = 3000;
/** That spans cannot be handed over is told so often at most, ms. */
const toldMs = 60_000;

/** Do the standard variables ask for traces? Somewhere to send them, or the word `otlp`; and nothing that says no. Pure. */
export function wantsTraces(env: Environment): boolean {
  if (env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return false;
  const exporter = env['OTEL_TRACES_EXPORTER']?.trim().toLowerCase() || null;
  if (exporter !== null) return exporter === 'otlp';
  return Boolean(env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_ENDPOINT']);
}

/**
 * Spans to whoever the standard variables name, by OTLP over HTTP. The packages of OpenTelemetry are loaded here and nowhere
 * else, and only when they are asked for.
 *
 * @returns what ends it, and hands over what is left
 */
export async function startTracing(
  env: Environment,
  { version, roles, log }: { version: string; roles: readonly string[]; log: Log },
): Promise<() => Promise<void>> {
  const [api, sdk, resources] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/resources'),
  ]);
  api.diag.setLogger(complaints(log), api.DiagLogLevel.WARN);
  const provider = new sdk.NodeTracerProvider({
    resource: resources
      .defaultResource()
      .merge(
        resources.resourceFromAttributes({
          'service.name': 'beckon',
          'service.version': version,
          'beckon.roles': roles.join(','),
        }),
      )
      .merge(resources.detectResources({ detectors: [resources.envDetector] })),
    spanProcessors: [new sdk.BatchSpanProcessor(await exporterOf(env))],
  });
  provider.register({ propagator: null });
  traceBy(tracerOf(api, provider.getTracer('beckon', version)));
  return async () => {
    traceBy(null);
    await Promise.race([provider.shutdown().catch(() => {}), pause(lastMs)]);
    api.context.disable();
    api.trace.disable();
    api.diag.disable();
  };
}

/** The form of OTLP that is asked for: protobuf, as the specification has it, or JSON. gRPC is not spoken. */
async function exporterOf(env: Environment) {
  const protocol = env['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] || env['OTEL_EXPORTER_OTLP_PROTOCOL'];
  if (protocol?.trim() === 'http/json')
    return new (await import('@opentelemetry/exporter-trace-otlp-http')).OTLPTraceExporter();
  return new (await import('@opentelemetry/exporter-trace-otlp-proto')).OTLPTraceExporter();
}

/** What OpenTelemetry complains about, now and then; its words may hold the receiver's address, which is ours. */
function complaints(log: Log): Api.DiagLogger {
  let toldAt = -toldMs;
  const tell = (text: string) => {
    if (elapsed() - toldAt < toldMs) return;
    toldAt = elapsed();
    log.warn('tracing.failed', { why: wordsOf(text) });
  };
  return { error: tell, warn: tell, info() {}, debug() {}, verbose() {} };
}

/** It tells of errors as JSON with a stack. */
function wordsOf(text: string): string {
  try {
    const { message, code } = JSON.parse(text) as { message?: string; code?: string };
    return String(message || code || text).slice(0, 200);
  } catch {
    return text.slice(0, 200);
  }
}

function tracerOf(api: typeof Api, tracer: Api.Tracer): Tracer {
  const kinds = { server: api.SpanKind.SERVER, client: api.SpanKind.CLIENT };
  return {
    run(name, how, work) {
      const [parent, ...others] = parentsOf(how);
      const options: Api.SpanOptions = {
        kind: how.kind ? kinds[how.kind] : api.SpanKind.INTERNAL,
        attributes: { ...how.fields },
        links: others.map((context) => ({ context })),
        root: how.apart === true && !parent,
        ...(how.since === undefined ? {} : { startTime: performance.timeOrigin + how.since }),
      };
      return tracer.startActiveSpan(name, options, startOf(api, how, parent), async (span) => {
        try {
          return await work((fields) => span.setAttributes({ ...fields }));
        } catch (error) {
          span.setStatus({ code: api.SpanStatusCode.ERROR });
          span.setAttribute('error.type', kindOf(error));
          throw error;
        } finally {
          span.end();
        }
      });
    },
    here() {
      const span = api.trace.getSpanContext(api.context.active());
      if (!span || !api.isSpanContextValid(span)) return undefined;
      return `00-${span.traceId}-${span.spanId}-0${span.traceFlags & 1}`;
    },
  };
}

function startOf(api: typeof Api, { kind }: SpanHow, parent: Api.SpanContext | undefined): Api.Context {
  const active = api.context.active();
  return parent ? api.trace.setSpanContext(active, { ...parent, isRemote: kind === 'server' }) : active;
}

/** Each trace once, though many may have come in it. */
function parentsOf({ of }: SpanHow): Api.SpanContext[] {
  return [...new Set(of?.() ?? [])].flatMap((text) => readParent(text) ?? []);
}

/** W3C's traceparent of version 00; whatever else stands there is as if nothing stood there. Pure. */
export function readParent(text: string | undefined): Api.SpanContext | null {
  const found = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(text ?? '');
  if (!found || /^0+$/.test(found[1]!) || /^0+$/.test(found[2]!)) return null;
  return { traceId: found[1]!, spanId: found[2]!, traceFlags: Number.parseInt(found[3]!, 16) & 1 };
}

/** The kind of a failure: its sentence may name what somebody typed, so it stays out. */
function kindOf(error: unknown): string {
  if (error instanceof BeckonError) return error.code;
  const { code, name } = error as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : String(name ?? 'Error');
}
