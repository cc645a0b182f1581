import { Settings } from '../../config/settings.js';

type OriginSettings = Pick<Settings, 'CORS_ORIGINS' | 'NODE_ENV'>;

const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Whether a browser page of this `Origin` may call us; REST, raw WebSocket and Socket.IO all ask here (section 9).
 * No origin: not a browser, so there is nobody to protect. `host` is the request's Host header.
 */
export function isOriginAllowed(
  origin: string | undefined,
  host: string | undefined,
  settings: OriginSettings,
): boolean {
  if (origin === undefined) return true;
  // `null` (a sandboxed frame, a file) is nobody in particular, and not a URL.
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  if (url.origin !== origin.toLowerCase()) return false;
  if (settings.CORS_ORIGINS.length > 0) return settings.CORS_ORIGINS.some((item) => item.toLowerCase() === url.origin);
  return url.host === host?.toLowerCase() || (settings.NODE_ENV !== 'production' && LOOPBACK.test(url.hostname));
}
