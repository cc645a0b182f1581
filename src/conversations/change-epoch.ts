import { OperatorError } from '../common/operator-error.js';
import { withOperatorConnection } from '../infra/database/operator-connection.js';

const MISSING = /^42(883|P01)$/; // Undefined function, undefined table.

/**
 * Names the history of the database anew, for an operator who has restored a dump in place: what clients have seen is not
 * compared with it any more, and they reload.
 *
 * @throws OperatorError when there is no database to reach, or it has not this version's tables
 */
export async function changeEpoch(url: string): Promise<{ before: string; after: string }> {
  return withOperatorConnection({ url, purpose: 'epoch' }, async (client) => {
    const current = async () => {
      const { rows } = await client.query<{ epoch: string }>('SELECT current_log_epoch() AS epoch');
      return rows[0]?.epoch ?? '';
    };
    try {
      const before = await current();
      await client.query('UPDATE log_epoch SET uuid = gen_random_uuid()');
      return { before, after: await current() };
    } catch (cause) {
      if (!MISSING.test((cause as { code?: string }).code ?? '')) throw cause;
      const database = client.database ?? '';
      throw new OperatorError(
        `The database ${database} has not the tables of this version: start Parley on it once, and it makes them.`,
        { cause },
      );
    }
  });
}
