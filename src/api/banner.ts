/**
 * `/consent-banner.js`: a cookie banner to take as it is or to copy. It asks once whether what happens on the site may be
 * collected, and says the answer with the Web SDK's own `setConsent`; what was answered stands in the SDK's own cookie and
 * nowhere else. Both buttons look alike and do the same amount of work, and `beckonBanner.open()` asks again.
 */
export const bannerScript = `/* Beckon cookie banner. <script src="…/consent-banner.js" data-org="YOUR@AdobeOrg" defer></script> */
(function (document, page) {
  'use strict';
  var script = document.currentScript;
  var set = script ? script.dataset : {};
  var words = {
    en: {
      label: 'Cookies',
      text: 'May we remember what you look at here, to show you what fits? Without it the shop works just the same.',
      yes: 'Allow',
      no: 'Decline',
      more: 'Privacy'
    },
    sv: {
      label: 'Kakor',
      text: 'Får vi minnas vad du tittar på här, för att visa det som passar? Butiken fungerar lika bra utan.',
      yes: 'Tillåt',
      no: 'Avböj',
      more: 'Integritet'
    },
    de: {
      label: 'Cookies',
      text: 'Dürfen wir uns merken, was Sie hier ansehen, um Passendes zu zeigen? Ohne das funktioniert der Shop genauso.',
      yes: 'Erlauben',
      no: 'Ablehnen',
      more: 'Datenschutz'
    }
  };

  function cookie(name) {
    var found = document.cookie.split('; ').filter(function (part) {
      return decodeURIComponent(part.split('=')[0]) === name;
    })[0];
    return found ? decodeURIComponent(found.slice(found.indexOf('=') + 1)) : '';
  }

  /** 'in', 'out', or '' while nobody has answered. */
  function answered() {
    var name = 'kndctr_' + (set.org || '').replace('@', '_') + '_consent';
    var found = /(?:^|;)general=(in|out)/.exec(cookie(name));
    return found ? found[1] : '';
  }

  function element(name, attributes, text) {
    var one = document.createElement(name);
    Object.keys(attributes).forEach(function (key) {
      one.setAttribute(key, attributes[key]);
    });
    one.textContent = text || '';
    return one;
  }

  function say(state) {
    return page[set.instance || 'alloy']('setConsent', {
      consent: [{ standard: 'Adobe', version: '2.0', value: { collect: { val: state === 'in' ? 'y' : 'n' } } }]
    });
  }

  function style(area) {
    if (set.style === 'none') return;
    var rules = element('style', {});
    if (script && script.nonce) rules.setAttribute('nonce', script.nonce);
    rules.textContent =
      '#beckon-banner{position:fixed;inset:auto 16px 16px;z-index:2147483000;max-width:560px;margin:0 auto;padding:20px;box-sizing:border-box;' +
      'background:#fff;color:#1b1c1f;border:1px solid #e5e2db;border-radius:8px;font:16px/1.5 Inter,system-ui,sans-serif;max-height:80vh;overflow:auto}' +
      '#beckon-banner p{margin:0 0 16px}#beckon-banner a{color:inherit}' +
      '#beckon-banner div{display:flex;flex-wrap:wrap;gap:12px}' +
      '#beckon-banner button{font:inherit;font-weight:600;flex:1 1 140px;min-height:44px;padding:8px 16px;border-radius:8px;cursor:pointer;' +
      'background:transparent;color:inherit;border:1px solid currentColor}' +
      '#beckon-banner button:focus-visible{outline:2px solid #c2410c;outline-offset:2px}' +
      '@media(prefers-color-scheme:dark){#beckon-banner{background:#1c1d20;color:#ececea;border-color:#2e3035}}';
    area.append(rules);
  }

  function open() {
    var there = document.getElementById('beckon-banner');
    if (there) return there.querySelector('button').focus();
    var before = document.activeElement;
    var language = (set.language || document.documentElement.lang || 'en').slice(0, 2).toLowerCase();
    var said = words[language] || words.en;
    var area = element('section', { id: 'beckon-banner', lang: words[language] ? language : 'en', 'aria-label': set.label || said.label });
    var text = element('p', {}, set.text || said.text);
    if (set.privacy) {
      var link = element('a', { href: set.privacy }, said.more);
      text.append(' ', link);
    }
    var buttons = element('div', {});
    var fault = element('p', { role: 'alert', hidden: '' });
    [
      ['out', set.no || said.no],
      ['in', set.yes || said.yes]
    ].forEach(function (choice) {
      var button = element('button', { type: 'button', 'data-answer': choice[0] }, choice[1]);
      button.addEventListener('click', function () {
        area.querySelectorAll('button').forEach(function (one) {
          one.disabled = true;
        });
        say(choice[0]).then(
          function () {
            area.remove();
            if (before && before.focus && before !== document.body) before.focus();
            document.dispatchEvent(new CustomEvent('beckon:consent', { detail: choice[0] }));
          },
          function (problem) {
            area.querySelectorAll('button').forEach(function (one) {
              one.disabled = false;
            });
            fault.hidden = false;
            fault.textContent = problem && problem.message ? problem.message : String(problem);
          }
        );
      });
      buttons.append(button);
    });
    style(area);
    area.append(text, buttons, fault);
    document.body.append(area);
    return area;
  }

  page.beckonBanner = { open: open, answer: answered };
  function start() {
    if (answered() === '') open();
  }
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
  else start();
})(document, window);
`;
