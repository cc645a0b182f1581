import { maskedFrame } from '../../support/raw-peer.js';
import { binary, Case, close, fragments, group, more, ping, SMALL, text, textOf } from './case.js';

const ECHOED = { texts: ['echoed' as const] };
const DONE = { close: 1000 };
const KB = 1024;

const CLOSING: Case[] = [
  ...group('7.1', [
    ['a text, then a close: the answer may come too late', [text(), close(1000)], DONE],
    ['two closes', [close(1000), close(1000)], DONE],
    ['a close, then a ping', [close(1000), ping()], { ...DONE, pongs: [] }],
    ['a close, then a text', [close(1000), text()], { ...DONE, texts: [] }],
    [
      'a fragment, a close, the other fragment',
      [text(SMALL.subarray(0, 10), { fin: false }), close(1000), more(SMALL.subarray(10))],
      { ...DONE, texts: [] },
    ],
    ['a text of 64 KiB, a close, a ping', [text(textOf(64 * KB)), close(1000), ping()], { ...DONE, pongs: [] }],
  ]),
  ...group('7.3', [
    ['a close without a body', [close()], { close: 1005 }],
    ['a close with a body of one byte', [maskedFrame(8, Buffer.from([3]))], { close: 1002 }],
    ['a close with a code', [close(1000)], DONE],
    ['a close with a code and a reason', [close(1000, 'Hello')], DONE],
    ['a close with a reason of 123 bytes', [close(1000, 'x'.repeat(123))], DONE],
    ['a close with a reason of 124 bytes', [close(1000, 'x'.repeat(124))], { close: 1002 }],
  ]),
  ...group('7.5', [
    ['a close whose reason is no UTF-8', [close(1000, Buffer.from('cebae1bdb9eda080', 'hex'))], { close: 1007 }],
  ]),
  ...group(
    '7.7',
    [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999].map((code) => [
      `a close with ${code}`,
      [close(code)],
      { close: code },
    ]),
  ),
  ...group(
    '7.9',
    [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999].map((code) => [
      `a close with ${code}`,
      [close(code)],
      { close: 1002 },
    ]),
  ),
  ...group(
    '7.13',
    [5000, 65_535].map((code) => [`a close with ${code}`, [close(code)], { close: 1002 }]),
  ),
];

const LIMITS: Case[] = [
  ...group('9.1', [
    ['a text of 64 KiB', [text(textOf(64 * KB))], ECHOED],
    ['a text of a byte more', [text(textOf(64 * KB + 1))], { close: 1009 }],
    ...[256, 1024, 4096, 16_384].map(
      (size) =>
        [`a text of ${size} KiB`, [text(textOf(size * KB))], { close: 1009 }] as [string, Buffer[], { close: number }],
    ),
  ]),
  ...group('9.2', [
    ['a binary of 64 KiB', [binary(Buffer.alloc(64 * KB))], { close: 1003 }],
    ['a binary of 4 MiB', [binary(Buffer.alloc(4096 * KB))], { close: 1009 }],
  ]),
  ...group('9.3', [
    ...[512, 1024, 4096, 16_384, 65_536].map(
      (size) =>
        [`a text of 64 KiB in fragments of ${size}`, [fragments(textOf(64 * KB), size)], ECHOED] as [
          string,
          Buffer[],
          typeof ECHOED,
        ],
    ),
    ['a text of 64 KiB in more fragments than 128', [fragments(textOf(64 * KB), 500)], { close: 1008 }],
    ['a text of 4 MiB in fragments of 64 bytes', [fragments(textOf(4096 * KB), 64)], { close: 1008 }],
    ['a text of 4 MiB in fragments of 64 KiB', [fragments(textOf(4096 * KB), 64 * KB)], { close: 1009 }],
  ]),
  ...group(
    '9.5',
    [64, 128, 256, 512, 1024, 2048].map((size) => [
      `a text of 64 KiB, ${size} bytes at a time`,
      [text(textOf(64 * KB))],
      ECHOED,
      size,
    ]),
  ),
  ...group(
    '9.7',
    [40, 64, 256, 1024, 4096].map((size) => {
      const texts = Array.from({ length: 200 }, () => text(textOf(size)));
      return [`200 texts of ${size} bytes`, texts, { texts: texts.map(() => 'echoed' as const) }];
    }),
  ),
];

export const GROUPS_7_TO_10: Case[] = [
  ...CLOSING,
  ...LIMITS,
  ...group('10.1', [['a text of 64 KiB in fragments of 1300 bytes', [fragments(textOf(64 * KB), 1300)], ECHOED]]),
];
