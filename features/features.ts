import type { Tensor1D, Tensor3D } from '../tensors/index.js';

/** A layer that losses may look at. */
export interface Layer {
  readonly name: string;
  readonly channels: number;
  /** Pixels that a picture must have on each side for this layer to be there. */
  readonly leastSide: number;
}

/** Maps of a picture, height × width × channels each, by the layers' names. */
export type Maps = ReadonlyMap<string, Tensor3D>;

export interface Extraction {
  /** Those that were wanted. */
  readonly maps: Maps;
  /** ∂L/∂colours from ∂L/∂map of some of the layers. */
  pullback(upstream: Maps): Tensor3D;
}

/**
 * What describes a picture beyond its colours: a fixed filter bank, or a network. It is not trained here, so only the gradient
 * with respect to the picture is ever taken.
 */
export interface Features {
  /** As errors and reports name it. */
  readonly name: string;
  /** From fine to coarse. */
  readonly layers: readonly Layer[];
  /** The layers that losses look at when nobody says. */
  readonly defaultLayers: readonly string[];
  /** Identifies the function for checkpoints: changes whenever weights or architecture do. */
  readonly digest: string;
  /**
   * Within `Tensors.run`, since it makes tensors.
   *
   * @param colours height × width × 3, display-referred sRGB.
   * @param wanted names of layers; what only others need isn't computed.
   */
  extract(colours: Tensor3D, wanted: ReadonlySet<string>): Extraction;
  /** A style code of unit length, differentiable with respect to the maps of its layers; absent where there is none. */
  readonly code?: { readonly layers: readonly string[]; of(maps: Maps): Tensor1D };
  /** Gives back the tensors, weights among them, that were kept for the next extraction. */
  dispose(): void;
}
