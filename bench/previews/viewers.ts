import { look, type Screen } from './viewer.js';

// A process of ten who look at one job: half at the whole picture, half at a part of it in full size.
//   node bench/dist/previews/viewers.js http://host:port/v1/jobs/ID SIDE

const VIEWERS = 10;

const [job, side] = process.argv.slice(2);
const full = Math.ceil(Math.log2(Number(side)));
const whole: Screen = { z: full - 1, scale: 2, left: 0, top: 0, ...tiles(Number(side) / 2) };
const part = (number: number): Screen => ({
  z: full,
  scale: 1,
  left: number % 2,
  top: (number >> 1) % 2,
  ...tiles(768),
});

function tiles(pixels: number) {
  const count = Math.min(4, Math.ceil(pixels / 256));
  return { columns: count, rows: count };
}

const counts = await Promise.all(
  Array.from({ length: VIEWERS }, (_, number) => look(job!, number % 2 === 0 ? whole : part(number))),
);
const sum = (field: 'asked' | 'shown') => counts.reduce((total, count) => total + count[field], 0);
process.stdout.write(JSON.stringify({ asked: sum('asked'), shown: sum('shown') }));
