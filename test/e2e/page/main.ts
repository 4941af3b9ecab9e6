import { loadEngines } from "../../../ts/engines.ts";

declare global {
  interface Window {
    loadEngines: typeof loadEngines;
  }
}

// What the tests of hashes and of cancelling call from outside.
window.loadEngines = loadEngines;
