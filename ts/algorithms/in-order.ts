/**
 * Runs a task for every item, at most `width` at once. After the first failure none is started any more.
 *
 * @returns the answers in the order of the items, whatever the order in which they came
 */
export async function inOrder<Item, Answer>(
  items: readonly Item[],
  width: number,
  run: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = new Array(items.length);
  const rest = items.entries();
  let failed = false;
  const lane = async (): Promise<void> => {
    for (const [k, item] of rest) {
      if (failed) return;
      try {
        answers[k] = await run(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
  return answers;
}
