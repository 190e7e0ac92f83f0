import { signal } from '@preact/signals';
import type { PictureView } from './picture-view.js';

/** The canvas there is, for the keys and buttons that move it. */
export const currentView = signal<PictureView | undefined>(undefined);
