import { describe, expect, it } from 'vitest';
import { html } from './html.ts';

describe('html', () => {
  it('escapes what is printed, in text and in attributes', () => {
    const name = `"><img src=x onerror='alert(1)'>&`;
    const { text } = html`<p title="${name}">${name}</p>`;
    expect(text).not.toContain('<img');
    expect(text.split('"')).toHaveLength(3);
  });

  it('prints markup of its own, lists of it, and nothing for false, null and undefined', () => {
    const rows = [1, 2].map((number) => html`<li>${number}</li>`);
    const { text } = html`${rows}${false}${null}${undefined}${0}`;
    expect(text).toBe('<li>1</li><li>2</li>0');
  });
});
