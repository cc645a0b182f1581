import { begins, DIALECTS } from './dialects.js';
import type { Dialect, DialectName, Member } from './dialects.js';
import { FrameSocket } from './frame-socket.js';

export interface ClientOptions {
  dialect: DialectName;
  port: number;
  /** Added to Parley's address, such as `presence=none`. */
  query?: string;
  localAddress?: string;
}

/** A connection that has been let into its room. */
export class Client {
  readonly dialect: Dialect;
  /** The fields of the `connected` event. */
  hello: Record<string, unknown> = {};

  private constructor(
    readonly member: Member,
    readonly socket: FrameSocket,
    dialect: Dialect,
  ) {
    this.dialect = dialect;
  }

  /** Resolves when the server has said `connected`. */
  static async open(member: Member, options: ClientOptions): Promise<Client> {
    const dialect = DIALECTS[options.dialect];
    const connected = dialect.opening('connected');
    let admit: (hello: Record<string, unknown>) => void;
    let refuse: (error: Error) => void;
    const admitted = new Promise<Record<string, unknown>>((resolve, reject) => {
      admit = resolve;
      refuse = reject;
    });
    const { port, localAddress } = options;
    const target = { port, localAddress, ...dialect.target(member, options.query ?? '') };
    const opened = FrameSocket.open(target, (socket) => {
      socket.onFrame = (bytes, start, end) => {
        if (begins(bytes, start, end, connected)) admit(dialect.read(bytes.toString('utf8', start, end)));
      };
      socket.onClose = () => {
        refuse(new Error(`closed with ${socket.closeCode ?? 1006}`));
      };
    }).then((socket) => {
      if (dialect.greeting !== undefined) socket.send(dialect.greeting);
      return socket;
    });
    // The handshake's failure is the one to tell.
    const [socket, hello] = await Promise.all([opened, admitted]);
    const client = new Client(member, socket, dialect);
    client.hello = hello;
    return client;
  }

  command(type: string, fields: object): void {
    this.socket.send(this.dialect.command(type, fields));
  }

  /** Calls with each frame that carries this event. */
  on(type: string, listener: (bytes: Buffer, start: number, end: number) => void): void {
    const opening = this.dialect.opening(type);
    this.socket.onFrame = (bytes, start, end) => {
      if (begins(bytes, start, end, opening)) listener(bytes, start, end);
    };
  }
}
