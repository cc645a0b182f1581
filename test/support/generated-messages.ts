import { randomness } from '../contract/randomness.js';

const UUID = '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f61';
const SIZES = [0, 1, 2, 31, 32, 33, 63, 64, 65, 127, 128, 3999, 4000, 4001];
const PIECES = ['x', 'ä', '€', '😀', ' ', '\0', '\ud800', '\udfff', '\u202e', '\ufeff', 'e\u0301'];

const texts = SIZES.flatMap((size) => PIECES.map((piece) => piece.repeat(size)));
const nearly = [
  UUID,
  UUID,
  UUID,
  UUID.toUpperCase(),
  UUID.slice(1),
  `${UUID} `,
  ` ${'x'.repeat(64)} `,
  'alice@example.org',
  'https://a.example',
  '2026-11-20T13:52:54.123Z',
  'red',
  'true',
  '12',
  '__proto__',
  'constructor',
];
const plain = [true, false, null, 0, -0, 1, -1, 2.5, 10, 11, 2 ** 31, 2 ** 53, 1e300];
const nested = (): unknown[] => [
  {},
  [],
  [1],
  ['a'],
  ['a', 'b', 'c', 'd'],
  ['a', 1],
  [UUID],
  [null],
  ['a', 'a'],
  { a: 1 },
  { length: 3 },
  { a: 'x'.repeat(1100) },
  { a: 'x'.repeat(40_000) },
  JSON.parse('{"__proto__":{"polluted":true}}'),
  JSON.parse('{"constructor":{"name":"x"},"toString":1}'),
  { a: { b: { c: [{ d: null }] } } },
];

/** What a field of this name wants: a command with many of them would hardly ever be right by chance. */
function fitting(field: string): unknown[][] {
  if (field.endsWith('_id')) return [[UUID], [UUID], [UUID]];
  return field === 'emoji' ? [['👍', '❤️', '👍👍', 'x']] : [];
}

/**
 * Messages as clients of all kinds send them: each field is right, nearly right, of another type, of a length at the edge,
 * null or missing, and names of prototypes are among the keys.
 */
export function generatedMessages(fields: readonly string[], count: number, seed: number): Record<string, unknown>[] {
  const random = randomness(seed);
  // Of a command with many fields few are given at a time: else hardly one message would be right.
  const spread = Math.max(4, fields.length + 1);
  const pools = [texts, nearly, nearly, plain, nested()];
  const poolsOf = (field: string) => [...pools, ...fitting(field)];
  return Array.from({ length: count }, () => {
    const message: Record<string, unknown> = { type: 'x' };
    for (const field of fields) if (random.below(spread) < 3) message[field] = random.pick(random.pick(poolsOf(field)));
    if (random.below(4) === 0)
      Object.defineProperty(message, random.pick(['__proto__', 'constructor', 'hasOwnProperty']), {
        value: random.pick(nested()),
        enumerable: true,
      });
    return message;
  });
}
