import { promptFeatures, type SparseVector, SURFACE } from "./prompt-features.ts";

/** A prompt as the learners see it. */
export interface ReadPrompt extends SparseVector {
  /** Of length {@link OUTLINE}. */
  readonly outline: Float64Array;
}

/** What a prompt looks like from afar; docs/model-routing.md lists the values. Trees ask them, so only their order matters. */
export function readPrompt(prompt: string): ReadPrompt {
  const features = promptFeatures(prompt);
  const outline = new Float64Array(OUTLINE);
  outline.set(features.values.subarray(features.values.length - SURFACE));
  writeOutline(prompt, outline.subarray(SURFACE));
  return { indices: features.indices, values: features.values, outline };
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

function hashOf(word: string): number {
  let hash = FNV_OFFSET;
  for (let k = 0; k < word.length; k++) hash = Math.imul(hash ^ word.charCodeAt(k), FNV_PRIME);
  return hash;
}

/** Groups of words that say what is asked. */
const GROUPS = [
  ["not", "except", "never", "no", "neither", "false", "incorrect", "least"],
  ["which", "what"],
  ["how", "many", "much"],
  ["if", "then", "suppose", "let"],
  ["following", "statement", "statements"],
  ["true", "correct"],
];
const COUNTED = `"(,.;:-%+*/^|'<`;
/** Where the counts of marks and of groups begin, and how many values there are before the surface is added. */
const [MARKS_AT, GROUPS_AT] = [14, 14 + COUNTED.length];
const CAPITALS_AT = GROUPS_AT + GROUPS.length;
export const OUTLINE = SURFACE + CAPITALS_AT + 2;

/** What a code unit is: 1 a letter, 2 a digit, 3 the line feed, from 4 a counted mark. */
const [OTHER, LETTER, DIGIT, LINE_FEED, MARK] = [0, 1, 2, 3, 4] as const;
const KINDS = Uint8Array.from({ length: 128 }, (_, unit) => {
  if (unit === 10) return LINE_FEED;
  if (unit >= 48 && unit <= 57) return DIGIT;
  if ((unit >= 65 && unit <= 90) || (unit >= 97 && unit <= 122)) return LETTER;
  const mark = COUNTED.indexOf(String.fromCharCode(unit));
  return mark < 0 ? OTHER : MARK + mark;
});

const LONG_WORD = 9;
/** Longer runs of digits are names, not quantities. */
const LONGEST_NUMBER = 11;
/** Lines before the last one whose lengths are told: where choices are listed, they are the choices. */
const TAIL = 4;
/** Distinct words are counted by this many bits of their hash. */
const WORD_BITS = 11;

function placeOf(hash: number): number {
  return Math.imul(hash, 0x9e3779b1) >>> (32 - WORD_BITS);
}

/** By place: the group of the one word of the groups that lies there, and its hash. A test sees that no two share a place. */
const groupAt = new Int8Array(1 << WORD_BITS).fill(-1);
const hashAt = new Int32Array(1 << WORD_BITS);
GROUPS.forEach((words, group) => {
  for (const word of words) {
    groupAt[placeOf(hashOf(word))] = group;
    hashAt[placeOf(hashOf(word))] = hashOf(word);
  }
});

// Used again by each call.
const lengths = new Float64Array(TAIL + 1);
const digitsOf = new Float64Array(TAIL + 1);
const seen = new Int32Array(1 << WORD_BITS);
let generation = 0;

function writeOutline(prompt: string, out: Float64Array): void {
  generation = (generation + 1) | 0;
  let [lines, lineStart, lineDigits, first, longest, squares] = [0, 0, 0, 0, 0, 0];
  let [words, letters, longWords, distinct, capitals, foreign] = [0, 0, 0, 0, 0, 0];
  let [word, wordStart] = [0, -1];
  let [numbers, largest, number, numberStart] = [0, 0, 0, -1];
  for (let at = 0; at <= prompt.length; at++) {
    const unit = at === prompt.length ? 10 : prompt.charCodeAt(at);
    const kind = unit < 128 ? (KINDS[unit] ?? OTHER) : LETTER;
    if (kind === LETTER) {
      if (wordStart < 0) {
        wordStart = at;
        word = FNV_OFFSET;
        if (unit >= 65 && unit <= 90) capitals++;
      }
      if (unit >= 128) foreign++;
      word = Math.imul(word ^ (unit >= 65 && unit <= 90 ? unit + 32 : unit), FNV_PRIME);
    } else if (wordStart >= 0) {
      words++;
      letters += at - wordStart;
      if (at - wordStart >= LONG_WORD) longWords++;
      const place = placeOf(word);
      if (seen[place] !== generation) distinct++;
      seen[place] = generation;
      const group = groupAt[place] as number;
      if (group >= 0 && hashAt[place] === word) out[GROUPS_AT + group] = (out[GROUPS_AT + group] ?? 0) + 1;
      wordStart = -1;
    }
    if (kind === DIGIT) {
      if (numberStart < 0) [numberStart, number] = [at, 0];
      number = 10 * number + unit - 48;
      lineDigits++;
      continue;
    }
    if (numberStart >= 0) {
      numbers++;
      if (at - numberStart <= LONGEST_NUMBER) largest = Math.max(largest, number);
      numberStart = -1;
    }
    if (kind >= MARK) out[MARKS_AT + kind - MARK] = (out[MARKS_AT + kind - MARK] ?? 0) + 1;
    if (kind !== LINE_FEED) continue;
    const length = at - lineStart;
    if (lines === 0) first = length;
    if (length > longest) longest = length;
    squares += length * length;
    lengths[lines % (TAIL + 1)] = length;
    digitsOf[lines % (TAIL + 1)] = lineDigits;
    lines++;
    [lineStart, lineDigits] = [at + 1, 0];
  }
  const mean = (prompt.length - lines + 1) / lines;
  out[0] = lines;
  out[1] = mean;
  out[2] = Math.sqrt(Math.max(0, squares / lines - mean * mean));
  out[3] = longest;
  out[4] = first;
  writeTail(lines, out);
  out[9] = numbers;
  out[10] = largest;
  out[11] = words === 0 ? 0 : letters / words;
  out[12] = longWords / (words + 1);
  out[13] = distinct / (words + 1);
  out[CAPITALS_AT] = capitals / (words + 1);
  out[CAPITALS_AT + 1] = foreign;
}

/** Mean, standard deviation and maximum of the lengths of the four lines before the last, and their share of digits. */
function writeTail(lines: number, out: Float64Array): void {
  if (lines < TAIL + 2) return;
  let [sum, squares, longest, digits] = [0, 0, 0, 0];
  for (let back = 2; back <= TAIL + 1; back++) {
    const length = lengths[(lines - back) % (TAIL + 1)] ?? 0;
    sum += length;
    squares += length * length;
    longest = Math.max(longest, length);
    digits += digitsOf[(lines - back) % (TAIL + 1)] ?? 0;
  }
  out[5] = sum / TAIL;
  out[6] = Math.sqrt(Math.max(0, squares / TAIL - (sum / TAIL) * (sum / TAIL)));
  out[7] = longest;
  out[8] = digits / (sum + 1);
}
