import type { JobView } from '@tessera/coordinator/schema/job.js';
import OpenSeadragon from 'openseadragon';
import type { Place, Shown } from '../link/view-link.js';
import type { News } from '../session/watched-job.js';
import type { Lying } from './marks.js';
import { Refresher } from './refresher.js';
import { tileSource } from './tile-source.js';

/** Screen px that a px of the finest tiles spans at least, of a picture that is made and of one in the making. */
const FINEST_MADE = 0.5;
const FINEST_IN_THE_MAKING = 1;

export interface PictureViewOptions {
  readonly element: HTMLElement;
  /** Called after each frame in which something moved or changed. */
  readonly onFrame: () => void;
  /** Called when a tile shows what was new at a moment of the coordinator's clock, ms. */
  readonly onShown: (at: number) => void;
}

/** OpenSeadragon for one picture that is in the making or made. */
export class PictureView {
  readonly #viewer: OpenSeadragon.Viewer;
  readonly #refresher: Refresher;
  #job: JobView | undefined;
  #version = 0;
  #made = false;
  /** Whether the whole is shown, and nobody has moved since. */
  #whole = false;

  constructor({ element, onFrame, onShown }: PictureViewOptions) {
    keepStylesOut();
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.#viewer = OpenSeadragon({
      element,
      showNavigationControl: false,
      drawer: 'canvas',
      animationTime: still ? 0 : 0.6,
      blendTime: 0,
      // Else coarse tiles are fetched first and renewed below fine ones.
      immediateRender: true,
      imageLoaderLimit: 4,
      maxZoomPixelRatio: 8,
      minZoomImageRatio: 0.6,
      visibilityRatio: 0.3,
      zoomPerScroll: 1.3,
      gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
      // Tiles of a job that is not running any more and not done cannot be had: no row of errors for it.
      tileRetryMax: 0,
    } as OpenSeadragon.Options);
    // Keys are ours: see keys/shortcuts.ts.
    this.#viewer.addHandler('canvas-key', (event) => {
      event.preventDefaultAction = true;
    });
    // A window of another size shows the whole still, unless one has moved.
    this.#viewer.addHandler('resize', () => {
      if (this.#whole) requestAnimationFrame(() => this.#whole && this.whole());
    });
    for (const moved of ['canvas-drag', 'canvas-scroll', 'canvas-pinch', 'canvas-double-click'] as const)
      this.#viewer.addHandler(moved, () => {
        this.#whole = false;
      });
    this.#viewer.addHandler('update-viewport', onFrame);
    this.#viewer.addHandler('open', onFrame);
    this.#refresher = new Refresher(
      this.#viewer,
      (tile) => this.#viewer.world.getItemAt(0)!.source.getTileUrl(tile.level, tile.x, tile.y) as string,
      onShown,
    );
    const canvas = element.querySelector<HTMLElement>('.openseadragon-canvas');
    canvas?.setAttribute('role', 'application');
    canvas?.setAttribute('aria-roledescription', 'deep-zoom picture');
    canvas?.setAttribute(
      'aria-label',
      'Picture. Arrow keys move it, plus and minus zoom, 0 shows the whole.',
    );
  }

  /** Shows a job, from its whole or from a place; or the same job with other toggles, where one looks already. */
  open(job: JobView, shown: Shown, place: Place | undefined): void {
    const from = this.#whole ? undefined : this.#job?.id === job.id ? this.place : place;
    this.#job = job;
    this.#version++;
    this.#refresher.clear();
    const source = tileSource(job, shown, () => `${this.#version}`);
    this.#viewer.addOnceHandler('open', () => this.#setSharpness());
    this.#viewer.addOnceHandler('open', () => (from === undefined ? this.whole() : this.look(from, true)));
    this.#viewer.open(source as never);
  }

  /** Whether the picture is made: one in the making is shown by its latents, of which larger tiles show as much and are fewer. */
  set made(made: boolean) {
    this.#made = made;
    this.#setSharpness();
  }

  #setSharpness(): void {
    const image = this.#viewer.world?.getItemAt(0) as { minPixelRatio?: number } | undefined;
    if (image === undefined) return;
    image.minPixelRatio = this.#made ? FINEST_MADE : FINEST_IN_THE_MAKING;
    this.#viewer.forceRedraw();
  }

  /** Shows nothing. */
  clear(): void {
    this.#job = undefined;
    this.#refresher.clear();
    this.#viewer.close();
  }

  /** Fetches again what shows something old. */
  renew(news: readonly News[]): void {
    this.#version++;
    this.#refresher.take(news);
    this.#viewer.forceRedraw();
  }

  /** Where one looks; undefined while no picture is open. */
  get place(): Place | undefined {
    const lying = this.lying;
    if (lying === undefined) return undefined;
    const { x, y } = this.#viewer.viewport.getContainerSize();
    return { x: (x / 2 - lying.left) / lying.zoom, y: (y / 2 - lying.top) / lying.zoom, zoom: lying.zoom };
  }

  /** Where the picture lies on the screen, as last drawn. */
  get lying(): Lying | undefined {
    const image = this.#viewer.world.getItemAt(0);
    if (image === undefined || this.#job === undefined) return undefined;
    const corner = image.imageToViewerElementCoordinates(new OpenSeadragon.Point(0, 0));
    const other = image.imageToViewerElementCoordinates(new OpenSeadragon.Point(this.#job.width, 0));
    return { left: corner.x, top: corner.y, zoom: (other.x - corner.x) / this.#job.width };
  }

  /** Moves to a place. */
  look({ x, y, zoom }: Place, atOnce = false): void {
    const image = this.#viewer.world.getItemAt(0);
    if (image === undefined) return;
    this.#whole = false;
    const { viewport } = this.#viewer;
    viewport.zoomTo(image.imageToViewportZoom(zoom), undefined, atOnce);
    viewport.panTo(image.imageToViewportCoordinates(new OpenSeadragon.Point(x, y)), atOnce);
  }

  /** Shows the whole picture. */
  whole(): void {
    this.#whole = true;
    this.#viewer.viewport?.goHome(true);
  }

  zoomBy(factor: number): void {
    this.#whole = false;
    this.#viewer.viewport?.zoomBy(factor);
    this.#viewer.viewport?.applyConstraints();
  }

  /** Moves by fractions of what is in sight. */
  panBy(x: number, y: number): void {
    this.#whole = false;
    const { viewport } = this.#viewer;
    const { width, height } = viewport.getBounds();
    viewport.panBy(new OpenSeadragon.Point(x * width, y * height));
    viewport.applyConstraints();
  }

  close(): void {
    this.#refresher.clear();
    this.#viewer.destroy();
  }
}

/** The viewer adds a style element unless there is one, and the page's policy lets none in. One of no namespace is none to the browser. */
function keepStylesOut(): void {
  const mark = 'data-openseadragon-mobile-css';
  if (document.querySelector(`style[${mark}]`)) return;
  const style = document.createElementNS(null, 'style');
  style.setAttribute(mark, '');
  document.head.append(style);
}
