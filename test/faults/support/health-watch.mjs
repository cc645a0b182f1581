// Asks for /health/live from a process of its own, whose event loop nothing else holds up; says what it saw at the end.
import { setTimeout as sleep } from 'node:timers/promises';

export async function watch(url) {
  const answers = {};
  let longestMs = 0;
  const stopping = new Promise((resolve) => {
    process.on('SIGTERM', resolve);
  });
  for (let stopped = false; !stopped;) {
    const started = performance.now();
    const answer = await fetch(`${url}/health/live`).then(({ status }) => status, String);
    longestMs = Math.max(longestMs, Math.round(performance.now() - started));
    answers[answer] = (answers[answer] ?? 0) + 1;
    stopped = await Promise.race([stopping.then(() => true), sleep(20, false)]);
  }
  process.stdout.write(JSON.stringify({ answers, longestMs }));
}
