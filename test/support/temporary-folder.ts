import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A new folder that other accounts can enter: as root, the embedded Postgres runs as one. The caller removes it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-test-'));
  chmodSync(folder, 0o711);
  return folder;
}
