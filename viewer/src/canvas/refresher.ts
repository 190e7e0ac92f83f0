import type OpenSeadragon from 'openseadragon';
import type { News } from '../session/watched-job.js';

/** Tiles that are fetched anew at a time; a browser has six connections to a host, and two are event streams. */
const AT_ONCE = 3;

/** Time until a tile that could not be had is asked for again, ms. */
const RETRY = 700;

interface Waiting {
  readonly tile: OpenSeadragon.Tile;
  readonly at: number;
}

/** OpenSeadragon's own types lack the invalidation of chosen tiles. */
interface InvalidatingWorld {
  requestTileInvalidateEvent(tiles: OpenSeadragon.Tile[], stamp: number, restore: boolean): Promise<void>;
}

/**
 * Replaces tiles that show something old, one by one and without a flicker: the new picture is fetched first, then swapped in. Tiles in
 * sight go first; those out of sight are dropped, and come anew when they are looked at.
 */
export class Refresher {
  readonly #waiting = new Map<string, Waiting>();
  readonly #fresh = new Map<OpenSeadragon.Tile, Blob>();
  /** Tiles that could not be had, which OpenSeadragon never asks for again. */
  readonly #failed = new Set<OpenSeadragon.Tile>();
  #retry: ReturnType<typeof setTimeout> | undefined;
  #running = 0;

  constructor(
    private readonly viewer: OpenSeadragon.Viewer,
    /** The address of a tile as it is now. */
    private readonly urlOf: (tile: OpenSeadragon.Tile) => string,
    /** Called when a tile shows what was new at a moment of the coordinator's clock, ms. */
    private readonly onShown: (at: number) => void,
  ) {
    viewer.addHandler('tile-load-failed', ({ tile }) => {
      this.#failed.add(tile);
      this.#retry ??= setTimeout(() => this.#again(), RETRY);
    });
    viewer.addHandler(
      'tile-invalidated' as never,
      ((event: { tile: OpenSeadragon.Tile; setData: (data: Blob, type: string) => Promise<void> }) => {
        const blob = this.#fresh.get(event.tile);
        if (blob === undefined) return undefined;
        this.#fresh.delete(event.tile);
        return event.setData(blob, 'rasterBlob');
      }) as never,
    );
  }

  /** Takes note that regions show something new. */
  take(news: readonly News[]): void {
    const image = this.viewer.world.getItemAt(0);
    if (image === undefined) return;
    const inSight = new Set(image.getTilesToDraw().map(({ tile }) => tile));
    for (const tile of this.viewer.tileCache.getLoadedTilesFor(image)) {
      const touching = news.filter(({ region }) => region === undefined || touches(image, tile, region));
      if (touching.length === 0) continue;
      if (!inSight.has(tile)) this.viewer.tileCache.unloadTile(tile, true);
      else {
        const key = `${tile.level}/${tile.x}_${tile.y}`;
        // The oldest news a tile still lacks is what it lags by.
        const at = this.#waiting.get(key)?.at ?? Math.min(...touching.map((one) => one.at));
        this.#waiting.set(key, { tile, at });
      }
    }
    this.#next();
  }

  /** Forgets what waits. */
  clear(): void {
    this.#waiting.clear();
    this.#fresh.clear();
    this.#failed.clear();
    clearTimeout(this.#retry);
    this.#retry = undefined;
  }

  /** A tile that is not there yet, or whose server is being started again, may be there now. */
  #again(): void {
    this.#retry = undefined;
    for (const tile of this.#failed) tile.exists = true;
    this.#failed.clear();
    // A clip, even none, is what makes a picture that stands still look for its tiles again.
    this.viewer.world.getItemAt(0)?.setClip(null);
  }

  #next(): void {
    while (this.#running < AT_ONCE && this.#waiting.size > 0) {
      // The finest first: it hides the others.
      const [key, wanted] = [...this.#waiting].reduce((a, b) => (b[1].tile.level > a[1].tile.level ? b : a));
      this.#waiting.delete(key);
      this.#running++;
      this.#replace(wanted)
        .catch(() => undefined)
        .finally(() => {
          this.#running--;
          this.#next();
        });
    }
  }

  async #replace({ tile, at }: Waiting): Promise<void> {
    const answer = await fetch(this.urlOf(tile), { cache: 'no-cache' });
    if (!answer.ok || !tile.loaded) return;
    this.#fresh.set(tile, await answer.blob());
    const world = this.viewer.world as unknown as InvalidatingWorld;
    await world.requestTileInvalidateEvent([tile], performance.now() + performance.timeOrigin, false);
    this.viewer.forceRedraw();
    this.onShown(at);
  }
}

function touches(
  image: OpenSeadragon.TiledImage,
  tile: OpenSeadragon.Tile,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
): boolean {
  const scale = image.source.getLevelScale(tile.level);
  const side = image.source.getTileWidth(tile.level) / scale;
  const [left, top] = [tile.x * side, tile.y * side];
  return x < left + side && x + width > left && y < top + side && y + height > top;
}
