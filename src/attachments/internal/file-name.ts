const MOST = 255;
/** Controls, and the marks that turn the direction of text, so that `gpj.exe` looks like `exe.jpg`. */
const DECEPTIVE = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** The name under which a file is shown and downloaded: without any path, and never empty. It is no path of ours. */
export function fileName(given: string): string {
  const harmless = lastPart(given.toWellFormed()).replace(DECEPTIVE, '');
  // In code points: half a pair of surrogates would be no text.
  const name = Array.from(harmless).slice(0, MOST).join('').trim();
  return /^\.*$/.test(name) ? 'file' : name;
}

function lastPart(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
