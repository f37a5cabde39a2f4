import { describe, expect, it } from 'vitest';
import { frameOf } from './frame.ts';

describe("the mail's frame", () => {
  it('makes links open in a new tab, from the head of the mail', () => {
    expect(frameOf('<!doctype html><html><head lang="en"><title>x</title></head><body></body></html>', false)).toBe(
      '<!doctype html><html><head lang="en"><base target="_blank"><title>x</title></head><body></body></html>',
    );
  });

  it('does so for a mail without a head, and does not take a header for one', () => {
    expect(frameOf('<header>Hi</header>', false)).toBe('<base target="_blank"><header>Hi</header>');
  });

  it('shows the dark rules of a mail when asked to, and only then', () => {
    const mail = '<head><style>@media (prefers-color-scheme: dark) { p { color: white } }</style></head>';
    expect(frameOf(mail, true)).toContain('@media (min-width: 0px)');
    expect(frameOf(mail, false)).toContain('@media (max-width: 0px)');
  });

  it('gives a dark ground only to a mail that says it can be dark', () => {
    expect(frameOf('<head><meta name="color-scheme" content="light dark"></head>', true)).toContain(
      'color-scheme:dark',
    );
    expect(frameOf('<head></head>', true)).not.toContain('color-scheme');
  });
});
