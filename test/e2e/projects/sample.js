// What every project runs: however `ketflow/engines` got there, the outcome has to be the same.
const BELL = `OPENQASM 3.0;
include "stdgates.inc";
qubit[2] q;
bit[2] c;
h q[0];
cx q[0], q[1];
c = measure q;
`;

/** Some ten seconds of work, which nobody waits for. */
const LONG = `OPENQASM 3.0;
include "stdgates.inc";
qubit[20] q;
for int k in [1:2000] {
  ry(0.1 * k) q;
  cx q[0], q[19];
}
`;

async function run(engines) {
  const bell = await engines.circuit.run(BELL, { shots: 1000, seed: 7 });
  const abort = new AbortController();
  const long = await engines.circuit
    .run(LONG, { seed: 7, signal: abort.signal, onProgress: () => abort.abort() })
    .catch((error) => error.code);
  const again = await engines.circuit.run(BELL, { shots: 1000, seed: 7 });
  await engines.close();
  return {
    outcomes: Object.keys(bell.result.counts).sort(),
    resultHash: bell.resultHash,
    long,
    hashAfterwards: again.resultHash,
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
