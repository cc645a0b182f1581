import { QueryFailedError, QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';
import { Unavailable } from '../../common/domain-error.js';

/** Another transaction held a row for too long (or the two waited for each other): nothing was stored. */
export class RowLocked extends Unavailable {}

interface PostgresError {
  code?: string;
  constraint?: string;
}

function postgresError(error: unknown): PostgresError | undefined {
  if (error instanceof QueryFailedError) return error.driverError as PostgresError;
  return error instanceof Error ? (error as PostgresError) : undefined;
}

/** Whether a statement failed because it broke this constraint or unique index: the database decides races. */
export function violates(error: unknown, constraint: string): boolean {
  const cause = postgresError(error);
  return cause?.constraint === constraint && (cause.code?.startsWith('23') ?? false);
}

// https://www.postgresql.org/docs/current/errcodes-appendix.html: connection exceptions, insufficient resources,
// operator intervention, statement cancelled, lock not available, deadlock; and what the socket itself reports.
const OUTAGE_CODES =
  /^(08...|53...|57P..|57014|55P03|40P01|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)$/;
const LOCKED_CODES = /^(55P03|40P01)$/;
const OUTAGE_MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable|Cannot use a pool after/;

/** What TypeORM says of a statement on a connection that has broken since the one before. */
const isBroken = (error: unknown) =>
  error instanceof QueryRunnerAlreadyReleasedError || error instanceof QueryRunnerProviderAlreadyReleasedError;

/** Whether Postgres is away, overloaded or restarting, as opposed to refusing the statement itself. */
function isOutage(error: unknown): boolean {
  const cause = postgresError(error);
  if (cause === undefined) return false;
  if (isBroken(error)) return true;
  return OUTAGE_CODES.test(cause.code ?? '') || OUTAGE_MESSAGES.test((error as Error).message);
}

/** What callers get of a statement that failed: outages and locks as they are meant for clients, all else as it is. */
export function translated(error: unknown): unknown {
  if (!isOutage(error)) return error;
  return LOCKED_CODES.test(postgresError(error)?.code ?? '') ? new RowLocked() : new Unavailable();
}
