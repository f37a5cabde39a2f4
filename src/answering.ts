import { CallTimeout, type CallAnswer, type Caller, type StoryAnswer } from './journey/index.ts';

/** Recorded answers of calls by activity, one after the other; the last is given again. */
export class Answers {
  readonly #answers: Record<string, StoryAnswer[]>;
  readonly #asked = new Map<string, number>();

  constructor(answers: Record<string, StoryAnswer[]> = {}) {
    this.#answers = answers;
  }

  /** A caller that asks `real` where no answer is recorded, telling it which activity calls. */
  caller(real: (request: Parameters<Caller>[0], activity: string) => ReturnType<Caller>): Caller {
    return async (request) => {
      const activity = (request.headers['idempotency-key'] ?? '').split('/')[1] ?? '';
      const answers = this.#answers[activity];
      if (!answers || answers.length === 0) return real(request, activity);
      const no = this.#asked.get(activity) ?? 0;
      this.#asked.set(activity, no + 1);
      return answered(answers[Math.min(no, answers.length - 1)]!);
    };
  }
}

/** What a recorded answer is to whoever called. Throws a time-out for none. */
export function answered(answer: StoryAnswer): CallAnswer {
  if (answer === 'no answer') throw new CallTimeout('No answer in time');
  return { status: answer.status ?? 200, headers: {}, text: JSON.stringify(answer.body ?? {}) };
}
