/** What a shop copies into its pages, written for the address that the studio was opened at. All functions here are pure. */
export interface Snippet {
  /** Where Beckon is reached, such as `https://beckon.shop.example`. */
  origin: string;
  datastream: string;
  orgId: string | null;
}

const isPlain = (origin: string) => new URL(origin).protocol === 'http:';

/** The head of every page: the Web SDK, whom it speaks to, and that the page was opened. */
export function headSnippet({ origin, datastream, orgId }: Snippet): string {
  const { hostname } = new URL(origin);
  // The SDK speaks https only; on a development machine a shim brings it to plain http on a port.
  const shim = isPlain(origin) ? [`<script src="${origin}/edge-dev.js" data-target="${origin}"></script>`] : [];
  return [
    '<script>',
    "  window.__alloyNS = ['alloy'];",
    '  window.alloy = function () {',
    '    var given = arguments;',
    '    return new Promise(function (ok, no) { window.alloy.q.push([ok, no, given]); });',
    '  };',
    '  window.alloy.q = [];',
    '</script>',
    ...shim,
    `<script src="${origin}/alloy.min.js"></script>`,
    '<script>',
    "  alloy('configure', {",
    `    datastreamId: '${datastream}',`,
    `    orgId: '${orgId ?? 'BECKON@AdobeOrg'}',`,
    `    edgeDomain: '${hostname}',`,
    '    thirdPartyCookiesEnabled: false,',
    '  });',
    "  alloy('sendEvent', {",
    "    xdm: { eventType: 'web.webpagedetails.pageViews', web: { webPageDetails: { URL: location.href, pageViews: { value: 1 } } } },",
    '  });',
    '</script>',
  ].join('\n');
}

/** What an item's own page and the button of its cart say besides. */
export function itemSnippet(): string {
  return [
    '<script>',
    '  // On the page of an item, when it opens.',
    "  alloy('sendEvent', {",
    '    xdm: {',
    "      eventType: 'commerce.productViews',",
    '      commerce: { productViews: { value: 1 } },',
    "      productListItems: [{ SKU: 'coat-1' }],",
    '    },',
    '  });',
    '',
    '  // When it is put into the cart.',
    '  function inCart(sku, quantity, priceTotal) {',
    "    return alloy('sendEvent', {",
    '      xdm: {',
    "        eventType: 'commerce.productListAdds',",
    '        commerce: { productListAdds: { value: 1 } },',
    "        productListItems: [{ SKU: sku, quantity: quantity, priceTotal: priceTotal, currencyCode: 'EUR' }],",
    '      },',
    '    });',
    '  }',
    '</script>',
  ].join('\n');
}

/** An empty place that a sign-up form is drawn into. */
export function formSnippet(origin: string, key: string): string {
  return `<div data-beckon-form="${key}"></div>\n<script src="${origin}/forms/signup.js" defer></script>`;
}
