import { DECODE_NAMES, type DecodeName } from '@tessera/coordinator';
import { FUSION_NAMES, type FusionName, SAMPLER_NAMES, WINDOW_NAMES, type WindowName } from '@tessera/tiler';
import { type Command, Option } from 'commander';
import { defaultBundle } from '../bundle-path.js';
import { choice, decimal, integer, parseInterval, parseLead, parseSeed, parseSize } from './arguments.js';

/** What was typed after `tessera render`, parsed. What is undefined comes from the bundle. */
export interface RenderOptions {
  size: { width: number; height: number };
  seed: bigint;
  power?: number;
  out?: string;
  quality: number;
  force?: true;
  bundle: string;
  like?: string;
  grid?: string;
  tissue?: string;
  saveGrid?: string;
  sampler?: string;
  steps?: number;
  eta?: number;
  guidanceScale?: number;
  guidanceInterval?: [number, number];
  projection?: string;
  lead?: number | 'all';
  guideBlur?: number;
  overlap?: number;
  window?: WindowName;
  fusion?: FusionName;
  postPass?: true;
  decode?: DecodeName;
  device: string;
  threads?: number;
  batch?: number;
  barrier?: true;
  plan?: true;
  report?: string;
  json?: true;
  coordinator?: string;
}

const FROM_BUNDLE = { decided: "the bundle's" };

/** Declares every option of `tessera render`, each with its default. */
export function addRenderOptions(command: Command): Command {
  const add = (...option: Parameters<typeof renderOption>) => command.addOption(renderOption(...option));

  command.optionsGroup('Picture:');
  add(
    '-o, --out <file>',
    'where it goes: .svs.tif .ome.tif .tif .dzi .png .jpg (only --plan does without)',
    {},
  );
  add('--size <WxH>', 'canvas, px', {
    parse: parseSize,
    value: { width: 2048, height: 2048 },
    said: '2048x2048',
  });
  add('--power <x>', 'magnification of the canvas, one that the bundle has', {
    parse: decimal('--power'),
    decided: "the bundle's finest",
  });
  add('--seed <n>', 'the same seed gives the same picture', { parse: parseSeed, value: 0n, said: '0' });
  add('--quality <q>', 'JPEG quality', { parse: integer('--quality', 1, 100), value: 90 });
  add('--force', 'write over what is there and forget unfinished work', { decided: 'off' });

  command.optionsGroup('Starting content (from the seed alone if none is given):');
  add('--bundle <dir>', 'model bundle', { value: defaultBundle(), said: 'the one in models/' });
  add('--like <image>', 'like this image, of any size, its pixels taken to be at the finest scale', {
    conflicts: ['grid', 'tissue'],
  });
  add('--grid <file.npy>', 'embedding grid E,H,W: a vector for every tile at the finest scale', {
    conflicts: ['tissue'],
  });
  add('--tissue <name>', "a label of the bundle's layout model", { decided: 'drawn by the seed' });
  add('--save-grid <file.npy>', 'write the embedding grid that was used', { decided: 'not written' });

  command.optionsGroup('Sampling:');
  add('--sampler <name>', SAMPLER_NAMES.join(', '), FROM_BUNDLE);
  add('--steps <n>', 'sampling steps', { parse: integer('--steps'), ...FROM_BUNDLE });
  add('--eta <e>', 'fresh noise of ddim, 0..1', { parse: decimal('--eta'), decided: '0' });
  add('--guidance-scale <s>', 'classifier-free guidance, 1 = off', {
    parse: decimal('--guidance-scale'),
    ...FROM_BUNDLE,
  });
  add('--guidance-interval <a..b>', 'part of the steps where it applies', {
    parse: parseInterval,
    decided: '0..1',
  });
  add('--post-pass', 're-noise the finished canvas and take a few fused steps', { decided: 'off' });

  command.optionsGroup('Agreement of levels and tiles:');
  add(
    '--projection <mode>',
    'input, newton, backprojection, bundle, a sum of them (input+backprojection) or off',
    {
      ...FROM_BUNDLE,
    },
  );
  add('--lead <n>', "steps a guide is ahead of its tile; 'all': the level above is finished first", {
    parse: parseLead,
    ...FROM_BUNDLE,
  });
  add('--guide-blur <b>', 'how soft the denoiser is told its guide is, 0..1', {
    parse: decimal('--guide-blur'),
    decided: "the bundle's table",
  });
  add('--overlap <part>', 'overlap of neighbouring tiles, 0..0.75 of a tile', {
    parse: decimal('--overlap'),
    ...FROM_BUNDLE,
  });
  add('--window <name>', WINDOW_NAMES.join(', '), {
    parse: choice('--window', WINDOW_NAMES),
    ...FROM_BUNDLE,
  });
  add('--fusion <name>', FUSION_NAMES.join(', '), {
    parse: choice('--fusion', FUSION_NAMES),
    ...FROM_BUNDLE,
  });
  add(
    '--decode <how>',
    `${DECODE_NAMES.join(', ')}: as it is, corrected to the level above, as the paper does it`,
    {
      parse: choice('--decode', DECODE_NAMES),
      decided: 'blend',
    },
  );

  command.optionsGroup('Running:');
  add('--device <name>', 'execution provider: cpu, cuda:0, webgpu ...', { value: 'cpu' });
  add('--threads <n>', 'threads of the device', {
    parse: integer('--threads', 1, 1024),
    decided: 'as the machine allows',
  });
  add('--batch <n>', 'tiles evaluated together', {
    parse: integer('--batch', 1, 1024),
    decided: 'measured at start',
  });
  add('--barrier', 'all tiles in lockstep, for comparison', { decided: 'off' });
  add('--coordinator <host:port>', 'have the farm of that coordinator render it', {
    decided: 'this process',
  });
  add('--plan', 'say what would be done, and do nothing', { decided: 'off' });
  add('--report <file>', 'write what was done, as JSON', { decided: 'not written' });
  add('--json', 'one JSON document on standard output and nothing else', { decided: 'off' });
  return command;
}

interface OptionShape {
  readonly parse?: (text: string) => unknown;
  /** Default value, and how --help says it where it is not to be printed as it is. */
  readonly value?: unknown;
  readonly said?: string;
  /** How --help says a default that is decided later. */
  readonly decided?: string;
  /** Options that say the same thing in another way. */
  readonly conflicts?: readonly string[];
}

function renderOption(flags: string, about: string, shape: OptionShape): Option {
  const { parse, value, said, decided, conflicts } = shape;
  const option = new Option(flags, decided === undefined ? about : `${about} (default: ${decided})`);
  if (parse !== undefined) option.argParser(parse);
  if (value !== undefined) option.default(value, said);
  if (conflicts !== undefined) option.conflicts([...conflicts]);
  return option;
}
