/**
 * A sentence by its code and what stands in it: beside the English text, so that whoever reads another language is told
 * in theirs. The studio has the words of each code as `said.<code>`.
 */
export interface Said {
  code: string;
  values: Readonly<Record<string, string | number>>;
}

export function said(code: string, values: Said['values'] = {}): Said {
  return { code, values };
}
