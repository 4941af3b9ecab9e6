import { AppError, type CircuitRun, type Engines } from "../engines.ts";
import { circuitSvg } from "../pictures/circuit-svg.ts";
import { histogramSvg } from "../pictures/histogram.ts";
import { element, showError, showSvg } from "./dom.ts";
import { EXAMPLES } from "./examples.ts";

const form = element("circuit-form", HTMLFormElement);
const example = element("example", HTMLSelectElement);
const source = element("source", HTMLTextAreaElement);
const sourceError = element("source-error", HTMLParagraphElement);
const shots = element("shots", HTMLInputElement);
const seed = element("seed", HTMLInputElement);
const precision = element("precision", HTMLSelectElement);
const runButton = element("run", HTMLButtonElement);
const cancelButton = element("cancel", HTMLButtonElement);
const progress = element("progress", HTMLProgressElement);
const status = element("run-status", HTMLParagraphElement);
const runError = element("run-error", HTMLParagraphElement);
const drawing = element("drawing", HTMLElement);
const notes = element("notes", HTMLUListElement);
const histogram = element("histogram", HTMLElement);
const factsCard = element("facts-card", HTMLElement);
const facts = element("facts", HTMLDListElement);

/** Draws while one types: after this pause, and only the latest text. */
const TYPING_PAUSE_MS = 250;

/** The editor, its drawing, and the runs. */
export function startCircuitPanel(engines: Engines): void {
  let reading: AbortController | undefined;
  let running: AbortController | undefined;
  let pause: ReturnType<typeof setTimeout> | undefined;

  async function draw(): Promise<void> {
    reading?.abort();
    const mine = new AbortController();
    reading = mine;
    try {
      const circuit = await engines.circuit.compile(source.value, { signal: mine.signal });
      sourceError.hidden = true;
      source.setAttribute("aria-invalid", "false");
      drawing.classList.remove("stale");
      showSvg(drawing, circuitSvg(circuit.view, { width: Math.max(320, drawing.clientWidth - 8) }));
      notes.replaceChildren(...circuit.notes.map((note) => noteItem(note.line, note.message)));
      notes.hidden = circuit.notes.length === 0;
    } catch (error) {
      if (mine.signal.aborted) return;
      showError(sourceError, error);
      source.setAttribute("aria-invalid", "true");
      drawing.classList.add("stale");
    }
  }

  async function run(): Promise<void> {
    const mine = new AbortController();
    running = mine;
    setRunning(true);
    const startMs = performance.now();
    try {
      const result = await engines.circuit.run(source.value, {
        ...readOptions(),
        signal: mine.signal,
        onProgress: ({ done, total }) => {
          progress.hidden = false;
          progress.value = total > 0 ? done / total : 0;
        },
      });
      showRun(result, performance.now() - startMs);
    } catch (error) {
      if (error instanceof AppError && error.code === "cancelled") {
        status.textContent = `Cancelled after ${milliseconds(performance.now() - startMs)}.`;
      } else {
        status.textContent = "";
        showError(runError, error);
      }
    } finally {
      setRunning(false);
    }
  }

  for (const name of Object.keys(EXAMPLES)) example.add(new Option(name));
  example.addEventListener("change", () => {
    source.value = EXAMPLES[example.value] ?? "";
    void draw();
  });
  source.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(draw, TYPING_PAUSE_MS);
  });
  source.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (runButton.disabled) return;
    void run();
  });
  cancelButton.addEventListener("click", () => running?.abort());

  source.value = EXAMPLES[example.value] ?? "";
  void draw();
}

function readOptions() {
  const seedText = seed.value.trim();
  if (seedText !== "" && !/^\d{1,16}$/.test(seedText)) {
    throw new AppError(
      "invalid-input",
      `seed: '${seedText}' is not a whole number from 0 to 2⁵³ − 1; leave it empty for a fresh one`,
    );
  }
  return {
    shots: shots.valueAsNumber,
    precision: precision.value === "f32" ? ("f32" as const) : ("f64" as const),
    ...(seedText === "" ? {} : { seed: Number(seedText) }),
  };
}

function setRunning(isRunning: boolean): void {
  runButton.disabled = isRunning;
  cancelButton.hidden = !isRunning;
  progress.hidden = true;
  progress.value = 0;
  if (isRunning) {
    runError.hidden = true;
    status.textContent = "Running…";
  }
}

function showRun(run: CircuitRun, totalMs: number): void {
  status.textContent = `Done in ${milliseconds(totalMs)}.`;
  showSvg(histogram, histogramSvg(run.result.counts ?? {}));
  const { engine, build } = run.identity;
  const rows: [string, string][] = [
    ["Result hash", run.resultHash],
    ["Seed", String(run.seed)],
    ["Engine", `${engine.name} ${engine.version}`],
    ["Sources", engine.contentHash],
    ["Build", `${build.kind} ${build.sha256}`],
    ["Engine time", milliseconds(run.engineMs)],
    ["Whole time", milliseconds(totalMs)],
  ];
  facts.replaceChildren(
    ...rows.flatMap(([name, value]) => {
      const term = document.createElement("dt");
      const text = document.createElement("dd");
      term.textContent = name;
      text.textContent = value;
      return [term, text];
    }),
  );
  factsCard.hidden = false;
}

function noteItem(line: number, message: string): HTMLLIElement {
  const item = document.createElement("li");
  item.textContent = `Line ${line}: ${message}`;
  return item;
}

function milliseconds(duration: number): string {
  return duration < 10 ? `${duration.toFixed(2)} ms` : `${Math.round(duration)} ms`;
}
