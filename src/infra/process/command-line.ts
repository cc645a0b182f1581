import { SettingRow } from '../../config/settings-table.js';

const USAGE = 'Usage: npm start, or node dist/src/main.js. Settings come from the environment, or a file .env:';
const INDENT = '      ';

/** What the process says instead of running, or undefined when it shall run. */
export interface Answer {
  text: string;
  exitCode: 0 | 2;
}

export function answerCommandLine(args: string[], settings: SettingRow[]): Answer | undefined {
  const unknown = args.find((arg) => arg !== '--help' && arg !== '-h');
  if (unknown !== undefined) return { text: `Unknown argument ${unknown}; try --help.\n`, exitCode: 2 };
  if (args.length === 0) return undefined;
  const rows = settings.map((row) => `  ${row.name}=${row.default}\n${INDENT}${row.description}\n`);
  return { text: `${USAGE}\n\n${rows.join('')}`, exitCode: 0 };
}
