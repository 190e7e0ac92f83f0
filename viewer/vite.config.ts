import { defineConfig } from 'vite';

/** Where `vite` and `vite preview` find an API while the page is worked on: TESSERA_API=http://127.0.0.1:8080 npx vite viewer */
const target = process.env.TESSERA_API ?? 'http://127.0.0.1:8080';
const proxy = { '/v1': target, '/openapi.json': target };

// The page is files beside one another that work from any path below a host; nothing of it comes from elsewhere.
export default defineConfig({
  base: './',
  clearScreen: false,
  build: {
    outDir: 'dist/page',
    emptyOutDir: true,
    target: 'es2022',
    // A strict Content-Security-Policy needs no exception then.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy },
  preview: { proxy },
});
