/** An e-mail address that breaks before its @ where it has to break. */
export function Address({ text }: { text: string }) {
  const at = text.lastIndexOf('@');
  if (at < 1) return <>{text}</>;
  return (
    <>
      {text.slice(0, at)}
      <wbr />
      {text.slice(at)}
    </>
  );
}
