import { VoxstyleError } from '../errors.js';

/** What is had, or, when a loss can't be applied to the pictures, why not. */
export async function orRefusal<T>(get: () => T | Promise<T>): Promise<T | VoxstyleError> {
  try {
    return await get();
  } catch (error) {
    if (error instanceof VoxstyleError && error.code === 'usage') return error;
    throw error;
  }
}

/** A refusal's words for a table. */
export const reasonOf = ({ parts: { expected, found } }: VoxstyleError): string => `needs ${expected}, found ${found}`;
