/**
 * The development shim `/edge-dev.js`: the Web SDK always speaks https and its edgeDomain takes no port, so this sends
 * its calls to a plain address on this machine instead (edge-protocol §1.2). It must stand before alloy, because alloy
 * keeps the `fetch` it finds when it loads. It touches nothing but the edge's own paths on loopback names; in production
 * it is left out.
 */
export const edgeDevScript = `/* Beckon: development only. Load before alloy.min.js; leave out in production. */
(function (page, navigator) {
  'use strict';
  var script = document.currentScript;
  var target = ((script && script.dataset.target) || page.location.origin).replace(/\\/+$/, '');
  var edge = /^https:\\/\\/(?:[a-z0-9-]+\\.)?(?:localhost|127\\.0\\.0\\.1)(\\/ee\\/(?:[a-z0-9]+\\/)?v1\\/(?:interact|collect|identity\\/acquire|privacy\\/set-consent)(?:\\?|$).*)/;
  var mapped = function (address) {
    var found = typeof address === 'string' && edge.exec(address);
    return found ? target + found[1] : address;
  };
  var send = page.fetch;
  var beacon = navigator.sendBeacon;
  page.fetch = function (address, options) {
    return send.call(page, mapped(address), options);
  };
  if (beacon) {
    navigator.sendBeacon = function (address, data) {
      return beacon.call(navigator, mapped(address), data);
    };
  }
})(window, navigator);
`;
