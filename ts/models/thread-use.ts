import * as z from "zod";

/** What one thread did for a run. */
export const ThreadUse = z.strictObject({
  busyMs: z.number().meta({
    description:
      "Time in which it worked for the run; of the thread that leads, all but the time in which it waited for others",
  }),
  pieces: z.int().meta({ description: "Pieces of shared work that it did: parts of passes, or batches of reads" }),
});
export type ThreadUse = z.infer<typeof ThreadUse>;
