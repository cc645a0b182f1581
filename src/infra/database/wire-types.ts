import pg from 'pg';

type Parser = (text: string) => unknown;

// pg's own types know a fixed list of types only.
const PG_TYPES = pg.types as unknown as { getTypeParser(oid: number): Parser };

const INT8 = 20;
const TIMESTAMPTZ = 1184;
export const UUID_ARRAY = 2951;
const INT8_ARRAY = 1016;

const OURS = new Map<number, Parser>([
  // Ours stay far below 2^53.
  [INT8, Number],
  [INT8_ARRAY, integers],
  [TIMESTAMPTZ, isoTime],
  [UUID_ARRAY, (text) => (text === '{}' ? [] : text.slice(1, -1).split(','))],
]);

/** How a prepared statement's values are read: numbers as numbers, times as the texts of the wire (protocol section 1). */
export function parserOf(oid: number): Parser {
  return OURS.get(oid) ?? PG_TYPES.getTypeParser(oid);
}

/**
 * What no time of JavaScript is, such as `infinity`, stays as it is: a row must not fail the others of its statement.
 * Postgres writes `2026-11-20 13:52:54.12+00`; a session in another time zone, that one's offset.
 */
function isoTime(text: string): string {
  const dot = text.indexOf('.');
  if (text.endsWith('+00') && (dot === 19 || text.length === 22))
    return `${text.slice(0, 10)}T${text.slice(11, 19)}.${(dot === 19 ? text.slice(20, -3) : '').padEnd(3, '0')}Z`;
  const time = PG_TYPES.getTypeParser(TIMESTAMPTZ)(text);
  return time instanceof Date && !Number.isNaN(time.getTime()) ? time.toISOString() : text;
}

function integers(text: string): (number | null)[] {
  if (text === '{}') return [];
  return text
    .slice(1, -1)
    .split(',')
    .map((item) => (item === 'NULL' ? null : Number(item)));
}
