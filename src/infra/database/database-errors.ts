import { QueryFailedError, QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';

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
const OUTAGE_MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable/;

/** What TypeORM says of a statement on a connection that has broken since the one before. */
const isBroken = (error: unknown) =>
  error instanceof QueryRunnerAlreadyReleasedError || error instanceof QueryRunnerProviderAlreadyReleasedError;

/** Whether Postgres is away, overloaded or restarting, as opposed to refusing the statement itself. */
export function isOutage(error: unknown): boolean {
  const cause = postgresError(error);
  if (cause === undefined) return false;
  if (isBroken(error)) return true;
  return OUTAGE_CODES.test(cause.code ?? '') || OUTAGE_MESSAGES.test((error as Error).message);
}
