"""Writes lih-vqe.hybrid.json beside the folder: lithium hydride in STO-3G on twelve qubits, an ansatz and nothing else.

Run in an environment with `pyscf==2.14.0 openfermion==1.8.1 openfermionpyscf==0.5` (Apache-2.0, all three; half a minute):

    python examples/generate/lih.py
"""

import json
from pathlib import Path

import numpy as np
from openfermion import MolecularData, get_fermion_operator, get_sparse_operator, jordan_wigner
from openfermionpyscf import run_pyscf
from scipy.sparse.linalg import eigsh

FOLDER = Path(__file__).resolve().parent.parent
# The equilibrium distance (Huber & Herzberg, Constants of Diatomic Molecules, 1979), in ångström.
DISTANCE = 1.5957
LEAST = 1e-10

ANSATZ = """// Lithium hydride in the smallest basis: qubits 2k and 2k + 1 hold orbital k with spin up and down. Orbital 0 is lithium's core and 1
// the bond; 2 and 5 have its symmetry, 3 and 4 are the p orbitals across it, which are alike.
OPENQASM 3.0;
include "stdgates.inc";

input float near;
input float far;
input float both;
input float across;
input float up2;
input float down2;
input float up5;
input float down5;
qubit[12] q;

// A turn of one electron between a and b, which keeps the number of electrons.
gate orbital(t) a, b { cx a, b; cry(t) b, a; cx a, b; }

// A turn between both electrons in a, b and both in c, d (Anselmetti, Wierichs, Gogolin & Parrish, New Journal of Physics 23, 113010
// (2021), figure 6).
gate pair(t) a, b, c, d {
  cx c, d; cx a, c; h d; h a; cx c, d; cx a, b;
  ry(t / 8) b; ry(-t / 8) a;
  cx a, d; h d; cx d, b;
  ry(t / 8) b; ry(-t / 8) a;
  cx c, b; cx c, a;
  ry(-t / 8) b; ry(t / 8) a;
  cx d, b; h d; cx a, d;
  ry(-t / 8) b; ry(t / 8) a;
  cx a, b; cx c, a; h a; h d; cx a, c; cx c, d;
}

x q[0]; x q[1]; x q[2]; x q[3];
pair(near) q[2], q[3], q[4], q[5];
pair(far) q[2], q[3], q[10], q[11];
pair(across) q[2], q[3], q[6], q[7];
pair(across) q[2], q[3], q[8], q[9];
pair(both) q[2], q[3], q[4], q[11];
pair(-both) q[2], q[3], q[10], q[5];
orbital(up2) q[2], q[4];
orbital(down2) q[3], q[5];
orbital(up5) q[2], q[10];
orbital(down5) q[3], q[11];
"""

geometry = [("Li", (0, 0, 0)), ("H", (0, 0, DISTANCE))]
molecule = run_pyscf(MolecularData(geometry, "sto-3g", multiplicity=1), run_scf=True, run_fci=True)
operator = jordan_wigner(get_fermion_operator(molecule.get_molecular_hamiltonian()))
lowest = float(eigsh(get_sparse_operator(operator, 12), k=1, which="SA")[0][0])
assert abs(lowest - molecule.fci_energy) < 1e-9, (lowest, molecule.fci_energy)

terms = []
for factors, weight in sorted(operator.terms.items()):
    assert abs(np.imag(weight)) < 1e-12
    if abs(weight) < LEAST:
        continue
    letters = dict(factors)
    word = "".join(letters.get(qubit, "I") for qubit in reversed(range(12)))
    terms.append((float(np.real(weight)), word))
text = " + ".join(f"{weight!r}*{word}" for weight, word in terms).replace("+ -", "- ")
document = {
    "format": "ketflow-hybrid/1",
    "algorithm": "vqe",
    "ansatz": {"format": "openqasm3", "source": ANSATZ},
    "observable": text,
    "parameters": {name: 0 for name in ("near", "far", "both", "across", "up2", "down2", "up5", "down5")},
}
(FOLDER / "lih-vqe.hybrid.json").write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
print(f"{len(terms)} terms; Hartree–Fock {molecule.hf_energy!r}, full configuration interaction {float(molecule.fci_energy)!r}")
