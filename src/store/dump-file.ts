import { createCipheriv, createDecipheriv, createHash, randomBytes, scryptSync } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { BeckonError } from '../base/index.ts';
import { errors } from './error.ts';

/** The first line of a file, so that nothing else is taken for one. */
const magic = 'beckon export 1\n';
/** A piece of rows is a megabyte and a row; nothing of ours is larger, and a broken length must not fill the memory. */
const longestFrame = 512 * 1024 * 1024;
const tagBytes = 16;
const hashBytes = 32;

/** What a file says of itself before the rows. */
export interface DumpHead {
  /** Of this export. */
  id: string;
  /** Version of Beckon that made it. */
  madeBy: string;
  /** ISO 8601. */
  at: string;
  /** The steps of the schema that the rows are of. */
  migrations: string[];
  tables: { name: string; columns: string[] }[];
  partitions: { name: string; of: string; bound: string }[];
  sequences: { table: string; column: string; value: number; called: boolean }[];
}

/** How the key was made of the passphrase, as the file says. */
interface Sealing {
  salt: string;
  /** scrypt's N, a power of two; r is 8 and p is 1. */
  cost: number;
}

const usualCost = 2 ** 17;
/** A file of somebody else must not keep the machine busy for minutes. */
const highestCost = 2 ** 20;

/**
 * A file of frames: a line of what it is, a line of JSON (`DumpHead`), then frames, each with its length, packed. With a
 * passphrase each frame is AES-256-GCM under a key that scrypt makes of it (N 2¹⁷, r 8, p 1) and a salt of the file's own, with its
 * number as nonce and bound to the head; without one it carries a SHA-256 of the same. Either way a frame that is changed,
 * left out or put elsewhere is noticed, and so is a file that was cut off: the last frame says that it is.
 */
export class DumpWriter {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #seal: Seal;
  #no = 0;
  #bytes = 0;

  private constructor(file: FileHandle, path: string, sealing: Seal) {
    this.#file = file;
    this.#path = path;
    this.#seal = sealing;
  }

  /** Begins beside the path; it has its name when it is whole. */
  static async open(
    path: string,
    head: DumpHead,
    { passphrase, cost = usualCost }: { passphrase: string | null; cost?: number },
  ): Promise<DumpWriter> {
    const salt = randomBytes(16).toString('base64');
    const sealing: Sealing | null = passphrase === null ? null : { salt, cost };
    const line = `${JSON.stringify({ ...head, sealing })}\n`;
    const file = await open(`${path}.part`, 'w', 0o600);
    await file.write(magic + line);
    return new DumpWriter(file, path, new Seal(line, sealing, passphrase));
  }

  get bytes(): number {
    return this.#bytes;
  }

  async write(data: Buffer, isLast = false): Promise<void> {
    const frame = this.#seal.close(deflateRawSync(data, { level: 1 }), this.#no++, isLast);
    const front = Buffer.alloc(5);
    front.writeUInt32BE(frame.length);
    front[4] = isLast ? 1 : 0;
    await this.#file.write(Buffer.concat([front, frame]));
    this.#bytes += frame.length + front.length;
  }

  /** The last frame; then the file is on the disk under its own name. */
  async finish(data: Buffer): Promise<void> {
    await this.write(data, true);
    await this.#file.sync();
    await this.#file.close();
    await rename(`${this.#path}.part`, this.#path);
  }

  async giveUp(): Promise<void> {
    await this.#file.close();
    await rm(`${this.#path}.part`, { force: true });
  }
}

/** Opens and closes frames. */
class Seal {
  readonly #head: Buffer;
  readonly #key: Buffer | null;

  constructor(head: string, sealing: Sealing | null, passphrase: string | null) {
    this.#head = createHash('sha256').update(head).digest();
    this.#key = sealing && keyOf(passphrase!, sealing);
  }

  close(data: Buffer, no: number, isLast: boolean): Buffer {
    const place = this.#placeOf(no, isLast);
    if (this.#key === null) return Buffer.concat([data, createHash('sha256').update(place).update(data).digest()]);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonceOf(no)).setAAD(place);
    return Buffer.concat([cipher.update(data), cipher.final(), cipher.getAuthTag()]);
  }

  /** Null when it is not what was written there. */
  open(frame: Buffer, no: number, isLast: boolean): Buffer | null {
    const place = this.#placeOf(no, isLast);
    if (this.#key === null) {
      const data = frame.subarray(0, -hashBytes);
      const hash = createHash('sha256').update(place).update(data).digest();
      return hash.equals(frame.subarray(-hashBytes)) ? data : null;
    }
    const cipher = createDecipheriv('aes-256-gcm', this.#key, nonceOf(no)).setAAD(place);
    try {
      cipher.setAuthTag(frame.subarray(-tagBytes));
      return Buffer.concat([cipher.update(frame.subarray(0, -tagBytes)), cipher.final()]);
    } catch {
      return null;
    }
  }

  #placeOf(no: number, isLast: boolean): Buffer {
    return Buffer.concat([this.#head, nonceOf(no), Buffer.from([isLast ? 1 : 0])]);
  }
}

function keyOf(passphrase: string, { salt, cost }: Sealing): Buffer {
  if (!(cost <= highestCost))
    throw new BeckonError(errors.STORE_DUMP_BROKEN, `The file asks for scrypt with N ${cost}`);
  return scryptSync(passphrase, Buffer.from(salt, 'base64'), 32, { N: cost, r: 8, p: 1, maxmem: 1024 * cost * 2 });
}

function nonceOf(no: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(no, 8);
  return nonce;
}

/** A file that is read frame by frame. */
export class DumpReader {
  readonly head: DumpHead;
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #seal: Seal;
  #at: number;

  private constructor(parts: { file: FileHandle; path: string; head: DumpHead; seal: Seal; at: number }) {
    this.head = parts.head;
    this.#file = parts.file;
    this.#path = parts.path;
    this.#seal = parts.seal;
    this.#at = parts.at;
  }

  /** @throws STORE_DUMP_BROKEN, STORE_DUMP_SEALED */
  static async open(path: string, passphrase: string | null): Promise<DumpReader> {
    const file = await open(path, 'r').catch((cause: Error) => {
      throw new BeckonError(errors.STORE_DUMP_BROKEN, `The file ${path} cannot be read: ${cause.message}`, { cause });
    });
    const line = await firstLine(file);
    if (line === null) throw await refused(file, `The file ${path} was not made by beckon export`);
    const { sealing, ...head } = JSON.parse(line) as DumpHead & { sealing: Sealing | null };
    if (sealing !== null && passphrase === null) {
      await file.close();
      throw new BeckonError(errors.STORE_DUMP_SEALED, `The file ${path} is sealed with a passphrase`);
    }
    const seal = new Seal(line, sealing, passphrase);
    return new DumpReader({ file, path, head, seal, at: magic.length + Buffer.byteLength(line) });
  }

  /** All frames in order, the last of them marked. @throws STORE_DUMP_BROKEN, at the first one that is not as it was written */
  async *frames(): AsyncGenerator<{ no: number; data: Buffer; isLast: boolean }> {
    for (let no = 0; ; no++) {
      const front = await this.#read(5, no);
      const length = front.readUInt32BE();
      if (length > longestFrame) throw this.#broken(no);
      const isLast = front[4] === 1;
      const packed = this.#seal.open(await this.#read(length, no), no, isLast);
      if (packed === null) throw this.#broken(no);
      yield { no, data: inflateRawSync(packed), isLast };
      if (isLast) return;
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #read(length: number, no: number): Promise<Buffer> {
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await this.#file.read(buffer, 0, length, this.#at);
    if (bytesRead < length) throw this.#broken(no);
    this.#at += length;
    return buffer;
  }

  #broken(no: number): BeckonError {
    const what = no === 0 ? 'or the passphrase is another one' : 'or it was cut off';
    return new BeckonError(
      errors.STORE_DUMP_BROKEN,
      `The file ${this.#path} is not as it was written at frame ${no}, ${what}`,
    );
  }
}

async function refused(file: FileHandle, why: string): Promise<BeckonError> {
  await file.close();
  return new BeckonError(errors.STORE_DUMP_BROKEN, why);
}

/** The line after the first one; null when the file begins otherwise. */
async function firstLine(file: FileHandle): Promise<string | null> {
  const front = Buffer.alloc(4 * 1024 * 1024);
  const { bytesRead } = await file.read(front, 0, front.length, 0);
  const text = front.subarray(0, bytesRead);
  const end = text.indexOf(0x0a, magic.length);
  return text.subarray(0, magic.length).toString() === magic && end > 0
    ? text.subarray(magic.length, end + 1).toString()
    : null;
}
