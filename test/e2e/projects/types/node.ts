// Every door with the types of Node, without those of browsers.
import { AppError } from "ketflow";
import { createClient } from "ketflow/client";
import { loadEngines } from "ketflow/engines";
import { openLocalService } from "ketflow/server";
import { verifyReceipt } from "ketflow/verify";

export async function runJob(dataDir: string, source: string): Promise<string | undefined> {
  const service = await openLocalService({ dataDir });
  const { job } = await service.submit({ type: "circuit", input: { format: "openqasm3", source }, seed: 7 });
  await service.close();
  return job.status;
}

// @ts-expect-error a path is a text: types that had fallen to `any` would take this
export const wrong = (): unknown => openLocalService({ dataDir: 7 });

export const others = [AppError, createClient, loadEngines, verifyReceipt];
