import { type Setting, variable } from './setting.js';
import { SECTIONS } from './settings.js';

const HEAD = `# Configuration

Generated from \`cli/src/config/settings.ts\` by \`npm run generate\`.

Each setting can be given as a flag, as an environment variable or in a file; the first of these that is there counts. The file is
YAML, \`--config FILE\` or \`TESSERA_CONFIG\`, with one section for each kind of command; keys are the names of flags:

    coordinator:
      grpc: 127.0.0.1:50051
      state: /var/lib/tessera
      nats: nats://127.0.0.1:4222
    client:
      coordinator: 127.0.0.1:50051

Several values are a list in a file, a repeated flag, or text with commas. A key or a \`TESSERA_...\` variable that there is none of is an
error which names the nearest one; so is a value of the wrong type or out of range. (Variables that Kubernetes sets for a
Service of the name \`tessera-...\` are let through.) \`--print-config\` prints what is in effect, as such a file, with where each value
is from; secrets are not shown. They have no flag, since others see the arguments of a process. Paths are relative to the
working directory.

What decides a picture (\`tessera render --help\`) is not configured here.
`;

const ABOUT = {
  coordinator: '`tessera coordinator`',
  node: '`tessera node`',
  serve: '`tessera serve`: coordinator, node and live page in one process',
  client: '`tessera submit`, `list`, `watch`, `cancel`, `pause`, `resume`, `nodes`',
  store: '`tessera bundle push`',
};

/** docs/configuration.md, from the definitions. */
export function settingsDocument(): string {
  const sections = Object.entries(SECTIONS).map(([section, settings]) => {
    const rows = Object.entries<Setting>(settings).map(([name, setting]) => row(name, setting));
    const head = '| key, flag | variable | value | default | |\n|---|---|---|---|---|';
    return `## \`${section}:\` — ${ABOUT[section as keyof typeof SECTIONS]}\n\n${head}\n${rows.join('\n')}\n`;
  });
  return [HEAD, ...sections].join('\n');
}

function row(name: string, setting: Setting): string {
  const { expected, about, required, decided, secret } = setting;
  const without = setting.default === undefined ? (decided ?? 'off') : `\`${setting.default}\``;
  const cells = [
    `\`${name}\`${secret ? ' (no flag)' : ''}`,
    `\`${variable(name)}\``,
    expected,
    required ? '**required**' : without,
    about,
  ];
  return `| ${cells.join(' | ')} |`;
}
