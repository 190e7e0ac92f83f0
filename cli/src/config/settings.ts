import { address, type Settings, several, text, textLike, toggle, whole } from './setting.js';

const BUNDLE = {
  ...several(text('dir', 'a folder')),
  decided: 'the one in models/',
};

const BUNDLE_STORE = {
  ...text('dir', 'a folder'),
  about:
    'mounted folder of bundles; what a job asks for that is not here is fetched from it, or from the store in NATS',
  decided: 'none',
} as const;

const NATS = {
  ...several(textLike('url', /^(nats|tls):\/\/[^@]+$/, 'nats://host:port or tls://host:port')),
  decided: 'no NATS',
};

const NATS_ACCESS = {
  'nats-creds': {
    ...text('file', 'a file'),
    about: 'credentials of a NATS user, as nsc writes them',
    decided: 'none',
  },
  'nats-user': { ...text('name'), about: 'user of NATS', decided: 'none' },
  'nats-password': { ...text('password'), about: 'its password', decided: 'none', secret: true },
  'nats-ca': {
    ...text('file', 'a file'),
    about: 'authority of the certificate of a tls:// NATS server, PEM',
    decided: "tls-ca, else the machine's",
  },
} satisfies Settings;

const TLS = {
  'tls-cert': { ...text('file', 'a file'), about: 'certificate, PEM', decided: 'plaintext' },
  'tls-key': { ...text('file', 'a file'), about: 'its private key, PEM', decided: 'plaintext' },
  'tls-ca': {
    ...text('file', 'a file'),
    about: 'authority whose certificates are believed, PEM',
    decided: 'plaintext',
  },
} satisfies Settings;

const INSECURE_PLAINTEXT = {
  'insecure-plaintext': {
    ...toggle(),
    about: 'go beyond this machine without TLS: something else encrypts, or the network is trusted',
    default: false,
  },
} satisfies Settings;

const INSECURE = {
  ...INSECURE_PLAINTEXT,
  'insecure-no-auth': {
    ...toggle(),
    about: 'let whoever reaches it from another machine do anything',
    default: false,
  },
} satisfies Settings;

const OPERATION = {
  metrics: {
    ...address(),
    about: 'where /metrics, /livez and /readyz are answered; port 0 takes a free one',
    decided: 'nowhere',
  },
  'log-level': {
    ...textLike(
      'level',
      /^(silent|fatal|error|warn|info|debug|trace)$/,
      'silent, fatal, error, warn, info, debug or trace',
    ),
    about: 'least important lines that are logged, as JSON on standard error',
    default: 'info',
  },
} satisfies Settings;

const ENTRANCE = {
  tokens: {
    ...text('file', 'a file'),
    about: 'bearer tokens that are let in, made by `tessera token`',
    decided: 'none asked for',
  },
  'rate-limit': {
    ...whole(1, 1_000_000),
    about: 'requests a second that one caller may make, averaged over ten',
    decided: '200 where callers are told apart, else no limit',
  },
} satisfies Settings;

const HISTORY = {
  'history-limit': {
    ...whole(1, 1_000_000),
    about: 'ended jobs that are remembered, some 35 KB each; pictures stay when theirs is forgotten',
    default: 1000,
  },
  'ttl-after-finished': {
    ...whole(0, 1_000_000_000),
    about: 'seconds after its end that a job is remembered',
    decided: 'as long as the number allows',
  },
} satisfies Settings;

const DEVICE = {
  device: {
    ...text('name', 'an execution provider'),
    about: 'execution provider: cpu, cuda:0, webgpu ...',
    default: 'cpu',
  },
  threads: { ...whole(1, 1024), about: 'threads of the device', decided: 'as the machine allows' },
  batch: { ...whole(1, 1024), about: 'tiles evaluated together', decided: 'measured at start' },
} satisfies Settings;

/** `tessera coordinator`. */
export const COORDINATOR = {
  grpc: { ...address(), about: 'where jobs are taken; port 0 takes a free one', required: true },
  http: {
    ...address(),
    about: 'where the HTTP API and the live page are; port 0 takes a free one',
    decided: 'nowhere',
  },
  state: {
    ...text('dir', 'a folder'),
    about: 'folder of the jobs, which is made if it is not there',
    required: true,
  },
  checkpoints: {
    ...textLike('where', /^(folder|nats)$/, 'folder or nats'),
    about:
      'where the state of jobs that run is kept: with --state, which coordinators share then, or in NATS',
    default: 'folder',
  },
  bundle: { ...BUNDLE, about: 'model bundle that jobs may ask for' },
  'bundle-store': BUNDLE_STORE,
  nats: { ...NATS, about: 'NATS server of the farm, or several of one cluster' },
  'nats-jobs-creds': {
    ...text('file', 'a file'),
    about: 'credentials of a user of the NATS account that jobs are kept in',
    decided: 'as for all else',
  },
  'nats-jobs-user': {
    ...text('name'),
    about: 'user of the NATS account that jobs are kept in',
    decided: 'with the frames',
  },
  'nats-jobs-password': { ...text('password'), about: 'its password', decided: 'none', secret: true },
  node: { ...address(), about: 'the one node of a farm without NATS', decided: 'none' },
  ...HISTORY,
  ...ENTRANCE,
  ...TLS,
  ...NATS_ACCESS,
  ...INSECURE,
  ...OPERATION,
} satisfies Settings;

/** `tessera node`. */
export const NODE = {
  listen: { ...address(), about: 'where coordinators reach it; port 0 takes a free one', required: true },
  advertise: {
    ...address(),
    about:
      'what coordinators are told to reach it at, where that is another address: behind a port mapping, a proxy',
    decided: 'where it listens',
  },
  bundle: { ...BUNDLE, about: 'model bundle that it serves' },
  'bundle-store': BUNDLE_STORE,
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
  ...DEVICE,
  ...TLS,
  ...NATS_ACCESS,
  ...INSECURE,
  ...OPERATION,
} satisfies Settings;

/** `tessera serve`: a coordinator, a node and the live page in one process. */
export const SERVE = {
  http: {
    ...address(),
    about: 'where the live page and the HTTP API are; port 0 takes a free one',
    default: '127.0.0.1:8080',
  },
  grpc: {
    ...address(),
    about: 'where `tessera submit`, `list` ... are answered; port 0 takes a free one',
    default: '127.0.0.1:0',
  },
  state: {
    ...text('dir', 'a folder'),
    about: 'folder of the jobs, which is made if it is not there',
    default: 'tessera-jobs',
  },
  bundle: { ...BUNDLE, about: 'model bundle that pictures may be asked of' },
  ...DEVICE,
  ...HISTORY,
  ...ENTRANCE,
  ...TLS,
  ...INSECURE,
  ...OPERATION,
} satisfies Settings;

/** `tessera submit`, `list`, `watch` and all others that ask a coordinator. */
export const CLIENT = {
  coordinator: { ...address(), about: 'whom to ask', required: true },
  token: { ...text('token'), about: 'bearer token', decided: 'none', secret: true },
  'token-file': { ...text('file', 'a file'), about: 'file with the bearer token', decided: 'none' },
  ...TLS,
  ...INSECURE_PLAINTEXT,
} satisfies Settings;

/** `tessera bundle push`. */
export const STORE = {
  nats: { ...NATS, about: 'NATS server of the farm, or several of one cluster', required: true },
  ...NATS_ACCESS,
  ...TLS,
  ...INSECURE_PLAINTEXT,
} satisfies Settings;

/** All settings, by the part of the file that they are in. */
export const SECTIONS = {
  coordinator: COORDINATOR,
  node: NODE,
  serve: SERVE,
  client: CLIENT,
  store: STORE,
} as const;

export type Section = keyof typeof SECTIONS;
