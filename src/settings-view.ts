import { options } from './settings-option.ts';
import type { Settings } from './settings.ts';

/** A setting as it is in force, for people to look at. */
export interface SettingRow {
  name: string;
  /** How it is set: flag, variable, or both. */
  by: string[];
  /** What it means, with its default in brackets. */
  text: string;
  /** Without what is secret of it; null: not set. */
  value: string | null;
}

/** Whose value nobody sees, only whether there is one. */
const hidden: ReadonlySet<keyof Settings> = new Set(['secret', 'adminKey']);
/** Settings of several parts of which none lets anybody in; of all others only that they are set is told. */
const open: ReadonlySet<keyof Settings> = new Set(['rates', 'ways', 'inboundSmtp']);
const isSet = 'set';

/** Every setting as it is in force. Of addresses no name, no password and nothing after the path is told. Pure. */
export function settingRows(settings: Settings): SettingRow[] {
  return options.map(({ name, flag, env, text }) => ({
    name,
    by: [flag, env].filter((one) => one !== undefined),
    text,
    value: valueOf(name, settings[name]),
  }));
}

function valueOf(name: keyof Settings, value: unknown): string | null {
  if (value === null || value === undefined || told(value) === '') return null;
  const isParts = [value].flat().some((one) => typeof one === 'object');
  return hidden.has(name) || (isParts && !open.has(name)) ? isSet : told(value);
}

function told(value: unknown): string {
  if (typeof value === 'string') return value.includes('://') ? addressOf(value) : value;
  if (Array.isArray(value)) return value.map(told).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([key, one]) => `${key}=${told(one)}`)
    .join(', ');
}

/** An address without what lets anybody in. Where it cannot be read, nothing of it is told. */
function addressOf(text: string): string {
  const { protocol, host, pathname } = URL.canParse(text) ? new URL(text) : { protocol: '', host: '', pathname: '' };
  return protocol === '' ? isSet : `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}
