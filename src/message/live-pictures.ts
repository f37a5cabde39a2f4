import type { Clock } from '../base/index.ts';
import { drawSvg } from './draw.ts';
import { absolute } from './fresh.ts';
import { requireDestination } from './link.ts';
import { readLive } from './live.ts';
import { livePictureSvg, liveView } from './live-picture.ts';
import type { RenderSetting } from './render.ts';

type LiveParts = Pick<RenderSetting, 'linkKey' | 'item' | 'publicUrl' | 'hosts'> & { clock: Clock };

/** What a live address answers with: the picture of this moment, the page it leads to, or that too many are drawn. */
export type LivePicture = { png: Uint8Array } | { busy: true };

/** Pictures drawn lately, bounded in number; and how many may be drawn anew in a second. */
const kept = 2000;
const drawnPerSecond = 40;

/**
 * Pictures of items as they are when a mail is opened. A mail of a million readers shows the same few items, so that most
 * answers come from memory; what has to be drawn is bounded by the second, and nobody waits in a row for it.
 */
export class LivePictures {
  readonly #parts: LiveParts;
  readonly #drawn = new Map<string, Promise<Uint8Array>>();
  #second = 0;
  #inSecond = 0;

  constructor(parts: LiveParts) {
    this.#parts = parts;
  }

  /** Null for a token that is not ours, or too old. */
  async picture(token: string): Promise<LivePicture | null> {
    const { clock, linkKey, item } = this.#parts;
    const claim = readLive(linkKey, token, clock.now());
    if (!claim) return null;
    const svg = livePictureSvg(liveView(claim, item), claim.language);
    const known = this.#drawn.get(svg);
    if (!known && !this.#mayDraw()) return { busy: true };
    const drawing = known ?? drawSvg(svg);
    // The one used last stands last.
    this.#drawn.delete(svg);
    this.#drawn.set(svg, drawing);
    if (this.#drawn.size > kept) this.#drawn.delete(this.#drawn.keys().next().value!);
    return { png: await drawing };
  }

  /** Where a click on it leads: the item's page, or that of what is shown instead. Null for a foreign token. */
  page(token: string): string | null {
    const { clock, linkKey, item, publicUrl, hosts } = this.#parts;
    const claim = readLive(linkKey, token, clock.now());
    if (!claim) return null;
    const shown = item(liveView(claim, item).instead?.id ?? claim.item);
    const page = absolute(shown?.url ?? null, publicUrl);
    return page === null ? null : requireDestination(page, hosts);
  }

  #mayDraw(): boolean {
    const second = Math.floor(this.#parts.clock.real() / 1000);
    if (second !== this.#second) [this.#second, this.#inSecond] = [second, 0];
    this.#inSecond++;
    return this.#inSecond <= drawnPerSecond;
  }
}
