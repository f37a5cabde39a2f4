/* The documentation works without this script; with it pages are searched, code is copied, and the look is chosen. */
(function (document, page) {
  'use strict';
  /** The studio's own place for the look, so that studio and documentation look alike. */
  var place = 'mantine-color-scheme-value';
  var root = document.documentElement;

  function kept() {
    try {
      return page.localStorage.getItem(place);
    } catch {
      return null;
    }
  }

  function isDark() {
    var said = root.dataset.theme;
    return said ? said === 'dark' : page.matchMedia('(prefers-color-scheme: dark)').matches;
  }

  var look = kept();
  if (look === 'light' || look === 'dark') root.dataset.theme = look;

  document.addEventListener('DOMContentLoaded', function () {
    chooseLook();
    copyCode();
    search();
  });

  function chooseLook() {
    var button = document.querySelector('#look');
    button.hidden = false;
    button.addEventListener('click', function () {
      root.dataset.theme = isDark() ? 'light' : 'dark';
      try {
        page.localStorage.setItem(place, root.dataset.theme);
      } catch {
        // Without storage the choice holds for this page.
      }
    });
  }

  function copyCode() {
    if (!page.navigator.clipboard) return;
    document.querySelectorAll('pre').forEach(function (block) {
      var button = document.createElement('button');
      button.className = 'copy';
      button.textContent = 'Copy';
      button.addEventListener('click', function () {
        page.navigator.clipboard.writeText(block.querySelector('code').textContent).then(function () {
          button.textContent = 'Copied';
          page.setTimeout(function () {
            button.textContent = 'Copy';
          }, 1500);
        });
      });
      var holder = document.createElement('div');
      holder.className = 'code';
      block.before(holder);
      holder.append(block, button);
    });
  }

  function search() {
    var form = document.querySelector('#search');
    var field = form.querySelector('input');
    var list = document.querySelector('#found');
    var index = null;
    form.hidden = false;

    function load() {
      if (index === null)
        index = page.fetch('/docs/search.json').then(function (answer) {
          return answer.json();
        });
      return index;
    }

    function words(text) {
      return text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) || [];
    }

    /** Every word must be in the part; in its heading it counts most, then in the page's title. */
    function weigh(part, asked) {
      var sum = 0;
      for (var at = 0; at < asked.length; at++) {
        var one = asked[at];
        var weight =
          (part.h.toLowerCase().indexOf(one) >= 0 ? 8 : 0) +
          (part.p.toLowerCase().indexOf(one) >= 0 ? 4 : 0) +
          (part.t.toLowerCase().indexOf(one) >= 0 ? 1 : 0);
        if (weight === 0) return 0;
        sum += weight;
      }
      // A page of an error is looked for by its code; a word of it is rather asked of a guide.
      return part.a.indexOf('error/') === 0 && field.value.indexOf('_') < 0 ? sum / 16 : sum;
    }

    function show(parts) {
      var asked = words(field.value);
      list.textContent = '';
      list.hidden = asked.length === 0;
      if (asked.length === 0) return;
      var found = parts
        .map(function (part) {
          return { part: part, weight: weigh(part, asked) };
        })
        .filter(function (one) {
          return one.weight > 0;
        })
        .sort(function (a, b) {
          return b.weight - a.weight;
        })
        .slice(0, 12);
      if (found.length === 0) list.append(line('Nothing has all of these words.'));
      found.forEach(function (one) {
        var item = document.createElement('li');
        var link = document.createElement('a');
        link.href = '/docs/' + one.part.a;
        var title = document.createElement('b');
        title.textContent = one.part.h === one.part.p ? one.part.p : one.part.p + ' › ' + one.part.h;
        link.append(title, document.createTextNode(around(one.part.t, asked[0])));
        item.append(link);
        list.append(item);
      });
    }

    function line(text) {
      var item = document.createElement('li');
      item.textContent = text;
      return item;
    }

    function around(text, word) {
      var at = Math.max(0, text.toLowerCase().indexOf(word) - 40);
      return (at > 0 ? '… ' : '') + text.slice(at, at + 120);
    }

    field.addEventListener('focus', load);
    field.addEventListener('input', function () {
      load().then(show);
    });
    form.addEventListener('submit', function (event) {
      event.preventDefault();
      load().then(function (parts) {
        show(parts);
        var first = list.querySelector('a');
        if (first) page.location.assign(first.href);
      });
    });
    document.addEventListener('keydown', function (event) {
      var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
      if (event.key === '/' && !typing) {
        event.preventDefault();
        field.focus();
      }
      if (event.key === 'Escape') {
        list.hidden = true;
        field.blur();
      }
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') step(event);
    });

    /** The arrow keys go through what was found, from the field and back. */
    function step(event) {
      var stops = [field].concat(Array.prototype.slice.call(list.querySelectorAll('a')));
      var at = stops.indexOf(document.activeElement);
      if (at < 0 || list.hidden) return;
      event.preventDefault();
      stops[Math.min(stops.length - 1, Math.max(0, at + (event.key === 'ArrowDown' ? 1 : -1)))].focus();
    }
  }
})(document, window);
