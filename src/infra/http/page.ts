import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { ValidationFailed } from '../../common/domain-error.js';
import { QueryInteger } from './query-integer.js';

/** The query of every list (protocol section 8). */
export class PageQuery {
  @ApiPropertyOptional({ description: 'How many items at most.', minimum: 1, maximum: 100, default: 50, example: 50 })
  @IsOptional()
  @QueryInteger({ min: 1, max: 100 })
  limit: number = 50;

  @ApiPropertyOptional({
    description: 'The `next_cursor` of the page before; it means something to this list only.',
    maxLength: 1024,
    example: 'WyIwMTk4YzBkZS03YjFhLTdjM2UtOWYyYS0xYjJjM2Q0ZTVmNjAiXQ',
  })
  @IsOptional()
  @IsString()
  @MaxLength(1024)
  cursor?: string;
}

/** A page of a list. `next_cursor` is null on the last one. */
export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

/** The sort key of a row, as texts: where the next page starts after. */
export type CursorKey = readonly string[];

/** Turns `limit + 1` rows into a page: the row too many says that there is another. */
export function toPage<Row, Item>(
  rows: Row[],
  limit: number,
  { keyOf, toItem }: { keyOf: (row: Row) => CursorKey; toItem: (row: Row) => Item },
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { items: shown.map(toItem), next_cursor: last === undefined ? null : writeCursor(keyOf(last)) };
}

function writeCursor(key: CursorKey): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

type Parsers<Key extends unknown[]> = { [K in keyof Key]: (text: string) => Key[K] | undefined };

/**
 * The key inside a cursor, each part through its own parser (`parseId`, …): a cursor is a client's word like any other.
 * @throws ValidationFailed when it is not a cursor of this list
 */
export function readCursor<Key extends unknown[]>(cursor: string | undefined, parsers: Parsers<Key>): Key | undefined {
  if (cursor === undefined) return undefined;
  const texts = textsOf(cursor);
  const key = parsers.map((parse, index) => {
    const text = texts?.[index];
    return typeof text === 'string' ? parse(text) : undefined;
  });
  if (texts?.length !== parsers.length || key.includes(undefined))
    throw new ValidationFailed([{ field: 'cursor', problems: ['must be the next_cursor of this list'] }]);
  return key as Key;
}

function textsOf(cursor: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
