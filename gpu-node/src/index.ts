export { type Bundle, openBundle } from './bundle/open-bundle.js';
