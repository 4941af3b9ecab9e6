import type { JobFormat, JobOptions } from "../../models/job-options.ts";
import type { JobType } from "../../models/job-type.ts";

/** A small job of an engine and what every build of it gives; changes only with an engine that computes something else. */
interface KnownResult {
  readonly type: JobType;
  readonly format: JobFormat;
  readonly source: string;
  readonly options: JobOptions & { seed: number };
  readonly hash: string;
}

/** A circuit with one gate of each kernel, a branch and both kinds of result. */
const CIRCUIT = `OPENQASM 3.0;
include "stdgates.inc";
qubit[3] q;
bit[3] c;
h q[0];
cx q[0], q[1];
rx(0.3) q[2];
cp(pi/8) q[1], q[2];
c[0] = measure q[0];
if (c[0]) { sx q[2]; }
c[1] = measure q[1];
c[2] = measure q[2];
`;

const SCHEDULE = {
  ...{ format: "ketflow-schedule/1", resources: [{ name: "crew", capacity: 3 }] },
  tasks: [
    { id: "a", duration: 3, demands: { crew: 2 } },
    { id: "b", duration: 2, demands: { crew: 2 } },
    { id: "c", duration: 4, after: ["a"], demands: { crew: 1 } },
  ],
};

/** A hidden layer with an activation of the pinned libm, and a dueling one. */
const NETWORK = {
  ...{ format: "ketflow-net/1", dtype: "f32" },
  layers: [
    {
      kind: "dense",
      weights: [
        [0.5, -1],
        [1.5, 0.25],
      ],
      bias: [0.1, 0.2],
      activation: "tanh",
    },
    {
      kind: "dueling",
      value: { weights: [[1, 1]], bias: [0] },
      advantage: {
        weights: [
          [1, -1],
          [-1, 0.5],
        ],
        bias: [0, 0.1],
      },
    },
  ],
  states: [[0.3, -0.7]],
};

/** A search with a measured observable and draws of every kind. */
const SEARCH = {
  ...{ format: "ketflow-hybrid/1", algorithm: "qaoa" },
  problem: {
    graph: {
      edges: [
        [0, 1],
        [1, 2, 1.5],
        [2, 0],
      ],
    },
  },
};

/** One for each type of job. */
export const KNOWN_RESULTS: readonly KnownResult[] = [
  {
    ...{ type: "circuit", format: "openqasm3", source: CIRCUIT },
    options: { seed: 7, shots: 1000, probabilities: true },
    hash: "29d0e84c43844e9f4a94601a553057d7706defeaaf747470a23e58d5a0434a8b",
  },
  {
    ...{ type: "anneal", format: "coo", source: "# vartype=SPIN\n0 1 1\n1 2 -2.5\n2 3 1\n0 3 0.5\n2 2 0.25\n" },
    options: { seed: 7, method: "anneal", reads: 20, sweeps: 50 },
    hash: "86739dc82995a5faf1c450a94146cbeb32744b3680375fab1797a07c645772cb",
  },
  {
    ...{ type: "schedule", format: "schedule-json", source: JSON.stringify(SCHEDULE) },
    options: { seed: 7, iterations: 200 },
    hash: "140494bae4cc996de6b41f1647859642c4f2e0f984db9a6229354cf0bf043afd",
  },
  {
    ...{ type: "infer", format: "net-json", source: JSON.stringify(NETWORK) },
    options: { seed: 7 },
    hash: "8f59d29b2ff2805250c900a2da675c4bf30a340c8ba0cdda6715a8d289f8a8a5",
  },
  {
    ...{ type: "hybrid", format: "hybrid-json", source: JSON.stringify(SEARCH) },
    options: { seed: 7, optimizer: "spsa", maxIterations: 3, shots: 50 },
    hash: "e50c19fd40fdae63c9127d9f0515a03c1549baa90586fb6e13976154af114487",
  },
];
