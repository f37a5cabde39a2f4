import { expect, test } from 'vitest';
import { formSnippet, headSnippet } from './snippet.ts';

test('on a development machine the shim stands before the SDK, which keeps the fetch it finds', () => {
  const text = headSnippet({ origin: 'http://localhost:8080', datastream: 'default', orgId: null });
  expect(text.indexOf('edge-dev.js')).toBeGreaterThan(0);
  expect(text.indexOf('edge-dev.js')).toBeLessThan(text.indexOf('alloy.min.js'));
  expect(text).toContain("edgeDomain: 'localhost'");
  expect(text).toContain("orgId: 'BECKON@AdobeOrg'");
});

test('over https there is no shim, and the host stands without a port', () => {
  const text = headSnippet({ origin: 'https://edge.shop.example', datastream: 'web', orgId: 'SHOP@AdobeOrg' });
  expect(text).not.toContain('edge-dev');
  expect(text).toContain("edgeDomain: 'edge.shop.example'");
  expect(text).toContain("datastreamId: 'web'");
  expect(text).toContain("orgId: 'SHOP@AdobeOrg'");
});

test('a form is an empty place and the script that draws it', () => {
  expect(formSnippet('https://b.shop.example', 'news')).toBe(
    '<div data-beckon-form="news"></div>\n<script src="https://b.shop.example/forms/signup.js" defer></script>',
  );
});
