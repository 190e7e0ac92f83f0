import type { JobView } from '@tessera/coordinator/schema/job.js';
import { TileSource } from 'openseadragon';
import { address } from '../api/http.js';
import type { Shown } from '../link/view-link.js';

const TILE = 256;

/** A picture as OpenSeadragon asks for it: DeepZoom, tiles of 256 px without overlap. */
export function tileSource(job: JobView, { level, difference }: Shown, version: () => string): TileSource {
  const { id, width, height } = job;
  const show = [
    ...(level === undefined ? [] : [`level=${level}`]),
    ...(difference ? ['show=difference'] : []),
  ];
  const source = new TileSource({
    width,
    height,
    tileSize: TILE,
    tileOverlap: 0,
    minLevel: 0,
    maxLevel: Math.ceil(Math.log2(Math.max(width, height, 2))),
  } as never);
  source.getTileUrl = (z: number, x: number, y: number) =>
    address(
      `v1/jobs/${encodeURIComponent(id)}/dzi_files/${z}/${x}_${y}.jpg?${[...show, `v=${version()}`].join('&')}`,
    );
  return source;
}
