/** Work on the writing connection, one at a time and in the order of asking. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => {});
    return turn;
  }
}

/** Lets requests and replies of the thread through between two slices of work. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
