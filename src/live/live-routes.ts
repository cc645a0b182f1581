import type { BodyRoute } from '../infra/http/verbatim-body.js';

/** Where a value is set: it is kept as it is written, and has limits of its own (section 1). Letter case as Express takes it. */
export const LIVE_VALUE_ROUTE: BodyRoute = { method: 'PUT', path: /^\/api\/live\/[^/]+\/?$/i };
