import { begins, DIALECTS } from './dialects.js';
import type { Dialect, DialectName, Member } from './dialects.js';
import { FrameSocket } from './frame-socket.js';

export interface ClientOptions {
  dialect: DialectName;
  port: number;
  /** Added to the address: with `presence=none`, a peer does not tell the room that somebody joins and leaves. */
  query?: string;
  localAddress?: string;
}

/** A connection that has been let into its room. */
export class Client {
  readonly dialect: Dialect;
  /** The fields of the event that said so. */
  hello: Record<string, unknown> = {};

  private constructor(
    readonly member: Member,
    readonly socket: FrameSocket,
    dialect: Dialect,
    /** What others name it by. */
    readonly address: string,
  ) {
    this.dialect = dialect;
  }

  /** Resolves when the server has said that it is in. */
  static async open(member: Member, options: ClientOptions): Promise<Client> {
    const dialect = DIALECTS[options.dialect];
    const { welcome, refusal } = dialect;
    const hello = dialect.opening(dialect.hello);
    let address = member.userId;
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
        const text = () => bytes.toString('utf8', start, end);
        if (begins(bytes, start, end, hello)) admit(dialect.read(text()));
        else if (welcome && begins(bytes, start, end, welcome.opening)) {
          address = dialect.addressOf?.(text()) ?? address;
          socket.send(welcome.answer(member));
        } else if (refusal && begins(bytes, start, end, refusal)) refuse(new Error(`refused: ${text()}`));
      };
      socket.onClose = () => {
        refuse(new Error(`closed with ${socket.closeCode ?? 1006}`));
      };
    }).then((socket) => {
      if (dialect.greeting) socket.send(dialect.greeting(member));
      return socket;
    });
    // The handshake's failure is the one to tell.
    const [socket, fields] = await Promise.all([opened, admitted]);
    const client = new Client(member, socket, dialect, address);
    client.hello = fields;
    return client;
  }

  command(type: string, fields: object): void {
    this.socket.send(this.dialect.command(type, fields));
  }

  offer(target: Client, offer: object): void {
    const { event, fields } = this.dialect.offer;
    this.command(event, fields(target.address, offer, this.member));
  }

  /** Calls with each offer that comes. */
  onOffer(listener: (bytes: Buffer, start: number, end: number) => void): void {
    this.on(this.dialect.offer.event, listener);
  }

  /** Calls with each frame that carries this event. */
  on(type: string, listener: (bytes: Buffer, start: number, end: number) => void): void {
    const opening = this.dialect.opening(type);
    this.socket.onFrame = (bytes, start, end) => {
      if (begins(bytes, start, end, opening)) listener(bytes, start, end);
    };
  }
}
