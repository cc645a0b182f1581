import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import type { NetworkInterfaceInfo } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { chromiumProgram } from '../../../scripts/chromium/chromium-program.js';
import { eventually } from '../../support/eventually.js';
import { isAlive } from '../../support/is-alive.js';
import { familyOf } from '../../support/process-family.js';
import { removeWhenRunEnds } from '../../support/run-ends.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** For a beforeAll: the first run of all fetches the browser. */
export const CHROMIUM_TIMEOUT_MS = 900_000;
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;

const ARGS = [
  '--headless',
  // Containers give it neither namespaces of its own nor much of /dev/shm.
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--disable-gpu',
  '--no-first-run',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  // A page that nobody looks at works like one that is looked at.
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--remote-debugging-port=0',
];

/** A browser with a camera and a microphone that are none; it ends with the test run, however that ends. */
export class Chromium {
  private constructor(
    private readonly child: ChildProcess,
    readonly folder: string,
    readonly browser: Browser,
  ) {}

  /** @throws where there is no browser, or no network that WebRTC takes */
  static async start(): Promise<Chromium> {
    requireNetwork(networkInterfaces());
    const { program, env } = await chromiumProgram((text) => process.stderr.write(`Chromium for the tests: ${text}\n`));
    const folder = temporaryFolder();
    removeWhenRunEnds(folder);
    const child = spawn(program, [...ARGS, `--user-data-dir=${path.join(folder, 'profile')}`], {
      env: { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
      // A group of its own, which ends as a whole.
      detached: true,
    });
    try {
      const address = await addressOf(child);
      writeFileSync(path.join(folder, 'chromium.pid'), String(-child.pid!));
      return new Chromium(child, folder, await chromium.connectOverCDP(address));
    } catch (error) {
      end(child, folder);
      throw error;
    }
  }

  get pid(): number {
    return this.child.pid!;
  }

  async stop(): Promise<void> {
    const family = [...familyOf(this.pid).keys()];
    end(this.child, this.folder);
    // Its children end a little later than it does, and write to its folder until then.
    await eventually(() => !family.some(isAlive), STOP_TIMEOUT_MS);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** @throws on a machine with loopback alone: Chromium gathers no candidates there, so no page could reach another */
export function requireNetwork(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>): void {
  const addresses = Object.values(interfaces).flatMap((found) => found ?? []);
  if (addresses.some(({ internal }) => !internal)) return;
  throw new Error('The browser tests need a network interface beside loopback: WebRTC connects over no other.');
}

/** Where it can be told what to do, once it has said so. */
function addressOf(child: ChildProcess): Promise<string> {
  let output = '';
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      clearTimeout(impatience);
      reject(new Error(`Chromium ${why}:\n${output}`));
    };
    const impatience = setTimeout(fail, START_TIMEOUT_MS, 'did not start in time');
    child.stderr?.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-10_000);
      const address = /DevTools listening on (ws:\S+)/.exec(output)?.[1];
      if (address === undefined) return;
      clearTimeout(impatience);
      resolve(address);
    });
    child.once('error', ({ message }) => {
      fail(`cannot be started: ${message}`);
    });
    child.once('exit', (code) => {
      fail(`has ended with ${String(code)}`);
    });
  });
}

/** The whole group at once: it has nothing to save. */
function end(child: ChildProcess, folder: string): void {
  rmSync(path.join(folder, 'chromium.pid'), { force: true });
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
