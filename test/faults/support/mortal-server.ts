import { ApiClient } from '../../support/api-client.js';
import { ServerProcess } from '../../support/server-process.js';
import { freePort } from '../../support/free-port.js';

const ENVIRONMENT = {
  JWT_SECRET: 'a secret of the fault tests, long enough to sign',
  ACCESS_TOKEN_TTL_S: '86400',
  WS_RATE_PER_SECOND: '0',
  WS_MAX_CONNECTIONS_PER_USER: '0',
};

/** The built program on a port that it keeps through its deaths. Remembers all that it ever wrote. */
export class MortalServer {
  readonly url: string;
  readonly wsUrl: string;
  readonly api: ApiClient;
  /** How long each start took until it listened. */
  readonly startsMs: number[] = [];
  private earlierOutput = '';
  private current: ServerProcess | undefined;

  private constructor(
    private readonly port: number,
    private env: Record<string, string>,
    private readonly preload: string | undefined,
  ) {
    this.url = `http://127.0.0.1:${port}`;
    this.wsUrl = `ws://127.0.0.1:${port}`;
    this.api = new ApiClient(this.url);
  }

  /** `preload`: a file of the tests that the program loads before its own, to put a failpoint into it. */
  static async start(env: Record<string, string>, preload?: string): Promise<MortalServer> {
    const server = new MortalServer(await freePort(), env, preload);
    await server.start();
    return server;
  }

  get pid(): number {
    return this.process.pid;
  }

  get output(): string {
    return this.earlierOutput + (this.current?.output ?? '');
  }

  get process(): ServerProcess {
    if (this.current === undefined) throw new Error('The server is not running.');
    return this.current;
  }

  /** With settings that differ from its last start's. */
  async start(env: Record<string, string> = {}): Promise<void> {
    this.env = { ...this.env, ...env };
    this.earlierOutput = this.output;
    const started = performance.now();
    this.current = new ServerProcess({
      env: { ...ENVIRONMENT, ...this.env, PORT: String(this.port) },
      ...(this.preload !== undefined && {
        command: [process.execPath, '--expose-gc', '--import', this.preload, ServerProcess.PROGRAM],
      }),
    });
    await this.current.listening();
    this.startsMs.push(performance.now() - started);
  }

  /** kill -9; resolves when it is dead. */
  async crash(): Promise<void> {
    const { signal } = await this.process.kill('SIGKILL');
    if (signal !== 'SIGKILL') throw new Error(`The server had ended by itself:\n${this.process.output}`);
  }

  /** Its connections stay, and nothing on them is answered. */
  freeze(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  thaw(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  async stop(): Promise<void> {
    await this.current?.stop();
  }
}
