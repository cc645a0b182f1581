const LOOK_MS = 250;

/** Calls once whoever started this process is gone, as npm is after a kill -9: no event tells. */
export function whenParentEnds(react: () => void): void {
  const parent = process.ppid;
  const looking = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(looking);
    react();
  }, LOOK_MS).unref();
}
