const MENTION = /(?<![\w.@-])@([a-z0-9_.-]{3,33})/gi;
const MOST = 100;

/**
 * The usernames that a text may mention, in lower case. `@alice.` at the end of a sentence is `alice.` or `alice`: both
 * are candidates, and membership decides.
 */
export function mentionCandidates(content: string): string[] {
  const names = new Set<string>();
  for (const [, name] of content.matchAll(MENTION)) {
    if (name === undefined || names.size >= MOST) break;
    for (let candidate = name.toLowerCase(); candidate.length >= 3; candidate = candidate.slice(0, -1)) {
      if (candidate.length <= 32) names.add(candidate);
      if (!/[.-]$/.test(candidate)) break;
    }
  }
  return [...names];
}
