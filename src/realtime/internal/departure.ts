import { CloseCode } from '../close-codes.js';
import { Departure } from '../raw-gateway.js';

/** Our close codes after which the client is expected back: its place is kept for the grace. */
const EXPECTED_BACK = new Set<number>([
  CloseCode.Internal,
  CloseCode.ServerRestart,
  CloseCode.Overloaded,
  CloseCode.TooSlow,
]);

/** A client's close codes that mean goodbye, 1005 being a close frame without a code; after any other it resumes. */
const GOODBYE = new Set<number>([CloseCode.Normal, CloseCode.GoingAway, 1005]);

/** The close code that stands for none: the connection broke (RFC 6455 section 7.4.1). */
export const BROKEN = 1006;

/** How a connection ends that we close with this code; `extraGraceMs`: how long we told the client to stay away. */
export function departureByServer(code: CloseCode, extraGraceMs = 0): Departure {
  return EXPECTED_BACK.has(code) ? { how: 'broken', extraGraceMs } : { how: 'clean' };
}

/** How a connection ended that the client, or the network (1006), closed. */
export function departureByClient(code: number): Departure {
  return GOODBYE.has(code) ? { how: 'clean' } : { how: 'broken', extraGraceMs: 0 };
}

/** Socket.IO's reasons that mean goodbye. */
const SOCKET_GOODBYE = new Set(['client namespace disconnect', 'forced server close', 'parse error']);

/** How one on Socket.IO ended, by the reason that Socket.IO gives; `closeCode`: of its WebSocket, where that has ended. */
export function departureOnSocket(reason: string, closeCode: number | undefined): Departure {
  if (reason === 'transport close') return departureByClient(closeCode ?? BROKEN);
  return SOCKET_GOODBYE.has(reason) ? { how: 'clean' } : { how: 'broken', extraGraceMs: 0 };
}
