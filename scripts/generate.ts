// Writes the files that are made from code, or with --check fails when one of them is out of date.
import 'reflect-metadata';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../src/app.module.js';
import { settingsTable } from '../src/config/settings-table.js';
import { parseSettings } from '../src/config/settings.js';
import { asyncApiDocument } from '../src/docs/asyncapi.js';

interface Generated {
  file: string;
  content: () => string | Promise<string>;
}

const GENERATED: Generated[] = [
  { file: '.env.example', content: envExample },
  { file: 'docs/asyncapi.json', content: asyncApi },
];

const check = process.argv.includes('--check');
for (const { file, content } of GENERATED) {
  const fresh = await content();
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

/** With the default settings. Nothing of the application is started: the document is made of its classes alone. */
async function asyncApi(): Promise<string> {
  const module = AppModule.register({ settings: parseSettings({}), databaseUrl: '' });
  const app = await NestFactory.create(module, { preview: true, logger: false, abortOnError: false });
  return `${JSON.stringify(asyncApiDocument(app), undefined, 2)}\n`;
}
