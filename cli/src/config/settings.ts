import { address, type Settings, several, text, textLike, whole } from './setting.js';

const BUNDLE = {
  ...several(text('dir', 'a folder')),
  decided: 'the one in models/',
};

const NATS = {
  ...several(textLike('url', /^(nats|tls):\/\/[^@]+$/, 'nats://host:port or tls://host:port')),
  decided: 'no NATS',
};

/** `tessera coordinator`. */
export const COORDINATOR = {
  grpc: { ...address(), about: 'where jobs are taken; port 0 takes a free one', required: true },
  state: {
    ...text('dir', 'a folder'),
    about: 'folder of the jobs, which is made if it is not there',
    required: true,
  },
  bundle: { ...BUNDLE, about: 'model bundle that jobs may ask for' },
  nats: { ...NATS, about: 'NATS server of the farm, or several of one cluster' },
  node: { ...address(), about: 'the one node of a farm without NATS', decided: 'none' },
} satisfies Settings;

/** `tessera node`. */
export const NODE = {
  listen: { ...address(), about: 'where coordinators reach it; port 0 takes a free one', required: true },
  bundle: { ...BUNDLE, about: 'model bundle that it serves' },
  nats: { ...NATS, about: 'NATS server of the farm, or several of one cluster' },
  name: {
    ...textLike(
      'name',
      /^(?=.{1,63}$)[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/,
      'at most 63 letters, digits, -, _ and inner dots',
    ),
    about: 'unique in the farm',
    decided: 'host and port',
  },
  device: {
    ...text('name', 'an execution provider'),
    about: 'execution provider: cpu, cuda:0, webgpu ...',
    default: 'cpu',
  },
  threads: { ...whole(1, 1024), about: 'threads of the device', decided: 'as the machine allows' },
  batch: { ...whole(1, 1024), about: 'tiles evaluated together', decided: 'measured at start' },
} satisfies Settings;

/** `tessera submit`, `list`, `watch` and all others that ask a coordinator. */
export const CLIENT = {
  coordinator: { ...address(), about: 'whom to ask', required: true },
} satisfies Settings;

/** All settings, by the part of the file that they are in. */
export const SECTIONS = { coordinator: COORDINATOR, node: NODE, client: CLIENT } as const;

export type Section = keyof typeof SECTIONS;
