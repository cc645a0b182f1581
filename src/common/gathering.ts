import { Clock } from './clock.js';
import { WaitingLine } from './waiting-line.js';

/** Two, so that one which hangs does not keep all others. */
const AT_ONCE = 2;
const MOST_TOGETHER = 500;

interface Asked<Question, Answer> {
  question: Question;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

/**
 * Asks the questions of one turn of the event loop in one go, and together those that come while two goes are under way.
 * So thousands who connect at once cost some hundred statements, and nobody waits on an idle server.
 */
export class Gathering<Question, Answer> {
  private waiting: Asked<Question, Answer>[] = [];
  private readonly line: WaitingLine;

  /** `answer` gives the answers in the order of the questions. */
  constructor(
    private readonly answer: (questions: readonly Question[]) => Promise<readonly Answer[]>,
    clock: Clock,
  ) {
    this.line = new WaitingLine(AT_ONCE, clock);
  }

  /** What it answers is not older than the question. @throws Unavailable also when those before it got no answer for long */
  ask(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.waiting.push({ question, resolve, reject }) > 1) return;
      setImmediate(() => {
        void this.go();
      });
    });
  }

  /** One go for those who wait when its turn has come. */
  private async go(): Promise<void> {
    let asked: Asked<Question, Answer>[] = [];
    try {
      const answers = await this.line.run(() => {
        asked = this.waiting.splice(0, MOST_TOGETHER);
        if (this.waiting.length > 0) void this.go();
        return this.answer(asked.map(({ question }) => question));
      });
      answers.forEach((answer, index) => asked[index]?.resolve(answer));
    } catch (error) {
      // Sent away before its turn: then nobody has been asked yet.
      for (const { reject } of asked.length > 0 ? asked : this.waiting.splice(0)) reject(error);
    }
  }
}
