import { spawnSync } from 'node:child_process';
import { OperatorError } from '../../../common/operator-error.js';

/** The account that Postgres runs as, where it is not our own: it refuses to run as root. */
export interface Account {
  uid: number;
  gid: number;
}

/** @throws when this process is root and there is no account to run Postgres as, or it may not become that one. */
export function unprivilegedAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const account = lookUp('postgres') ?? lookUp('nobody');
  if (!account)
    throw new OperatorError(
      'Running as root, and there is no account postgres or nobody to run Postgres as: set DATABASE_URL.',
    );
  const { error } = spawnSync('true', { ...account, cwd: '/' });
  if (error)
    throw new OperatorError(
      'Running as root without the right to become another account (CAP_SETUID): set DATABASE_URL.',
      {
        cause: error,
      },
    );
  return account;
}

/** Whether the account can run the file, or enter the folder. */
export function canReach(account: Account, file: string): boolean {
  return spawnSync('test', ['-x', file], { ...account, cwd: '/' }).status === 0;
}

function lookUp(name: string): Account | undefined {
  const uid = id('-u', name);
  const gid = id('-g', name);
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

function id(flag: string, name: string): number | undefined {
  const { status, stdout } = spawnSync('id', [flag, name], { encoding: 'utf8' });
  return status === 0 ? Number(stdout) : undefined;
}
