declare module 'mjml' {
  interface MjmlOptions {
    validationLevel?: 'strict' | 'soft' | 'skip';
    minify?: boolean;
    beautify?: boolean;
    keepComments?: boolean;
    ignoreIncludes?: boolean;
    fonts?: Record<string, string>;
  }
  /** Compiles MJML to HTML; rejects on a validation fault when `validationLevel` is strict. */
  export default function mjml2html(
    mjml: string,
    options?: MjmlOptions,
  ): Promise<{ html: string; errors: { line: number; message: string; tagName: string }[] }>;
}
