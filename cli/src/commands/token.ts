import { TOKEN_ROLES } from '@tessera/farm/security';
import { Command } from 'commander';
import { choice } from '../render/arguments.js';
import { addToken } from '../security/add-token.js';
import { addJson } from './options.js';

const EXAMPLES = `
Example:
  tessera token --file tokens.json --name ci --role submitter > ci.token
  tessera coordinator --tokens tokens.json ...
  tessera submit --token-file ci.token ...

The token is printed once and kept nowhere; the file holds its SHA-256. To take a token back, remove its entry: a coordinator
looks at the file every few seconds.`;

interface TokenOptions {
  readonly file: string;
  readonly name: string;
  readonly role: (typeof TOKEN_ROLES)[number];
  readonly json?: true;
}

/** `tessera token`. */
export function tokenCommand(): Command {
  const command = new Command('token')
    .description('Makes a bearer token for callers of a coordinator.')
    .requiredOption('--file <file>', 'where its digest is added, made if it is not there (required)')
    .requiredOption('--name <name>', 'who has it, for logs (required)')
    .requiredOption('--role <role>', `${TOKEN_ROLES.join(', ')} (required)`, choice('--role', TOKEN_ROLES));
  return addJson(command)
    .addHelpText('after', EXAMPLES)
    .action(async ({ file, name, role, json }: TokenOptions) => {
      const token = await addToken(file, name, role);
      process.stdout.write(json ? `${JSON.stringify({ token, name, role })}\n` : `${token}\n`);
    });
}
