// The one command before a commit: format, lint, types, dependency rules, dead code, generated files, unit tests.
// What has not changed is not looked at again (.cache/); a fresh clone, as in CI, looks at everything.
import { spawnSync } from 'node:child_process';

const steps = [
  ['format', 'prettier --check --log-level warn --cache --cache-location .cache/prettier .'],
  ['lint', 'eslint --max-warnings 0 --cache --cache-strategy content --cache-location .cache/eslint .'],
  ['types', 'tsc -p tsconfig.json --incremental --tsBuildInfoFile .cache/tsc.json'],
  ['dependency rules', 'depcruise --config .dependency-cruiser.cjs src migrations'],
  ['dead code', 'knip'],
  ['generated files', 'npm run --silent generate -- --check'],
  ['unit tests', 'vitest run --project unit --reporter=dot'],
];

for (const [name, command] of steps) {
  const started = Date.now();
  const { status } = spawnSync(`npx --no-install ${command}`.replace('npx --no-install npm', 'npm'), {
    shell: true,
    stdio: 'inherit',
  });
  if (status !== 0) {
    console.error(`check: ${name} failed`);
    process.exit(1);
  }
  console.log(`check: ${name} ok (${((Date.now() - started) / 1000).toFixed(1)} s)`);
}
