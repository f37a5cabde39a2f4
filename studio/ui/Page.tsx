import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import { environment } from '../api/query.ts';
import { useVoice } from './voice.tsx';

/** The head of a page: its first line answers a question. */
export function PageHead(props: { title: string; answer?: ReactNode; note?: ReactNode; children?: ReactNode }) {
  const { say } = useVoice();
  useEffect(() => {
    document.title = `${props.title} · ${say('brand.says')}`;
  }, [props.title, say]);
  return (
    <header className="head">
      <div className="head-words">
        <h1>{props.answer ?? props.title}</h1>
        {props.note && <div className="quiet head-note">{props.note}</div>}
      </div>
      {props.children && <div className="head-action">{props.children}</div>}
    </header>
  );
}

/** A titled part of a page on raised ground. */
export function Panel(props: { title?: ReactNode; aside?: ReactNode; children: ReactNode; className?: string }) {
  return (
    <section className={`panel ${props.className ?? ''}`}>
      {props.title !== undefined && (
        <div className="panel-head">
          <h2>{props.title}</h2>
          {props.aside}
        </div>
      )}
      {props.children}
    </section>
  );
}

/** A number with its word. */
export function Figure({ value, word }: { value: ReactNode; word: string }) {
  return (
    <div className="figure">
      <b>{value}</b>
      <span className="quiet">{word}</span>
    </div>
  );
}

/** A thing's picture on its light tile; the name's first letter where there is none. */
export function Picture({ url, name, size = 48 }: { url: string | null; name: string; size?: number }) {
  return (
    <span className="picture" style={{ width: size, height: size }}>
      {url === null ? (
        <span aria-hidden="true">{name.slice(0, 1)}</span>
      ) : (
        <img src={url} alt="" width={size} height={size} loading="lazy" />
      )}
    </span>
  );
}

/** The way out of an empty page: into the shop, where there is one. */
export function ShopLink() {
  const { say } = useVoice();
  const { data } = useQuery(environment);
  if (!data?.shopUrl) return null;
  return (
    <Button component="a" href={data.shopUrl} target="_blank" rel="noreferrer" variant="default">
      {say('nav.shop')}
    </Button>
  );
}
