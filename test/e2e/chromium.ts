import { accessSync, constants } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const PATHS = [process.env.CHROMIUM_PATH, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const executablePath = PATHS.filter((path) => path !== undefined).find(isExecutable);

/** Whether browser tests are skipped, with the reason printed; where KETFLOW_REQUIRE is set they run, and so fail, instead. */
export const skipsBrowser = executablePath === undefined && process.env.KETFLOW_REQUIRE === undefined;
if (skipsBrowser) console.log("skipped: browser tests, because no Chromium was found (CHROMIUM_PATH names one)");

export function launchChromium(): Promise<Browser> {
  if (executablePath === undefined) throw new Error(`no Chromium among ${PATHS.join(", ")}`);
  return chromium.launch({
    executablePath,
    args: [
      ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
      ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
    ],
  });
}
