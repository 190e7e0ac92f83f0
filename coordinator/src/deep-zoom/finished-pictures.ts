import { LRUCache } from 'lru-cache';
import { FinishedPicture } from './finished-picture.js';

/** Pictures that were looked at last: what is kept of each is a list of its images. */
export class FinishedPictures {
  readonly #opened = new LRUCache<string, Promise<FinishedPicture>>({ max: 256 });

  /** Rejects where the file cannot be read; the next time it is tried again. */
  open(path: string): Promise<FinishedPicture> {
    let opening = this.#opened.get(path);
    if (opening === undefined) {
      opening = FinishedPicture.open(path);
      this.#opened.set(path, opening);
      opening.catch(() => this.#opened.delete(path));
    }
    return opening;
  }
}
