import type { ServerOptions } from 'ws';
import { Settings } from '../../config/settings.js';

/**
 * Against exhaustion by tiny fragments (CVE-2026-48779). Autobahn sends texts in one-byte fragments, and so may a client;
 * 128 fragments hold the longest of those.
 */
export const FRAGMENT_LIMITS = { maxFragments: 128, maxBufferedChunks: 4096 };

/** What every `ws` server on the port bounds, a stock gateway's too. */
export const frameLimits = (settings: Settings): Partial<ServerOptions> => ({
  ...FRAGMENT_LIMITS,
  perMessageDeflate: false,
  maxPayload: settings.WS_MAX_PAYLOAD_BYTES,
});
