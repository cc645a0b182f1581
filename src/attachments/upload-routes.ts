import type { BodyRoute } from '../infra/http/verbatim-body.js';

/** Whose body is a form with a file. Letter case as Express takes it. */
export const UPLOAD_ROUTES: readonly BodyRoute[] = [
  { method: 'POST', path: /^\/api\/attachments\/?$/i },
  { method: 'PUT', path: /^\/api\/users\/me\/avatar\/?$/i },
];
