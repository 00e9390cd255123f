/** The part of daikon that dicom-file.ts uses; the library has no types of its own. */
declare module 'daikon' {
  export interface Tag {
    /** Group and element as eight hexadecimal digits. */
    id: string;
    /** Numbers or texts, the tags of a sequence, bytes, or null. */
    value: unknown;
    offsetValue: number;
  }

  export interface Image {
    littleEndian: boolean;
    getTag(group: number, element: number): Tag | undefined;
    hasPixelData(): boolean;
    isCompressed(): boolean;
    isPalette(): boolean;
    getNumberOfFrames(): number;
    /** All frames' samples, decompressed. */
    getRawData(): ArrayBuffer;
  }

  export const Series: {
    parseImage(data: DataView): Image | null;
    parserError: Error | null;
  };
}
