import { describe, expect, it } from 'vitest';
import { csvOf } from './list.ts';

describe('people typed into a list', () => {
  it('become a table with a column for each namespace', () => {
    expect(csvOf('ada@example.com\n\n  CRM: 42 \njonas@example.com;\n')).toBe(
      'email,crm\nada@example.com,\n,42\njonas@example.com,\n',
    );
  });

  it('keep what a table would take apart', () => {
    expect(csvOf('crm:a,"b"')).toBe('crm\n"a,""b"""\n');
  });
});
