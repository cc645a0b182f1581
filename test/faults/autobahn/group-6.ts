import { Case, close, group, more, text, textWith } from './case.js';

const hex = (bytes: string) => Buffer.from(bytes.replaceAll(' ', ''), 'hex');
const START = textWith(Buffer.alloc(0)).subarray(0, -2);
const END = Buffer.from('"}');

/** In a sequence's name, what it is; its bytes; whether they are UTF-8. Markus Kuhn's stress test, as Autobahn has it. */
const SEQUENCES: [prefix: string, what: string, valid: boolean, bytes: string[]][] = [
  ['6.5', 'a Greek word', true, ['cebae1bdb9cf83cebcceb5']],
  [
    '6.6',
    'a word that is cut within a character',
    false,
    ['ce', 'cebae1', 'cebae1bd', 'cebae1bdb9cf', 'cebae1bdb9cf83ce', 'cebae1bdb9cf83cebcce'],
  ],
  [
    '6.6',
    'a word that is cut between characters',
    true,
    ['ceba', 'cebae1bdb9', 'cebae1bdb9cf83', 'cebae1bdb9cf83cebc'],
  ],
  ['6.7', 'the first of a length', true, ['c280', 'e0a080', 'f0908080']],
  ['6.8', 'the first of a length that is none', false, ['f888808080', 'fc8480808080']],
  ['6.9', 'the last of a length', true, ['7f', 'dfbf', 'efbfbf', 'f48fbfbf']],
  ['6.10', 'the last of a length that is none', false, ['f7bfbfbf', 'fbbfbfbfbf', 'fdbfbfbfbfbf']],
  ['6.11', 'at a boundary', true, ['ed9fbf', 'ee8080', 'efbfbd', 'f48fbfbf']],
  ['6.11', 'behind the last boundary', false, ['f4908080']],
  [
    '6.12',
    'a continuation of nothing',
    false,
    ['80', 'bf', '80bf', '80bf80', '80bf80bf', '80bf80bf80', '80bf80bf80bf'],
  ],
  ['6.13', 'a start without its continuation', false, ['c020c120', 'e020e120', 'f020f120', 'f820f920', 'fc20']],
  [
    '6.14',
    'a character without its last byte',
    false,
    ['c0', 'e080', 'f08080', 'f8808080', 'fc80808080', 'df', 'efbf', 'f7bfbf', 'fbbfbfbf', 'fdbfbfbfbf'],
  ],
  [
    '6.15',
    'characters without their last bytes',
    false,
    ['c0e080f08080f8808080fc80808080dfefbff7bfbffbbfbfbffdbfbfbfbf'],
  ],
  ['6.16', 'bytes that are never in UTF-8', false, ['fe', 'ff', 'fefeffff']],
  ['6.17', 'an overlong slash', false, ['c0af', 'e080af', 'f08080af', 'f8808080af', 'fc80808080af']],
  ['6.18', 'the highest overlong', false, ['c1bf', 'e09fbf', 'f08fbfbf', 'f887bfbfbf', 'fc83bfbfbfbf']],
  ['6.19', 'an overlong NUL', false, ['c080', 'e08080', 'f0808080', 'f880808080', 'fc8080808080']],
  ['6.20', 'a surrogate', false, ['eda080', 'edadbf', 'edae80', 'edafbf', 'edb080', 'edbe80', 'edbfbf']],
  [
    '6.21',
    'two surrogates',
    false,
    [
      'eda080edb080',
      'eda080edbfbf',
      'edadbfedb080',
      'edadbfedbfbf',
      'edae80edb080',
      'edae80edbfbf',
      'edafbfedb080',
      'edafbfedbfbf',
    ],
  ],
  [
    '6.22',
    'no character, and yet UTF-8',
    true,
    ['efbfbe', 'efbfbf', 'f09fbfbe', 'f09fbfbf', 'f0afbfbe', 'f3bfbfbe', 'f3bfbfbf', 'f48fbfbe'],
  ],
  ['6.23', 'the replacement character and its neighbours', true, ['efbfb9', 'efbfba', 'efbfbb', 'efbfbc', 'efbfbd']],
];

const verdict = (valid: boolean) => (valid ? { texts: ['echoed' as const] } : { close: 1007 });

/** Each byte of the sequence in a fragment of its own. */
function split(bytes: Buffer): Buffer[] {
  return [
    text(START, { fin: false }),
    ...[...bytes].map((byte) => more(Buffer.from([byte]), { fin: false })),
    more(END),
  ];
}

export const GROUP_6: Case[] = [
  ...group('6.1', [
    [
      'a text of no bytes in three fragments',
      [text('', { fin: false }), more('', { fin: false }), more('')],
      { texts: ['bad_json'] },
    ],
    [
      'a text whose middle fragments are empty',
      [text(START, { fin: false }), more('', { fin: false }), more(END)],
      verdict(true),
    ],
  ]),
  ...group('6.2', [
    [
      'a text with characters of every length',
      [text(textWith(Buffer.from('Hello-µ@ßöäüàá-UTF-8!!😀')))],
      verdict(true),
    ],
    ['such a text in fragments that cut its characters', split(Buffer.from('-µ@ßöäüàá-😀')), verdict(true)],
    ['a NUL, which JSON has not', [text(textWith(Buffer.from([0])))], { texts: ['bad_json'] }],
  ]),
  ...group('6.3', [
    [
      'a text with a surrogate among others',
      [text(textWith(hex('cebae1bdb9cf83cebcceb5eda080656469746564')))],
      verdict(false),
    ],
    ['such a text byte by byte', split(hex('cebae1bdb9cf83cebcceb5eda080656469746564')), verdict(false)],
  ]),
  ...group('6.4', [
    [
      'a bad byte in the first of two fragments',
      [text(Buffer.concat([START, hex('f4908080')]), { fin: false }), more(END)],
      verdict(false),
    ],
    [
      'a bad byte in the last of two fragments',
      [text(START, { fin: false }), more(Buffer.concat([hex('f4908080'), END]))],
      verdict(false),
    ],
    ['a bad byte, and the message never ends', [text(hex('f4908080'), { fin: false }), close(1000)], { close: 1000 }],
  ]),
  ...SEQUENCES.flatMap(([prefix, what, valid, all]) =>
    all.flatMap((bytes) => [
      { id: `${prefix} ${bytes}`, name: what, bytes: text(textWith(hex(bytes))), ...verdict(valid) },
      {
        id: `${prefix} ${bytes}`,
        name: `${what}, in fragments`,
        bytes: Buffer.concat(split(hex(bytes))),
        ...verdict(valid),
      },
    ]),
  ),
];
