// The arrows point down (ARCHITECTURE.md). A row may import every row below it; inside a row only what `sideways` lists.
const rows = [
  ['gateways', 'docs', 'health'],
  ['accounts', 'calls', 'notifications', 'search', 'unreads'],
  ['messages', 'lobby', 'live'],
  ['channels', 'dms', 'signaling'],
  ['groups', 'conversations', 'attachments', 'presence'],
  ['auth'],
  ['users', 'realtime'],
  ['cluster'],
  ['infra'],
  ['config', 'common'],
];
const sideways = { conversations: ['groups'], config: ['common'], notifications: ['unreads'] };

const only = (names) => `^src/(${names.join('|')})/`;

const layering = rows.flatMap((row, depth) =>
  row.map((name) => {
    const allowed = [name, ...(sideways[name] ?? []), ...rows.slice(depth + 1).flat()];
    return {
      name: `${name}-looks-down`,
      severity: 'error',
      comment: `${name} may import: ${allowed.join(', ')}. Shared data goes down; a reaction goes up, as a listener.`,
      from: { path: `^src/${name}/`, pathNot: '\\.spec\\.ts$' },
      to: { path: '^src/', pathNot: only(allowed) },
    };
  }),
);

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      comment: 'A circle has no bottom: move what is shared down.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'rooms-are-private',
      severity: 'error',
      comment: 'Files at a module root are its public face; http/, persistence/ and internal/ belong to it alone.',
      from: { path: '^src/([^/]+)/', pathNot: '(\\.spec\\.ts$|^src/infra/)' },
      to: { path: '^src/[^/]+/(http|persistence|internal)/', pathNot: '^src/($1|infra)/' },
    },
    {
      name: 'the-root-uses-public-faces',
      severity: 'error',
      comment: 'The root composes modules by what they show; only the list of tables looks into their rooms.',
      from: { path: '^src/[^/]+\\.ts$', pathNot: '^src/database-schema\\.ts$' },
      to: { path: '^src/[^/]+/(http|persistence|internal)/', pathNot: '^src/infra/' },
    },
    {
      name: 'every-module-has-a-row',
      severity: 'error',
      comment: 'A new module has to be given its place in `rows`; without one it would be held by no rule.',
      from: { path: '^src/[^/]+/', pathNot: only(rows.flat()) },
      to: {},
    },
    {
      name: 'gateway-folders-are-apart',
      severity: 'error',
      comment:
        'A gateway is a thin dialect: what two of them share lives in a service below. The user gateway speaks two of them.',
      from: { path: '^src/gateways/([^/]+)/', pathNot: '^src/gateways/user/' },
      to: { path: '^src/gateways/[^/]+/', pathNot: '^src/gateways/($1|shared)/' },
    },
    {
      name: 'the-user-gateway-speaks-channel-and-dm',
      severity: 'error',
      comment:
        'It serves its subscriptions with what serves the two gateways of conversations, and with nothing of the others.',
      from: { path: '^src/gateways/user/' },
      to: { path: '^src/gateways/[^/]+/', pathNot: '^src/gateways/(user|channel|dm|shared)/' },
    },
    {
      name: 'realtime-knows-no-chat',
      severity: 'error',
      comment: 'realtime/ is sockets only; it would serve another product unchanged.',
      from: { path: '^src/realtime/' },
      to: { path: '^src/', pathNot: '^src/(realtime|cluster|infra|config|common)/' },
    },
    {
      name: 'production-does-not-import-tests',
      severity: 'error',
      comment: 'Test support never ships.',
      from: { path: '^(src|migrations)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(test|bench)/|\\.spec\\.ts$' },
    },
    {
      name: 'nothing-imports-the-root',
      severity: 'error',
      comment: 'main.ts and app.*.ts compose; modules do not know their composer.',
      from: { path: '^src/[^/]+/' },
      to: { path: '^src/[^/]+\\.ts$' },
    },
    ...layering,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js'],
    },
  },
};
