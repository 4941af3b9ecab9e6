import type { TaskPrediction } from "../models/model-router.ts";
import { ArmPosterior } from "./arm-posterior.ts";
import { Calibration } from "./calibration-window.ts";
import { ModelMean } from "./model-mean.ts";
import { thompsonChances } from "./thompson-chances.ts";

/** The most that is decided by an even draw among all that may answer. */
const MAX_EXPLORATION = 0.02;
/** Features of tasks: their chances, brought to so many numbers by fixed signs. */
const TASK_FEATURES = 6;
const FEATURES = 2 + TASK_FEATURES;
/** So that draws of known models differ by rounding alone. */
const LEAST_DOUBT = 1e-9;
/** Of the doubt that draws have: less than the theory's, which explores for ever. Chosen on the development data. */
const DOUBT = 0.5;

/** What decides: `thompson` the prompt and what was learned, `static` the best single model, because predictions are off. */
export type OnlineMode = "thompson" | "static";

export interface OnlineDecision {
  readonly mode: OnlineMode;
  /** Per model of the router: the chance with which it is asked first. */
  readonly chances: Float64Array;
  /** What its answer is expected to be worth. */
  readonly quality: Float64Array;
}

/** What a prediction says of one model: as much of a prompt as is kept. */
export interface OnlineEvidence {
  /** What the router expected of its answer. */
  readonly predicted: number;
  readonly features: readonly number[];
}

/** What a learner decided: with it, the outcome is learned from, and any other policy judged. */
export interface OnlineChoice extends OnlineEvidence {
  readonly mode: OnlineMode;
  /** Name of the model that was asked first. */
  readonly model: string;
  /** The chance with which it was. */
  readonly chance: number;
}

/** What became of a decision: the only thing that is learned from. */
export interface OnlineOutcome extends OnlineEvidence {
  /** Place of the model that answered. */
  readonly model: number;
  /** The chance with which it was asked, > 0. */
  readonly chance: number;
  /** 0…1 */
  readonly quality: number;
}

/**
 * Learns from the outcomes of its own decisions what the router's predictions lack: linear Thompson sampling whose prior is the offline
 * fit. Where the predictions are badly calibrated it asks the model that is best on the whole, as far as that is known, and goes on learning.
 */
export class OnlineLearner {
  readonly #means: Float64Array;
  readonly #signs: readonly Float64Array[];
  readonly #arms: readonly ArmPosterior[];
  readonly #exploration: number;
  readonly #calibration = new Calibration();
  readonly #singles: readonly ModelMean[];
  readonly #features = new Float64Array(FEATURES);

  /**
   * @param means quality of each model over all examples of the router
   * @param tasks of the router, 0 or more
   * @param exploration share of decisions that are drawn evenly, 0…{@link MAX_EXPLORATION}
   */
  constructor(means: Float64Array, tasks: number, exploration = MAX_EXPLORATION) {
    this.#means = means;
    this.#arms = Array.from(means, () => new ArmPosterior(FEATURES));
    this.#signs = Array.from({ length: TASK_FEATURES }, (_, row) => signsOf(row, tasks));
    this.#exploration = Math.min(exploration, MAX_EXPLORATION);
    this.#singles = Array.from(means, (mean) => new ModelMean(mean));
  }

  get mode(): OnlineMode {
    return this.#calibration.isGood ? "thompson" : "static";
  }

  /** Over the last outcomes: mean distance of what was expected and what came, 0 is best. */
  get calibrationError(): number {
    return this.#calibration.error;
  }

  /**
   * @param value what a quality is worth at this model, rising with it; by default the quality itself
   * @param mayAnswer the models to choose from, at least one; all by default
   */
  decide(
    prediction: TaskPrediction,
    value: Value = (quality) => quality,
    mayAnswer: readonly number[] = [...this.#means.keys()],
  ): OnlineDecision {
    this.#readTasks(prediction);
    const quality = prediction.quality.map(
      (predicted, model) => predicted + (this.#arms[model]?.lift(this.#featuresOf(prediction, model)) ?? 0),
    );
    const { mode } = this;
    const chances = new Float64Array(this.#means.length);
    const doubtOf = (model: number): number =>
      mode === "static"
        ? (this.#singles[model]?.doubt ?? 0)
        : DOUBT * (this.#arms[model]?.doubt(this.#featuresOf(prediction, model)) ?? 0);
    const expected = mode === "static" ? this.#singles.map(({ mean }) => mean) : quality;
    const means = Float64Array.from(mayAnswer, (model) => value(expected[model] ?? 0, model));
    const sds = Float64Array.from(mayAnswer, (model, k) => {
      const above = value((expected[model] ?? 0) + doubtOf(model), model);
      return Math.max(above - (means[k] ?? 0), LEAST_DOUBT);
    });
    const own = thompsonChances(means, sds);
    mayAnswer.forEach((model, k) => {
      chances[model] = (1 - this.#exploration) * (own[k] ?? 0) + this.#exploration / mayAnswer.length;
    });
    return { mode, chances, quality };
  }

  /** What has to be kept of a decision to learn from its outcome later, in this process or another. */
  evidence(prediction: TaskPrediction, model: number): OnlineEvidence {
    this.#readTasks(prediction);
    return { predicted: prediction.quality[model] ?? 0, features: [...this.#featuresOf(prediction, model)] };
  }

  /** Outcomes of models, or with features, of another router are not learned from. */
  learn({ predicted, features: kept, model, chance, quality }: OnlineOutcome): void {
    const arm = this.#arms[model];
    if (arm === undefined || kept.length !== FEATURES) return;
    const features = Float64Array.from(kept);
    this.#calibration.add(clamped(predicted + arm.lift(features)), quality);
    for (const each of this.#arms) each.fade();
    arm.learn(features, quality - predicted);
    this.#singles[model]?.learn(quality, chance);
  }

  /** The features of a prediction that all models share: one, and the tasks by fixed signs. Used again by each call. */
  #readTasks({ tasks }: TaskPrediction): void {
    const features = this.#features;
    features[0] = 1;
    for (let row = 0; row < TASK_FEATURES; row++) {
      const signs = this.#signs[row];
      let sum = 0;
      for (let task = 0; task < tasks.length; task++) sum += (signs?.[task] ?? 0) * (tasks[task] ?? 0);
      features[2 + row] = sum;
    }
  }

  /** Beside them, how far the prediction is from the model's mean: ±1 for ±¼. */
  #featuresOf({ quality }: TaskPrediction, model: number): Float64Array {
    this.#features[1] = 4 * ((quality[model] ?? 0) - (this.#means[model] ?? 0));
    return this.#features;
  }
}

type Value = (quality: number, model: number) => number;

function clamped(quality: number): number {
  return Math.min(1, Math.max(0, quality));
}

/** ±1 by the parity of a hash of row and task: the same in every process. */
function signsOf(row: number, tasks: number): Float64Array {
  return Float64Array.from({ length: tasks }, (_, task) => {
    let hash = Math.imul(row * 1009 + task + 1, 0x9e3779b1);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    return ((hash ^ (hash >>> 13)) & 1) === 0 ? 1 : -1;
  });
}
