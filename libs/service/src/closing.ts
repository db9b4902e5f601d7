/** What was opened, to be closed in reverse order: whoever uses a thing was opened after it. */
export class Closing {
  private readonly steps: { readonly name: string; readonly close: () => Promise<void> | void }[] = [];

  add(name: string, close: () => Promise<void> | void): void {
    this.steps.push({ name, close });
  }

  /** Every step runs, also after one that failed; rejects with all failures, each named. */
  async close(): Promise<void> {
    const failures: Error[] = [];
    for (let step = this.steps.pop(); step !== undefined; step = this.steps.pop()) {
      try {
        await step.close();
      } catch (error) {
        failures.push(new Error(`${step.name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error }));
      }
    }
    if (failures.length > 0)
      throw new AggregateError(failures, `not everything closed: ${failures.map(({ message }) => message).join('; ')}`);
  }
}
