import type { PageRequest, Position } from '../../common/paging.js';
import { PageQuery, readCursor, toPage } from './page.js';
import type { Page } from './page.js';

export interface TimedList<Row, Item> {
  /** The unique text of a position, or undefined when it is none: what a client's cursor holds is not to be trusted. */
  parseId: (text: string) => string | undefined;
  list: (request: PageRequest) => Promise<Row[]>;
  positionOf: (row: Row) => Position;
  toItem: (row: Row) => Item;
}

/**
 * A page of a list that is sorted by a time and then by a unique text.
 *
 * @throws ValidationFailed when the cursor is none of this list
 */
export async function pageByTime<Row, Item>(
  { limit, cursor }: PageQuery,
  { parseId, list, positionOf, toItem }: TimedList<Row, Item>,
): Promise<Page<Item>> {
  const key = readCursor<[Date, string]>(cursor, [parseTime, parseId]);
  const rows = await list({ limit: limit + 1, after: key && { at: key[0], id: key[1] } });
  const keyOf = (row: Row) => {
    const { at, id } = positionOf(row);
    return [at.toISOString(), id];
  };
  return toPage(rows, limit, { keyOf, toItem });
}

// Exactly as we write it: other forms that Date takes reach years that Postgres does not.
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function parseTime(text: string): Date | undefined {
  const time = new Date(text);
  return TIME.test(text) && !Number.isNaN(time.getTime()) ? time : undefined;
}
