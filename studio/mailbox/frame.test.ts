import { describe, expect, it } from 'vitest';
import { frameOf } from './frame.ts';

describe("the mail's frame", () => {
  it('makes links open in a new tab, from the head of the mail', () => {
    expect(frameOf('<!doctype html><html><head lang="en"><title>x</title></head><body></body></html>')).toBe(
      '<!doctype html><html><head lang="en"><base target="_blank"><title>x</title></head><body></body></html>',
    );
  });

  it('does so for a mail without a head, and does not take a header for one', () => {
    expect(frameOf('<header>Hi</header>')).toBe('<base target="_blank"><header>Hi</header>');
  });
});
