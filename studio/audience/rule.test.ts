import { describe, expect, it } from 'vitest';
import { faultOf, isKeyForm, keyOf, offsetOf, pointer, shareOf } from './rule.ts';

describe('a place in a rule', () => {
  const source = 'profile.reachable\nand wrong()';

  it('is an offset of the text, and never beyond its end', () => {
    expect(source.slice(offsetOf(source, { line: 2, column: 5 }))).toBe('wrong()');
    expect(offsetOf(source, { line: 1, column: 1 })).toBe(0);
    expect(offsetOf(source, { line: 1, column: 99 })).toBe(17);
    expect(offsetOf(source, { line: 9, column: 1 })).toBe(source.length);
  });

  it('is pointed at under its line, in long lines too', () => {
    expect(pointer(source, { line: 2, column: 5 })).toEqual({ text: 'and wrong()', mark: '    ^' });
    const long = `${'a'.repeat(100)}!`;
    const found = pointer(long, { line: 1, column: 101 })!;
    expect(found.text[found.mark.length - 1]).toBe('!');
    expect(pointer(source, { line: 7, column: 1 })).toBeNull();
  });
});

it('a fault is said without its place, which stands above it', () => {
  expect(faultOf('At line 2, column 5: there is no function dayssince')).toBe('There is no function dayssince');
  expect(faultOf('profile has no field kart')).toBe('Profile has no field kart');
});

describe('the key of an audience', () => {
  it('is made of its name, in any of our languages', () => {
    expect(keyOf('Liebt Uhren, kaufte nie')).toBe('liebt-uhren-kaufte-nie');
    expect(keyOf('Återköpare över 500 €')).toBe('aterkopare-over-500');
    expect(keyOf('Große Warenkörbe')).toBe('grosse-warenkorbe');
    expect(keyOf('  ')).toBe('');
    expect(isKeyForm(keyOf('x'.repeat(90)))).toBe(true);
  });

  it('has a form', () => {
    expect(['wanderers', 'a1-b'].map(isKeyForm)).toEqual([true, true]);
    expect(['', '-a', 'Ä', 'a b', 'x'.repeat(61)].map(isKeyForm)).toEqual([false, false, false, false, false]);
  });
});

it('a build over nobody is at its beginning, and none is more than whole', () => {
  expect([shareOf({ done: 0, of: 0 }), shareOf({ done: 5, of: 10 }), shareOf({ done: 12, of: 10 })]).toEqual([
    0, 0.5, 1,
  ]);
});
