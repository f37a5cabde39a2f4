import { CallTimeout, type CallAnswer, type Caller, type StoryAnswer } from './journey/index.ts';

/** Recorded answers of calls by activity (or `journey/activity`), one after the other; the last is given again. */
export class Answers {
  readonly #answers: Record<string, StoryAnswer[]>;
  readonly #asked = new Map<string, number>();

  constructor(answers: Record<string, StoryAnswer[]> = {}) {
    this.#answers = answers;
  }

  /** A caller that asks `real` where no answer is recorded, telling it which activity calls. */
  caller(real: (request: Parameters<Caller>[0], activity: string) => ReturnType<Caller>): Caller {
    return async (request) => {
      const { journey = '', activity = '' } = request.from ?? {};
      const exact = `${journey}/${activity}`;
      const answers = this.#answers[exact] ?? this.#answers[activity];
      if (!answers || answers.length === 0) return real(request, activity);
      const no = this.#asked.get(exact) ?? 0;
      this.#asked.set(exact, no + 1);
      return answered(answers[Math.min(no, answers.length - 1)]!);
    };
  }
}

/** What a recorded answer is to whoever called. Throws a time-out for none, and a broken connection for no connection. */
export function answered(answer: StoryAnswer): CallAnswer {
  if (answer === 'no answer') throw new CallTimeout('No answer in time');
  if (answer === 'no connection') throw new Error('There is no connection');
  const { status = 200, headers = {}, text, body = {} } = answer;
  return { status, headers, text: text ?? JSON.stringify(body) };
}
