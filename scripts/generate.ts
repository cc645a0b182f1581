// Writes the files that are made from code, or with --check fails when one of them is out of date.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { settingsTable } from '../src/config/settings-table.js';

interface Generated {
  file: string;
  content: () => string;
}

const GENERATED: Generated[] = [{ file: '.env.example', content: envExample }];

const check = process.argv.includes('--check');
for (const { file, content } of GENERATED) {
  const fresh = content();
  if (existsSync(file) && readFileSync(file, 'utf8') === fresh) continue;
  if (check) {
    process.stderr.write(`${file} is out of date: run npm run generate.\n`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, fresh);
    process.stdout.write(`Wrote ${file}.\n`);
  }
}

function envExample(): string {
  const header =
    '# Every setting, with its default. Copy to .env and change what you need; the environment wins over the file.\n';
  return (
    header +
    settingsTable()
      .map((row) => `\n# ${row.description}\n#${row.name}=${row.default}\n`)
      .join('')
  );
}
