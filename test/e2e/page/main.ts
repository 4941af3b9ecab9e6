import { type Engines, loadEngines } from "../../../ts/engines.ts";

declare global {
  interface Window {
    engines: Promise<Engines>;
  }
}

// What the tests of hashes and of cancelling call from outside.
window.engines = loadEngines({ threads: 2 });
