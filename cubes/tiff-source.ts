import { type FileHandle, open } from 'node:fs/promises';
import { missingInput } from './bytes.js';

interface Slice {
  offset: number;
  length: number;
}

/**
 * A file as geotiff wants to read it. The library's own pads what lies behind the file's end with zeros, so that a
 * truncated stack would load as one with black slices or fewer pages; this one gives short slices, on which it throws.
 */
export class TiffSource {
  readonly fileSize: number;
  readonly #file: FileHandle;

  private constructor(file: FileHandle, fileSize: number) {
    this.#file = file;
    this.fileSize = fileSize;
  }

  /** @throws VoxstyleError `missing-input` when the file can't be opened. */
  static async open(path: string): Promise<TiffSource> {
    const file = await open(path).catch((cause: unknown) => {
      throw missingInput(path, cause);
    });
    return new TiffSource(file, (await file.stat()).size);
  }

  async fetch(slices: readonly Slice[]): Promise<ArrayBuffer[]> {
    return Promise.all(slices.map(async (slice) => (await this.fetchSlice(slice)).data));
  }

  async fetchSlice({ offset, length }: Slice): Promise<Slice & { data: ArrayBuffer }> {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.fileSize - offset)));
    await this.#file.read(bytes, 0, bytes.length, offset);
    return { offset, length, data: bytes.buffer };
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
