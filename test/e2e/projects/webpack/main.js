import { loadEngines } from "ketflow/engines";
import { show } from "../sample.js";

show(() => loadEngines({ threads: 1 }));
