// What every project runs: however `ketflow/engines` got there, the outcome has to be the same.
const BELL = `OPENQASM 3.0;
include "stdgates.inc";
qubit[2] q;
bit[2] c;
h q[0];
cx q[0], q[1];
c = measure q;
`;

const layers = (qubits, count) => `OPENQASM 3.0;
include "stdgates.inc";
qubit[${qubits}] q;
for int k in [1:${count}] {
  ry(0.1 * k) q;
  cx q[0], q[${qubits - 1}];
}
`;

/** The six edges of a square and its diagonals: MaxCut, in rudy's form. */
const GRAPH = "4 6\n1 2 1\n2 3 1\n3 4 1\n4 1 1\n1 3 2\n2 4 2\n";

/** Two jobs on two machines in opposite order: 6 is what the second one takes alone. */
const SHOP = "2 2\n0 3 1 2\n1 4 0 2\n";

const NETWORK = JSON.stringify({
  format: "ketflow-net/1",
  dtype: "f32",
  layers: [{ kind: "dense", weights: [[1, -2]], bias: [0.5], activation: "relu" }],
  states: [[3, 1]],
});

/** The same cut as a circuit's angles. */
const SEARCH = JSON.stringify({
  format: "ketflow-hybrid/1",
  algorithm: "qaoa",
  problem: {
    graph: {
      edges: [
        [0, 1],
        [1, 2],
        [2, 3],
        [3, 0],
        [0, 2, 2],
        [1, 3, 2],
      ],
    },
  },
});

async function run(engines) {
  const bell = await engines.circuit.run(BELL, { shots: 1000, seed: 7 });
  const abort = new AbortController();
  // Some ten seconds of work, which nobody waits for.
  const long = await engines.circuit
    .run(layers(20, 2000), { seed: 7, signal: abort.signal, onProgress: () => abort.abort() })
    .catch((error) => error.code);
  // Some ten times as long as an engine works without looking whether it was cancelled: what is not cancelled has to end.
  const afterwards = await engines.circuit.run(layers(16, 100), { seed: 7 });
  const cut = await engines.anneal.solve(GRAPH, { seed: 7, method: "anneal" });
  const forward = await engines.network.forward(NETWORK);
  const shop = await engines.schedule.solve({ format: "jsp", source: SHOP }, { seed: 7, iterations: 500 });
  const search = await engines.hybrid.run(SEARCH, { seed: 7 });
  const shared = await engines.circuit.run(layers(18, 200), { seed: 7, threads: 2 });
  await engines.close();
  return {
    outcomes: Object.keys(bell.result.counts).sort(),
    cut: cut.result.best.cut,
    outputs: forward.result.outputs,
    makespan: shop.result.makespan,
    searched: search.result.cut.best,
    hashes: [bell, afterwards, cut, forward, shop, search, shared].map(({ resultHash }) => resultHash),
    long,
    // Where helper threads cannot start, one thread does it all and says why.
    sharing: shared.fewerThreads === undefined ? shared.threads.length : shared.fewerThreads,
    isIsolated: globalThis.crossOriginIsolated === true,
  };
}

/** Writes the outcome as JSON: into the page where there is one, else to standard output. */
export async function show(load) {
  const outcome = await load()
    .then(run)
    .catch(({ code, message }) => ({ code, message }));
  const text = JSON.stringify(outcome);
  if (globalThis.document === undefined) console.log(text);
  else document.body.textContent = text;
}
