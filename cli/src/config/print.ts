import { Document } from 'yaml';
import type { Resolved } from './resolve.js';
import type { Section } from './settings.js';

const REDACTED = '(secret)';

/** What --print-config says: a file with the effective values, each with where it is from. Secrets are left out. */
export function printSettings(section: Section, resolved: readonly Resolved[], json: boolean): string {
  return json ? asJson(section, resolved) : asYaml(section, resolved);
}

function asJson(section: Section, resolved: readonly Resolved[]): string {
  const settings = resolved.map((each) => [each.name, { value: shown(each) ?? null, source: each.source }]);
  return `${JSON.stringify({ [section]: Object.fromEntries(settings) }, undefined, 2)}\n`;
}

function asYaml(section: Section, resolved: readonly Resolved[]): string {
  const document = new Document();
  const settings = document.createNode({}) as ReturnType<typeof document.createNode> & {
    add(pair: unknown): void;
  };
  const unset: string[] = [];
  for (const each of resolved) {
    const { name, setting, value, source } = each;
    if (value === undefined) unset.push(` ${name}: ${setting.decided ?? 'not set'}`);
    else if (setting.secret) unset.push(` ${name}: ${REDACTED}, from ${source}`);
    else {
      const node = document.createNode(value, { flow: true });
      node.comment = ` ${source}`;
      settings.add(document.createPair(name, node));
    }
  }
  document.contents = document.createNode({ [section]: settings });
  const rest = unset.map((line) => `  #${line}\n`).join('');
  return `${document.toString({ lineWidth: 0 })}${rest}`;
}

function shown({ setting, value }: Resolved): unknown {
  return setting.secret && value !== undefined ? REDACTED : value;
}
