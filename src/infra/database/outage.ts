import { Unavailable } from '../../common/domain-error.js';
import { isOutage } from './database-errors.js';

/** @throws Unavailable when Postgres is away, or did not answer in time: nothing was stored, or it is not known */
export async function unavailableInOutage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isOutage(error)) throw new Unavailable();
    throw error;
  }
}
