import { CloseCode } from '../close-codes.js';
import { Credential } from '../connection-authenticator.js';
import { Connection } from '../connection.js';
import { AuthRequiredEvent, ErrorEvent } from '../core-messages.js';
import { Shape } from '../wire.js';
import { answer } from './answer.js';
import { Authentication } from './authentication.js';
import { CommandExecutor } from './command-executor.js';
import { ConnectionLife } from './connection-life.js';
import { ConnectionServices } from './connection-services.js';
import { GatewayRoute } from './gateway-route.js';
import { ClientMessage, ParsedMessage, refOf } from './message.js';

/** How who enters is greeted: with `auth_success` or not, and with what in it. */
interface Greeting {
  announce: boolean;
  ref?: string | undefined;
  /** Of who has just become a guest. */
  token?: string;
}

/** Whom a raw connection lets in. */
export interface Host {
  readonly connection: Connection;
  readonly authentication: Authentication;
  readonly executor: CommandExecutor;
  readonly life: ConnectionLife<Connection>;
  readonly route: GatewayRoute;
  /** It is known to whom it belongs, or it has ended before. */
  settled(): void;
  /** It is open from now on. */
  opened(): void;
  fail(error: unknown): void;
}

/** How a client gets into a raw connection: by the credential of its upgrade, by `auth_token` in band, or as a guest by `join`. */
export class ConnectionEntrance {
  constructor(
    private readonly host: Host,
    private readonly services: ConnectionServices,
  ) {}

  /** Starts with the credential of the upgrade, or asks for one in band. */
  start(credential: Credential | undefined, clientId?: string): void {
    const { authentication, connection, life, route } = this.host;
    if (credential !== undefined) {
      const identify = () => authentication.authenticate(credential, { clientId });
      void life.inbound.start(() => this.enter(identify, { announce: route.announceAuth }));
      return;
    }
    const timeoutMs = this.services.settings.WS_AUTH_TIMEOUT_MS;
    life.awaitCredential(
      this.services.clock.after(timeoutMs, () => {
        connection.close(CloseCode.AuthTimeout, 'not authenticated in time');
      }),
    );
    connection.send({ type: 'auth_required', timeout_ms: timeoutMs } satisfies AuthRequiredEvent);
  }

  /** A message before it is known whose the connection is. */
  handle(parsed: ParsedMessage): void | Promise<void> {
    const { authentication, connection, life, route } = this.host;
    if (parsed.ok && parsed.message.type === 'join' && route.guests) return this.enterAsGuest(parsed.message);
    if (!parsed.ok || parsed.message.type !== 'auth_token') {
      const refusal: Shape<ErrorEvent> = { type: 'error', code: 'auth_required', message: 'Send auth_token first.' };
      answer(connection, refusal, refOf(parsed));
      return undefined;
    }
    const { message } = parsed;
    const token = authentication.read(message);
    if (token === undefined) return undefined;
    life.credentialCame();
    const { ref } = message;
    const credential: Credential = { kind: 'token', value: token.value };
    const identify = () => authentication.authenticate(credential, { clientId: token.clientId, ref });
    return this.enter(identify, { announce: true, ref });
  }

  /** Without a credential, and with `join` first (section 1.1): a guest, whose `join` is then the gateway's, if it has one. */
  private async enterAsGuest(message: ClientMessage): Promise<void> {
    const { authentication, executor, life, route } = this.host;
    const welcomed = await authentication.welcome(message);
    if (welcomed === undefined || !life.is('authenticating')) return;
    life.credentialCame();
    const { identity, clientId, token } = welcomed;
    const isCommand = route.commands.has(message.type);
    const greeting = { announce: true, token, ref: isCommand ? undefined : message.ref };
    await this.enter(() => authentication.enter(identity, { clientId, ref: message.ref }), greeting);
    if (isCommand && life.is('open')) await executor.execute(message);
  }

  /** Authenticates and admits; frames wait until it has been decided. */
  private enter(identify: () => boolean | Promise<boolean>, greeting: Greeting): Promise<void> {
    return this.host.life.enter(() =>
      this.decide(identify, greeting).catch((error: unknown) => {
        this.host.fail(error);
      }),
    );
  }

  private async decide(identify: () => boolean | Promise<boolean>, { announce, ...greeting }: Greeting): Promise<void> {
    const { authentication, life } = this.host;
    const identified = await identify();
    this.host.settled();
    if (!identified || !life.open) return;
    if (announce) authentication.announce(greeting);
    if (!authentication.watchExpiry()) return;
    await life.admit();
    if (life.begin()) this.host.opened();
  }
}
