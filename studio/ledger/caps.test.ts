import { expect, it } from 'vitest';
import { capsOf } from './caps.ts';

it('reads a plan of warming up as people write it, and nothing else', () => {
  expect(capsOf('50, 100\n200; 400')).toEqual([50, 100, 200, 400]);
  for (const wrong of ['', ' , ', '50, many', '0', '1.5', Array(61).fill('1').join(' ')])
    expect(capsOf(wrong)).toBeNull();
});
