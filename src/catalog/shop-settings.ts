import { BeckonError } from '../base/index.ts';
import { errors } from './error.ts';
import { checkImageBase } from './image-base.ts';
import { environmentName } from './limit.ts';

/** What a shop says of all its items at once. */
export interface ItemSettings {
  /** Stands before addresses of pictures that name no host; null: nothing does (recommendations CAT-5, LIM-3). */
  imageBase: string | null;
  /** May pages say what is sold (docs/decision/0014)? */
  fromPages: boolean;
  /** The environment of all who name none; null: what holds everywhere (recommendations CAT-14, LIM-3). */
  environment: string | null;
}

export const firstSettings: ItemSettings = { imageBase: null, fromPages: false, environment: null };

/** @throws ITEM_IMAGE_BASE_INVALID, ITEM_FIELD_INVALID */
export function checkSettings({ imageBase, fromPages, environment }: ItemSettings): ItemSettings {
  if (environment !== null && !environmentName.test(environment)) {
    throw new BeckonError(
      errors.ITEM_FIELD_INVALID,
      `"${environment.slice(0, 80)}" is not an environment: at most 64 letters, digits, points and hyphens`,
      { where: 'environment' },
    );
  }
  return { imageBase: checkImageBase(imageBase), fromPages, environment };
}

/** Those before, with what a stored document says; documents of before version 1 knew the base of pictures alone. */
export function settingsAfter(before: ItemSettings, { name, body }: { name: string; body: unknown }): ItemSettings {
  if (name === 'images') return { ...before, imageBase: (body as { base: string | null }).base };
  return name === 'items' ? { ...before, ...(body as Partial<ItemSettings>) } : before;
}
