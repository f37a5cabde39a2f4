import type { VelocityOutput } from './velocity-run.ts';

/** Plain text: values as they are. */
export class TextOutput implements VelocityOutput {
  text = '';

  literal(text: string): void {
    this.text += text;
  }

  value(text: string): void {
    this.text += text;
  }
}

/**
 * JSON: within quotes a value is escaped; outside of them it becomes a number, a truth, `null` for nothing, or a text in
 * quotes. So no value can break the document (recommendations DES-7).
 */
export class JsonOutput implements VelocityOutput {
  text = '';
  #quoted = false;
  #escaped = false;

  literal(text: string): void {
    for (let i = 0; i < text.length; i++) {
      const char = text[i];
      if (this.#escaped) this.#escaped = false;
      else if (char === '\\' && this.#quoted) this.#escaped = true;
      else if (char === '"') this.#quoted = !this.#quoted;
    }
    this.text += text;
  }

  value(text: string, trusted: boolean): void {
    if (trusted) this.literal(text);
    else if (this.#quoted) this.text += JSON.stringify(text).slice(1, -1);
    else if (/^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?|true|false)$/.test(text)) this.text += text;
    else this.text += text === '' ? 'null' : JSON.stringify(text);
  }
}

type Place =
  'text' | 'tag' | 'name' | 'attribute' | 'after' | 'before' | 'double' | 'single' | 'bare' | 'comment' | 'raw';
const addressAttributes = new Set([
  'href',
  'src',
  'action',
  'formaction',
  'poster',
  'background',
  'srcset',
  'data',
  'cite',
  'ping',
  'manifest',
  'longdesc',
  'xlink:href',
]);
const rawTags = new Set(['script', 'style', 'textarea', 'title']);
const references: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/**
 * HTML: follows where in the markup it stands, and escapes each value for that place: text, an attribute, an address, a
 * style, a script. In the name of a tag or an attribute a value writes nothing.
 */
export class HtmlOutput implements VelocityOutput {
  text = '';
  #place: Place = 'text';
  #tag = '';
  #attribute = '';
  /** Of the attribute's value, what came so far; enough to tell its beginning. */
  #begun = '';

  literal(text: string): void {
    for (let i = 0; i < text.length; i++) {
      const next = this.#place === 'text' ? text.indexOf('<', i) : i;
      if (next === -1) break;
      i = next;
      this.#step(text, i);
    }
    this.text += text;
  }

  value(text: string, trusted: boolean): void {
    if (trusted) this.literal(text);
    else this.text += this.#escaped(text);
  }

  #step(text: string, i: number): void {
    const char = text[i]!;
    const isSpace = char <= ' ';
    switch (this.#place) {
      case 'text':
        if (char === '<' && /[A-Za-z/!?]/.test(text[i + 1] ?? '')) this.#open(text, i);
        return;
      case 'comment':
        if (char === '>' && (this.text.slice(-2) + text.slice(Math.max(0, i - 2), i)).endsWith('--'))
          this.#place = 'text';
        return;
      case 'raw':
        if (char === '<' && text.slice(i + 1, i + 2 + this.#tag.length).toLowerCase() === `/${this.#tag}`)
          this.#open(text, i);
        return;
      case 'name':
        if (char === '>') this.#close();
        else if (isSpace || char === '/') this.#place = 'tag';
        else this.#tag += char.toLowerCase();
        return;
      case 'double':
      case 'single':
        if (char === (this.#place === 'double' ? '"' : "'")) this.#place = 'tag';
        else this.#begin(char);
        return;
      case 'bare':
        if (char === '>') this.#close();
        else if (isSpace) this.#place = 'tag';
        else this.#begin(char);
        return;
      default:
        this.#inTag(char, isSpace);
    }
  }

  #open(text: string, i: number): void {
    this.#tag = '';
    this.#place = text.startsWith('<!--', i) ? 'comment' : 'name';
  }

  #inTag(char: string, isSpace: boolean): void {
    if (char === '>') return this.#close();
    if (this.#place === 'before') {
      if (isSpace) return;
      this.#begun = '';
      this.#place = char === '"' ? 'double' : char === "'" ? 'single' : 'bare';
      if (this.#place === 'bare') this.#begin(char);
    } else if (char === '=' && this.#place !== 'tag') this.#place = 'before';
    else if (isSpace) this.#place = this.#place === 'attribute' ? 'after' : this.#place;
    else if (char === '/') this.#place = 'tag';
    else {
      if (this.#place !== 'attribute') this.#attribute = '';
      this.#place = 'attribute';
      this.#attribute += char.toLowerCase();
    }
  }

  #begin(text: string): void {
    if (this.#begun.length < 200) this.#begun += text;
    else if (/[?#]/.test(text)) this.#begun += '?';
  }

  #close(): void {
    this.#place = rawTags.has(this.#tag) ? 'raw' : 'text';
    if (this.#place === 'text') this.#tag = '';
  }

  #escaped(text: string): string {
    switch (this.#place) {
      case 'text':
        return html(text);
      case 'raw':
        return this.#tag === 'script' ? script(text) : this.#tag === 'style' ? style(text) : html(text);
      case 'double':
      case 'single':
        return this.#inAttribute(text);
      case 'before':
      case 'bare': {
        if (this.#place === 'before') this.#begun = '';
        this.#place = 'bare';
        const made = this.#inAttribute(text).replace(/[\s`=]/g, (char) => `&#${char.charCodeAt(0)};`);
        return made === '' && this.#begun === '' ? '&#32;' : made;
      }
      case 'comment':
        return text.replace(/[<>!-]/g, '');
      default:
        return '';
    }
  }

  #inAttribute(text: string): string {
    const name = this.#attribute;
    if (name.startsWith('on')) return html(script(text));
    if (name === 'style') return html(style(text));
    // A document within the attribute: read twice.
    if (name === 'srcdoc') return html(html(text));
    if (!addressAttributes.has(name)) return html(text);
    const before = this.#begun;
    const isPart = /[?#]/.test(before);
    // Two values, one after the other, may make up a scheme between them.
    if (!/[/?#:]/.test(before) && !isSafeAddress(before + text)) return before === '' ? '#' : '';
    this.#begin(text);
    return html(isPart ? encode(text) : text.replace(/[\p{Cc}\s]/gu, (char) => (char === ' ' ? '%20' : '')));
  }
}

function isSafeAddress(address: string): boolean {
  if (address.startsWith('https://') || address.startsWith('http://')) return true;
  const scheme = /^([^/?#]*?):/.exec(address.replace(/[\p{Cc}\s]/gu, ''))?.[1];
  return scheme === undefined || ['http', 'https', 'mailto', 'tel'].includes(scheme.toLowerCase());
}

function encode(text: string): string {
  return encodeURIComponent(text.replace(/\p{Cs}/gu, '\ufffd')).replace(
    /['()*!]/g,
    (char) => `%${char.charCodeAt(0).toString(16)}`,
  );
}

function html(text: string): string {
  // Most values hold nothing to be replaced.
  if (!/[&<>"'\p{Cc}]/u.test(text)) return text;
  return text.replace(/[&<>"']/g, (char) => references[char]!).replace(/(?![\t\n\r])\p{Cc}/gu, '');
}

/** Within a script: letters, digits and what cannot end a text there; everything else as `\u…`. */
function script(text: string): string {
  return text.replace(/[^A-Za-z0-9 _.,-]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Within a style: names, numbers, colours and addresses. */
function style(text: string): string {
  return text.replace(/[^A-Za-z0-9 #.,%_:/?=&+~@-]/g, '');
}
