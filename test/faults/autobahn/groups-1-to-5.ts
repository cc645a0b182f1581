import { maskedFrame } from '../../support/raw-peer.js';
import { binary, Case, close, group, more, ping, pong, SMALL, text, textOf } from './case.js';

const ECHOED = { texts: ['echoed' as const] };
const VIOLATION = { close: 1002 };
const NOT_TAKEN = { close: 1003 };
const HALVES = [SMALL.subarray(0, 10), SMALL.subarray(10)] as const;
const SIZES = [0, 125, 126, 127, 128, 65_535, 65_536];

const FRAMING: Case[] = [
  ...group('1.1', [
    ['a text of 0 bytes', [text('')], { texts: ['bad_json'] }],
    ...SIZES.slice(1).map(
      (size) => [`a text of ${size} bytes`, [text(textOf(size))], ECHOED] as [string, Buffer[], typeof ECHOED],
    ),
    ['a text of 65536 bytes, 997 at a time', [text(textOf(65_536))], ECHOED, 997],
  ]),
  ...group('1.2', [
    ...SIZES.map(
      (size) =>
        [`a binary of ${size} bytes`, [binary(Buffer.alloc(size))], NOT_TAKEN] as [string, Buffer[], typeof NOT_TAKEN],
    ),
    ['a binary of 65536 bytes, 997 at a time', [binary(Buffer.alloc(65_536))], NOT_TAKEN, 997],
  ]),
];

const BYTES_125 = '\u00fe'.repeat(62) + 'x';
const TEN_PINGS = Array.from({ length: 10 }, (_, i) => `payload-${i}`);
const PINGS: Case[] = group('2', [
  ['an empty ping', [ping()], { pongs: [''] }],
  ['a ping with a payload', [ping('Hello, world!')], { pongs: ['Hello, world!'] }],
  [
    'a ping with bytes that are no text',
    [ping(Buffer.from('00ff fe fd fc fb 00 ff'.replaceAll(' ', ''), 'hex'))],
    { pongs: ['00fffefdfcfb00ff'] },
  ],
  ['a ping of 125 bytes', [ping(BYTES_125)], { pongs: [BYTES_125] }],
  ['a ping of 126 bytes', [ping('x'.repeat(126))], VIOLATION],
  ['a ping of 125 bytes, byte by byte', [ping(BYTES_125)], { pongs: [BYTES_125] }, 1],
  ['a pong that nobody asked for', [pong()], { pongs: [] }],
  ['such a pong with a payload', [pong('unasked')], { pongs: [] }],
  ['such a pong, then a ping', [pong('unasked'), ping('asked')], { pongs: ['asked'] }],
  ['ten pings', TEN_PINGS.map((payload) => ping(payload)), { pongs: TEN_PINGS }],
  ['ten pings, byte by byte', TEN_PINGS.map((payload) => ping(payload)), { pongs: TEN_PINGS }, 1],
]);

const RESERVED_BITS: Case[] = group('3', [
  ['a text with RSV 1', [text(SMALL, { rsv: 1 })], VIOLATION],
  ['a text, one with RSV 2, a ping', [text(), text(SMALL, { rsv: 2 }), ping()], VIOLATION],
  ['a text, one with RSV 3, a ping, in pieces', [text(), text(SMALL, { rsv: 3 }), ping()], VIOLATION, 20],
  ['a text, one with RSV 4, a ping, byte by byte', [text(), text(SMALL, { rsv: 4 }), ping()], VIOLATION, 1],
  ['a binary with RSV 5', [binary(SMALL, { rsv: 5 })], VIOLATION],
  ['a ping with RSV 6', [ping('x', { rsv: 6 })], VIOLATION],
  ['a close with RSV 7', [maskedFrame(8, Buffer.from([3, 0xe8]), { rsv: 7 })], VIOLATION],
]);

/** Of each opcode: alone, with a payload, and between a text and a ping, in one piece and byte by byte. */
function reserved(prefix: string, opcodes: readonly number[]): Case[] {
  return group(
    prefix,
    opcodes.flatMap((opcode) => {
      const frame = (payload: string) => maskedFrame(opcode, Buffer.from(payload));
      return [
        [`opcode ${opcode}`, [frame('')], VIOLATION],
        [`opcode ${opcode} with a payload`, [frame('reserved')], VIOLATION],
        [`a text, opcode ${opcode}, a ping`, [text(), frame('reserved'), ping()], VIOLATION],
        [`a text, opcode ${opcode}, a ping, byte by byte`, [text(), frame('reserved'), ping()], VIOLATION, 1],
      ] as [string, Buffer[], typeof VIOLATION, number?][];
    }),
  );
}

const open = (payload: Buffer = HALVES[0]) => text(payload, { fin: false });
const FIFTHS = [0, 8, 16, 24, 32].map((at) => SMALL.subarray(at, at + 8)) as [Buffer, Buffer, Buffer, Buffer, Buffer];
const FIVE_WITH_PINGS = [
  open(FIFTHS[0]),
  more(FIFTHS[1], { fin: false }),
  ping('one'),
  more(FIFTHS[2], { fin: false }),
  more(FIFTHS[3], { fin: false }),
  ping('two'),
  more(FIFTHS[4]),
];
const STRAY = [more('x', { fin: false }), open(), more(HALVES[1])];
const FRAGMENTS: Case[] = group('5', [
  ['a ping in two fragments', [ping('a', { fin: false }), more('b')], VIOLATION],
  ['a pong in two fragments', [pong('a', { fin: false }), more('b')], VIOLATION],
  ['a text in two fragments', [open(), more(HALVES[1])], ECHOED],
  ['a text in two fragments, in pieces', [open(), more(HALVES[1])], ECHOED, 16],
  ['a text in two fragments, byte by byte', [open(), more(HALVES[1])], ECHOED, 1],
  ['a ping between two fragments', [open(), ping('between'), more(HALVES[1])], { ...ECHOED, pongs: ['between'] }],
  [
    'a ping between two fragments, in pieces',
    [open(), ping('between'), more(HALVES[1])],
    { ...ECHOED, pongs: ['between'] },
    16,
  ],
  [
    'a ping between two fragments, byte by byte',
    [open(), ping('between'), more(HALVES[1])],
    { ...ECHOED, pongs: ['between'] },
    1,
  ],
  ['a last fragment of nothing, a text', [more('x'), text()], VIOLATION],
  ['a last fragment of nothing, a text, in pieces', [more('x'), text()], VIOLATION, 5],
  ['a last fragment of nothing, a text, byte by byte', [more('x'), text()], VIOLATION, 1],
  ['a fragment of nothing, a text', [more('x', { fin: false }), text()], VIOLATION],
  ['a fragment of nothing, a text, in pieces', [more('x', { fin: false }), text()], VIOLATION, 5],
  ['a fragment of nothing, a text, byte by byte', [more('x', { fin: false }), text()], VIOLATION, 1],
  [
    'a text in two fragments, a fragment of nothing, a text',
    [open(), more(HALVES[1]), more('x', { fin: false }), text()],
    VIOLATION,
  ],
  ['twice: a fragment of nothing, a text in two', [...STRAY, ...STRAY], VIOLATION],
  ['twice: a last fragment of nothing, a text in two', [more('x'), open(), more(HALVES[1]), more('x')], VIOLATION],
  ['a text within a text', [open(), text(HALVES[1])], VIOLATION],
  ['five fragments with two pings', FIVE_WITH_PINGS, { ...ECHOED, pongs: ['one', 'two'] }],
  ['five fragments with two pings, byte by byte', FIVE_WITH_PINGS, { ...ECHOED, pongs: ['one', 'two'] }, 1],
  ['a close between two fragments', [open(), close(1000), more(HALVES[1])], { texts: [], close: 1000 }],
]);

export const GROUPS_1_TO_5: Case[] = [
  ...FRAMING,
  ...PINGS,
  ...RESERVED_BITS,
  ...reserved('4.1', [3, 4, 5, 6, 7]),
  ...reserved('4.2', [11, 12, 13, 14, 15]),
  ...FRAGMENTS,
];
