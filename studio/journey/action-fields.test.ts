import { describe, expect, it } from 'vitest';
import { actionOf, fieldsOf } from './action-fields.ts';

const action = {
  kind: 'action',
  name: 'Recs',
  method: 'POST',
  url: '/v1/recommendations:batch',
  headers: { 'x-shop': '7', authorization: 'Bearer {{secret.recs}}' },
  body: { recipients: '=batch' },
  batch: { most: 9, each: { profileId: '=profile.id' } },
  timeout: 'PT5S',
  retries: 2,
  rate: 0.5,
  enough: { least: 3, otherwise: 'backup', backup: 'popular' },
  next: 'mail',
};

describe('the form of a custom action', () => {
  it('gives back what it was given, with the parts it does not know', () => {
    expect(actionOf(fieldsOf(action), action)).toEqual({ action, faults: [] });
    expect(actionOf(fieldsOf({ method: 'GET', url: '/a' }), { method: 'GET', url: '/a' })).toEqual({
      action: { method: 'GET', url: '/a' },
      faults: [],
    });
  });

  it('leaves out what is emptied, and takes what is typed', () => {
    const fields = {
      ...fieldsOf(action),
      headers: 'a: b:c\n\n',
      body: '',
      rate: ' ',
      least: '',
      cache: 'PT1M',
      retries: '5',
    };
    const { action: made } = actionOf(fields, action);
    expect(made).toMatchObject({ headers: { a: 'b:c' }, cache: 'PT1M', retries: 5, batch: action.batch });
    for (const gone of ['body', 'rate', 'enough']) expect(made).not.toHaveProperty(gone);
  });

  it('names the fields that cannot be read', () => {
    const fields = { ...fieldsOf(action), body: '{', retries: 'x', headers: 'no colon' };
    expect(actionOf(fields, action).faults).toEqual([
      { field: 'retries', kind: 'number' },
      { field: 'body', kind: 'json' },
      { field: 'headers', kind: 'header' },
    ]);
  });
});
