// Becomes `require`, which takes ES modules from Node 20.19 on; TypeScript knows that with `nodenext`.
import { type Engines, loadEngines } from "ketflow/engines";

export const engines: Promise<Engines> = loadEngines({ threads: 1 });
