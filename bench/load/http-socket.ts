import net from 'node:net';

const HEAD_END = '\r\n\r\n';
const LENGTH = /\r\ncontent-length: (\d+)\r\n/i;

export interface Answer {
  status: number;
  body: string;
}

/**
 * One kept HTTP connection that costs next to nothing a request, so that the load never is what is measured. It asks one
 * thing at a time, and understands answers with a `Content-Length` alone.
 */
export class HttpSocket {
  private readonly socket: net.Socket;
  private chunks: Buffer[] = [];
  private received = 0;
  /** Where the answer ends that is on its way; unknown until its head is whole. */
  private end: number | undefined;
  private bodyStart = 0;
  private waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;

  constructor(private readonly port: number) {
    this.socket = net.connect({ host: '127.0.0.1', port, noDelay: true });
    this.socket.on('data', (chunk) => {
      this.receive(chunk);
    });
    this.socket.on('error', (error) => this.waiting?.reject(error));
    this.socket.on('close', () => this.waiting?.reject(new Error('the server closed the connection')));
  }

  get(path: string, token: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.socket.write(
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${this.port}\r\nAuthorization: Bearer ${token}\r\n` +
          'Connection: keep-alive\r\n\r\n',
      );
    });
  }

  destroy(): void {
    this.waiting = undefined;
    this.socket.destroy();
  }

  private receive(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.received += chunk.length;
    if (this.end === undefined) this.readHead();
    if (this.end !== undefined && this.received >= this.end) this.answer();
  }

  private readHead(): void {
    const head = this.whole();
    const at = head.indexOf(HEAD_END);
    if (at < 0) return;
    this.bodyStart = at + HEAD_END.length;
    const length = LENGTH.exec(head.toString('latin1', 0, this.bodyStart))?.[1];
    if (length === undefined) this.waiting?.reject(new Error('an answer without Content-Length'));
    else this.end = this.bodyStart + Number(length);
  }

  private answer(): void {
    const all = this.whole();
    const answer = { status: Number(all.toString('latin1', 9, 12)), body: all.toString('utf8', this.bodyStart) };
    this.chunks = [];
    this.received = 0;
    this.end = undefined;
    this.waiting?.resolve(answer);
  }

  private whole(): Buffer {
    const [only] = this.chunks;
    const whole = only !== undefined && this.chunks.length === 1 ? only : Buffer.concat(this.chunks);
    this.chunks = [whole];
    return whole;
  }
}
