import {type Problem, problemsOf} from '../../src/lib/problem.ts';

/** The Problems that `act` throws; none where it throws nothing. What else it throws is thrown on. */
export function problemsThrown(act: () => unknown): readonly Problem[] {
  try {
    act();
    return [];
  } catch (error) {
    const found = problemsOf(error);
    if (found.length === 0) throw error;
    return found;
  }
}
