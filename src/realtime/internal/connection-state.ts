import { Cancel } from '../../common/clock.js';
import { Departure } from '../raw-gateway.js';

/** The life of a raw connection: accepted → authenticating → admitted → open → closing → gone. */
export type ConnectionState =
  /** Waiting for `auth_token`, under an absolute deadline. */
  | { phase: 'authenticating'; deadline: Cancel }
  /** Credential and admission are being decided; frames are held, in order. */
  | { phase: 'admitting' }
  | { phase: 'open' }
  /** We said goodbye: nothing more is handled. */
  | { phase: 'closing'; departure: Departure }
  | { phase: 'gone' };
