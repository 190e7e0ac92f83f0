// `npm run demo`: installs and builds what is missing, renders a slide, and says where it is and what to try next.
import { mkdirSync, readFileSync } from 'node:fs';
import { must, ROOT } from './run.mjs';
import { setup } from './setup.mjs';

const started = performance.now();
const SLIDE = 'demo/slide.svs.tif';
const PICTURE = 'demo/slide.png';
const REPORT = 'demo/report.json';

await setup();
mkdirSync(`${ROOT}demo`, { recursive: true });
const picture = '--size 2048x2048 --power 20 --seed 3 --tissue breast'.split(' ');
const render = ['cli/bin/tessera.js', 'render', ...picture];
await must(process.execPath, [...render, '--out', SLIDE, '--report', REPORT, '--force']);

const { writePreview } = await import('../tiler/dist/index.js');
await writePreview(`${ROOT}${SLIDE}`, `${ROOT}${PICTURE}`);

const { seconds } = JSON.parse(readFileSync(`${ROOT}${REPORT}`, 'utf8'));
const elapsed = Math.round((performance.now() - started) / 1000);
console.log(`
  ${PICTURE}       a picture to look at
  ${SLIDE}   the slide: OpenSlide, QuPath, ASAP and others open it
  ${REPORT}     what was done

Rendered in ${Math.round(seconds.total)} s, ${elapsed} s with installing and building. Try next:

  npx tessera render --size 4096x4096 --seed 8 --out demo/large.svs.tif
  npx tessera render --like ${PICTURE} --seed 9 --out demo/like.png
  npx tessera render --size 32768x32768 --plan
  npx tessera render --help
`);
