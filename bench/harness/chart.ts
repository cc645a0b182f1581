import { formatNumber } from './tables.js';

export interface Bar {
  label: string;
  value: number;
}

const WIDTH = 720;
const LABEL_WIDTH = 220;
const BAR_WIDTH = 380;
const BAR_HEIGHT = 22;
const PITCH = 30;
const TOP = 44;

/** A bar chart as SVG, readable on a light and on a dark page; bars of Parley stand out. */
export function barChart(title: string, bars: readonly Bar[]): string {
  const most = Math.max(...bars.map(({ value }) => value).filter((value) => !Number.isNaN(value)), Number.MIN_VALUE);
  const height = TOP + bars.length * PITCH + 8;
  const lines = bars.map(({ label, value }, n) => {
    const y = TOP + n * PITCH;
    const width = Math.max(1, ((Number.isNaN(value) ? 0 : value) / most) * BAR_WIDTH);
    const color = label.startsWith('Parley') ? '#3b82f6' : '#9ca3af';
    const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
    return (
      `<text x="${LABEL_WIDTH - 8}" y="${y + 15}" text-anchor="end">${escape(label)}</text>` +
      `<rect x="${LABEL_WIDTH}" y="${y}" width="${width.toFixed(1)}" height="${BAR_HEIGHT}" rx="3" fill="${color}"/>` +
      `<text x="${(LABEL_WIDTH + width + 8).toFixed(1)}" y="${y + 15}">${formatNumber(value, digits)}</text>`
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escape(title)}">`,
    '<style>text{font:13px system-ui,sans-serif;fill:#374151}.t{font-weight:600;font-size:15px}@media(prefers-color-scheme:dark){text{fill:#d1d5db}}</style>',
    `<text class="t" x="8" y="24">${escape(title)}</text>`,
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
