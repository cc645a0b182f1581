import { translated } from './database-errors.js';

/**
 * @throws RowLocked when another transaction kept what it needs: nothing was stored
 * @throws Unavailable when Postgres is away, or did not answer in time: nothing was stored, or it is not known
 */
export async function unavailableInOutage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translated(error);
  }
}
