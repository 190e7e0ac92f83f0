import type { Manifest } from '@tessera/tiler';

/** Sides of one tensor as a role demands them; -1 is the batch axis, `undefined` any side. */
export type Sides = readonly (number | undefined)[];

/** What a graph of a role takes and gives. */
export interface Role {
  readonly inputs: Readonly<Record<string, Sides>>;
  /** Inputs that a graph may lack. */
  readonly optional?: Readonly<Record<string, Sides>>;
  /** Sides of the graph's outputs, in order; their names are the graph's own. */
  readonly outputs: readonly Sides[];
}

/** The roles whose graphs the node calls by itself (bundle.md, "Roles"), at the sizes of this bundle. */
export function knownRoles({ tile, conditioning }: Manifest): Readonly<Record<string, Role>> {
  const latent = [-1, tile.channels, tile.size, tile.size];
  const image = [-1, 3, tile.pixels, tile.pixels];
  const guide = [-1, 3, Math.ceil(tile.pixels / 4), Math.ceil(tile.pixels / 4)];
  const context = [-1, conditioning.tokens, conditioning.width];
  const denoiser: Role = {
    inputs: { x: latent, t: [-1], context },
    optional: { guide, guidePresent: [-1], guideBlur: [-1], guidanceScale: [-1] },
    outputs: [latent],
  };
  return {
    denoiser,
    'denoiser.full': denoiser,
    decoder: { inputs: { z: latent }, outputs: [image] },
    encoder: { inputs: { image }, outputs: [latent] },
    summarizer: {
      inputs: { grid: [-1, conditioning.embedding, undefined, undefined], magnification: [-1] },
      outputs: [context],
    },
    guidance: { inputs: { z: latent, target: [-1, 3, undefined, undefined] }, outputs: [latent] },
    embedder: { inputs: { image }, outputs: [[-1, conditioning.embedding]] },
  };
}
