/**
 * `/forms/signup.js`: brings a sign-up form to life on a shop's page. A form that is written in the page is sent without
 * leaving it; an empty element with `data-beckon-form` gets the form drawn into it. It sets no cookie, keeps nothing, and
 * styles nothing that the page has not asked for. Without it a written form still works, by a page of ours.
 */
export const formScript = `/* Beckon sign-up forms. <div data-beckon-form="KEY"></div> or <form data-beckon-form="KEY" method="post" action="…/forms/KEY"> */
(function (document, here) {
  'use strict';
  var script = document.currentScript;
  var home = script ? new URL(script.src, here.href).origin : here.origin;
  var made = 0;

  function element(name, attributes, children) {
    var one = document.createElement(name);
    Object.keys(attributes).forEach(function (key) {
      one.setAttribute(key, attributes[key]);
    });
    (children || []).forEach(function (child) {
      one.append(child);
    });
    return one;
  }

  function ask(address, options) {
    options.headers = Object.assign({ accept: 'application/json' }, options.headers);
    return fetch(address, options).then(function (answer) {
      return answer.json().then(function (value) {
        if (!answer.ok) throw new Error(value.detail || String(answer.status));
        return value;
      });
    });
  }

  function addressOf(key) {
    return home + '/forms/' + encodeURIComponent(key);
  }

  function languageOf(place) {
    var near = place.closest('[lang]');
    return place.dataset.language || (near && near.getAttribute('lang')) || '';
  }

  function draw(place) {
    var key = place.dataset.beckonForm;
    var language = languageOf(place);
    return ask(addressOf(key) + (language ? '?lang=' + encodeURIComponent(language) : ''), {}).then(function (words) {
      var id = 'beckon-form-' + ++made;
      var email = element('input', { type: 'email', name: 'email', required: '', maxlength: '254', autocomplete: 'email' });
      var parts = [
        element('h2', { id: id }, [words.heading]),
        element('p', {}, [words.intro]),
        element('label', {}, [words.email + ' ', email])
      ];
      if (words.askName)
        parts.push(
          element('label', {}, [
            words.firstName + ' ',
            element('input', { type: 'text', name: 'firstName', maxlength: '60', autocomplete: 'given-name' })
          ])
        );
      var trap = element('input', { type: 'text', name: 'website', tabindex: '-1', autocomplete: 'off' });
      var away = element('div', { 'aria-hidden': 'true' }, [trap]);
      away.style.cssText = 'position:absolute;left:-9999px;width:1px;height:1px;overflow:hidden';
      var box = element('input', { type: 'checkbox', name: 'consent', value: 'yes', required: '' });
      parts.push(away, element('label', {}, [box, ' ' + words.consent]), element('button', { type: 'submit' }, [words.button]));
      var form = element('form', { method: 'post', action: addressOf(key), 'aria-labelledby': id, lang: words.language }, parts);
      form.dataset.beckonForm = key;
      place.replaceChildren(form);
      enliven(form);
    });
  }

  function noteIn(form) {
    var note = form.querySelector('[data-beckon-note]');
    if (!note) {
      note = element('p', { 'data-beckon-note': '', tabindex: '-1' });
      form.append(note);
    }
    return note;
  }

  function enliven(form) {
    form.addEventListener('submit', function (event) {
      event.preventDefault();
      var fields = {};
      new FormData(form).forEach(function (value, name) {
        fields[name] = String(value);
      });
      fields.page = here.origin + here.pathname;
      fields.language = fields.language || form.getAttribute('lang') || languageOf(form);
      try {
        fields.timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
      } catch (error) {}
      var button = form.querySelector('[type=submit], button:not([type])');
      var note = noteIn(form);
      if (button) button.disabled = true;
      note.removeAttribute('role');
      note.textContent = '';
      ask(form.action || addressOf(form.dataset.beckonForm), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(fields)
      }).then(
        function (answer) {
          note.setAttribute('role', 'status');
          note.textContent = answer.message;
          form.reset();
          form.dispatchEvent(new CustomEvent('beckon:signed-up', { bubbles: true }));
        },
        function (fault) {
          note.setAttribute('role', 'alert');
          note.textContent = fault.message;
        }
      ).then(function () {
        if (button) button.disabled = false;
        note.focus();
      });
    });
  }

  function start() {
    document.querySelectorAll('[data-beckon-form]').forEach(function (place) {
      if (place.tagName === 'FORM') enliven(place);
      else
        draw(place).catch(function (fault) {
          place.textContent = '';
          console.error('Beckon sign-up form: ' + fault.message);
        });
    });
  }

  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
  else start();
})(document, location);
`;
