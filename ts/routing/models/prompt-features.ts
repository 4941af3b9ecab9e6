import { strictLn } from "../../core/strict-log.ts";

/** Places for words, then as many for characters. */
const HALF_BITS = 11;
const HALF = 1 << HALF_BITS;
/** Hashed features: word 1–2-grams in the first half, character 3-grams in the second. */
export const HASHED = 2 * HALF;

/** A vector with few values that are not 0. */
export interface SparseVector {
  /** In the order in which the prompt first has them; each once. */
  readonly indices: Uint16Array;
  readonly values: Float64Array;
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** The finaliser of MurmurHash3 (Appleby, 2011, public domain): every bit of the input reaches the upper bits, which are the place. */
function place(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> (32 - HALF_BITS);
}

/** What a code unit is to the features. */
const [SPACE, WORD, UPPER, DIGIT, MARK] = [0, 1, 2, 3, 4] as const;
const KINDS = Uint8Array.from({ length: 128 }, (_, unit) => {
  if (unit <= 32) return SPACE;
  if (unit >= 48 && unit <= 57) return DIGIT;
  if (unit >= 65 && unit <= 90) return UPPER;
  return unit >= 97 && unit <= 122 ? WORD : MARK;
});

/** 1 + ln n for the usual counts. */
const LOG_TF = Float64Array.from({ length: 256 }, (_, count) => (count === 0 ? 0 : 1 + strictLn(count)));

/** Marks that tell code, formulae and gaps to be filled from prose. */
const COUNTED_MARKS = [63, 92, 61, 95, 36, 123]; // ? \ = _ $ {
const MARK_PLACE = new Int8Array(128).fill(-1);
COUNTED_MARKS.forEach((unit, k) => {
  MARK_PLACE[unit] = k;
});

/** Features of the text's outside: six of its shape, then the marks. */
export const SURFACE = 6 + COUNTED_MARKS.length;
/** Length of the vectors. */
export const FEATURES = HASHED + SURFACE;

// Used again by each call, which leaves the counts at 0: a call allocates its answer alone.
const counts = new Uint32Array(HASHED);
const touched = new Uint16Array(HASHED);
const marks = new Uint32Array(COUNTED_MARKS.length);

/**
 * A prompt as a vector of length {@link FEATURES}: hashed word 1–2-grams and character 3-grams, 1 + ln(count), scaled to length 1
 * together, then {@link surface} features. docs/model-routing.md defines each step; `test/vectors/prompt-features.json` has examples.
 *
 * One pass over the UTF-16 code units. A pure function of the text: nothing is learned, no table depends on the release of Unicode.
 */
export function promptFeatures(prompt: string): SparseVector {
  let used = 0;
  const count = (index: number): void => {
    if (counts[index] === 0) touched[used++] = index;
    counts[index] = (counts[index] ?? 0) + 1;
  };
  let [digits, uppers, signs, lines, words] = [0, 0, 0, 1, 0];
  let [before, word] = [0, 0]; // hashes of the last word and of the one that is being read; 0 is none
  let [first, second] = [-1, 32]; // the last two units; the text is read as if between spaces
  const endWord = (): void => {
    if (word === 0) return;
    count(place(word));
    if (before !== 0) count(place(Math.imul(before, 0x9e3779b1) ^ word));
    before = word;
    word = 0;
    words++;
  };
  for (let at = 0; at <= prompt.length; at++) {
    let unit = at === prompt.length ? 32 : prompt.charCodeAt(at);
    const kind = unit < 128 ? (KINDS[unit] ?? MARK) : WORD;
    if (kind === SPACE) {
      if (unit === 10) lines++;
      endWord();
      if (second === 32) continue;
      unit = 32;
    } else if (kind === MARK) {
      endWord();
      signs++;
      const mark = MARK_PLACE[unit] ?? -1;
      if (mark >= 0) marks[mark] = (marks[mark] ?? 0) + 1;
      word = Math.imul(FNV_OFFSET ^ unit, FNV_PRIME) | 1;
      endWord();
    } else {
      if (kind === UPPER) {
        unit += 32;
        uppers++;
      } else if (kind === DIGIT) digits++;
      word = Math.imul((word === 0 ? FNV_OFFSET : word) ^ unit, FNV_PRIME) | 1;
    }
    if (first >= 0) {
      const hash = Math.imul(Math.imul(Math.imul(FNV_OFFSET ^ first, FNV_PRIME) ^ second, FNV_PRIME) ^ unit, FNV_PRIME);
      count(HALF + place(hash));
    }
    first = second;
    second = unit;
  }
  const shape = surface(prompt.length, { digits, uppers, signs, lines, words });
  return gathered(used, shape);
}

function gathered(used: number, shape: readonly number[]): SparseVector {
  const indices = new Uint16Array(used + SURFACE);
  const values = new Float64Array(used + SURFACE);
  let square = 0;
  for (let k = 0; k < used; k++) {
    const index = touched[k] ?? 0;
    const n = counts[index] ?? 0;
    const value = n < LOG_TF.length ? (LOG_TF[n] ?? 0) : 1 + strictLn(n);
    counts[index] = 0;
    indices[k] = index;
    values[k] = value;
    square += value * value;
  }
  const scale = square === 0 ? 0 : 1 / Math.sqrt(square);
  for (let k = 0; k < used; k++) values[k] = (values[k] ?? 0) * scale;
  for (let k = 0; k < SURFACE; k++) {
    indices[used + k] = HASHED + k;
    values[used + k] = shape[k] ?? 0;
  }
  return { indices, values };
}

interface Shape {
  digits: number;
  uppers: number;
  signs: number;
  lines: number;
  words: number;
}

/** Brought near mean 0 and variance 1 for English prompts by constants, so that a ridge penalty treats them alike. */
function surface(length: number, { digits, uppers, signs, lines, words }: Shape): number[] {
  const share = (n: number): number => n / (length + 1);
  const shape = [
    strictLn(length + 1) - 5.5,
    strictLn(words + 1) - 4,
    strictLn(lines) - 1,
    (share(digits) - 0.03) * 20,
    (share(uppers) - 0.04) * 25,
    (share(signs) - 0.05) * 25,
  ];
  for (let k = 0; k < marks.length; k++) {
    shape.push(strictLn((marks[k] ?? 0) + 1));
    marks[k] = 0;
  }
  return shape;
}
