import { BeckonError } from '../base/index.ts';
import { everyBlock, type TemplateDocument } from './block.ts';
import { compileDocument } from './compile.ts';
import { shippedComponents, type Components } from './component.ts';
import { lookAtUses } from './component-use.ts';
import type { CompiledSource } from './compiled.ts';
import { aboutSpecimen, specimenOf } from './components.ts';
import { componentOf, documentOf, themeOf } from './document.ts';
import type { MailFinding } from './finding.ts';
import { inspect, type InspectDesk } from './inspect.ts';
import { shopTheme, type Theme } from './theme.ts';

/** Compiles and inspects; what keeps it from being compiled is a finding as well. */
export async function lookAt(
  body: TemplateDocument,
  desk: InspectDesk & { components: Components },
): Promise<{ compiled: CompiledSource; findings: MailFinding[] }> {
  try {
    const compiled = await compileDocument(desk.key, body, desk);
    return { compiled, findings: inspect(body, compiled, desk) };
  } catch (error) {
    return { compiled: null as never, findings: [asFinding(error, '/blocks')] };
  }
}

function asFinding(error: unknown, at: string): MailFinding {
  if (!(error instanceof BeckonError)) throw error;
  const { code, message, mend, where } = error;
  return { severity: 'error', code, where: where ?? at, message, mend };
}

/** Documents that lie together in a folder, by key. */
export interface Gathered {
  themes: ReadonlyMap<string, unknown>;
  components: ReadonlyMap<string, unknown>;
  messages: ReadonlyMap<string, unknown>;
}

export type GatheredKind = keyof Gathered;

/**
 * What is wrong with documents without a shop they belong to: their form, and what comes of each when it is compiled with the
 * others. Senders, coupon pools and the hosts that links may lead to only a shop knows; so does it a theme that is not there.
 */
export async function lookOver(
  given: Gathered,
  now: number,
): Promise<{ kind: GatheredKind; key: string; findings: MailFinding[] }[]> {
  const found: { kind: GatheredKind; key: string; findings: MailFinding[] }[] = [];
  const themes = formed(given.themes, themeOf, (key, findings) => found.push({ kind: 'themes', key, findings }));
  const own = formed(given.components, componentOf, (key, findings) =>
    found.push({ kind: 'components', key, findings }),
  );
  const messages = formed(given.messages, documentOf, (key, findings) =>
    found.push({ kind: 'messages', key, findings }),
  );
  const components: Components = new Map([...shippedComponents, ...own]);
  const hosts = hostsIn([...own.values(), ...messages.values()]);
  const look = async (key: string, body: TemplateDocument) => {
    const uses = lookAtUses(everyBlock(body), components);
    if (uses.length > 0) return uses;
    const theme: Theme = themes.get(body.theme ?? 'shop') ?? shopTheme;
    return (await lookAt(body, { key, theme, components, render: { ...nobodysShop, hosts }, now })).findings;
  };
  for (const key of themes.keys()) found.push({ kind: 'themes', key, findings: [] });
  for (const [key, body] of own) {
    const findings = aboutSpecimen(await look(key, specimenOf(key, body)));
    found.push({ kind: 'components', key, findings });
  }
  for (const [key, body] of messages) found.push({ kind: 'messages', key, findings: await look(key, body) });
  return found;
}

/** Those that have the form of their kind; of the others what is wrong with it. */
function formed<T>(
  given: ReadonlyMap<string, unknown>,
  read: (value: unknown) => T,
  refuse: (key: string, findings: MailFinding[]) => void,
): Map<string, T> {
  const good = new Map<string, T>();
  for (const [key, value] of given) {
    try {
      good.set(key, read(value));
    } catch (error) {
      refuse(key, [asFinding(error, '/')]);
    }
  }
  return good;
}

const nobodysShop = {
  shop: { name: 'Shop', url: 'https://shop.example' },
  publicUrl: 'https://beckon.example',
  postalAddress: '',
  linkKey: Buffer.alloc(32),
  item: () => undefined,
};

function hostsIn(documents: readonly object[]): Set<string> {
  const named = JSON.stringify(documents).matchAll(/https?:\/\/([^\s/"'<>\\)\]}{?#]+)/g);
  return new Set(['shop.example', ...[...named].map(([, host]) => host!)]);
}
