import { Agent, get } from 'node:http';

/** Asks for messages over REST, one request after the other, on a connection that it keeps while the server lets it. */
export class BusyClient {
  /** How often each status, or code of an error, was the outcome. */
  readonly outcomes = new Map<string, number>();
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });
  private stopped = false;
  private readonly done: Promise<void>;

  constructor(
    private readonly channelUrl: string,
    private readonly token: string,
  ) {
    this.done = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.done;
    this.agent.destroy();
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const outcome = await this.ask().catch(
        (error: unknown) => (error as NodeJS.ErrnoException).code ?? String(error),
      );
      this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    }
  }

  private ask(): Promise<string> {
    const options = { agent: this.agent, headers: { authorization: `Bearer ${this.token}` } };
    return new Promise((resolve, reject) => {
      const request = get(`${this.channelUrl}/messages?limit=1`, options, (answer) => {
        answer.resume().once('error', reject);
        answer.once('end', () => {
          resolve(String(answer.statusCode));
        });
      });
      request.once('error', reject);
    });
  }
}
