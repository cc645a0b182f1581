import type { MessageId } from '../../common/ids.js';
import type { Change } from '../../messages/message.js';

/**
 * The messages that one connection has sent and that have not been answered. Several may be committed together; the
 * sender gets each event with its answer behind it all the same, as if they were handled one at a time (section 1).
 */
export class SendsUnderWay {
  private readonly ids: MessageId[] = [];

  begin(id: MessageId): void {
    this.ids.push(id);
  }

  answered(id: MessageId): void {
    const at = this.ids.indexOf(id);
    if (at >= 0) this.ids.splice(at, 1);
  }

  /** Where the stream has to stop: behind the event that is answered next, before one that others are answered before. */
  until(run: readonly Change[], from: number): number {
    if (this.ids.length < 2) return run.length;
    for (let index = from; index < run.length; index++) {
      const at = this.ids.indexOf(run[index]?.message.id as MessageId);
      if (at >= 0) return at === 0 ? index + 1 : index;
    }
    return run.length;
  }
}
