import type { PresenceListener } from '../../presence/presence.service.js';
import type { Frame } from '../../realtime/wire.js';
import type { PresenceDialect } from './conversation-dialect.js';

/** Turns what presence tells into frames of a dialect; one that says nothing of presence does not listen. */
export function listenerOf(
  dialect: PresenceDialect | undefined,
  tell: (frame: Frame | undefined) => void,
): PresenceListener | undefined {
  if (dialect === undefined) return undefined;
  return {
    changed: (transitions, from) => {
      tell(dialect.changed(transitions, from));
    },
    ...(dialect.crowd && {
      crowd: (roster) => {
        tell(dialect.crowd?.(roster));
      },
    }),
  };
}
