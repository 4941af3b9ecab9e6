//! Qubits, bits and inputs by the names that a text or a drawing shows.

use crate::ir::{Circuit, Register};
use std::collections::BTreeSet;

/// The names of one circuit; reserved ones are changed, all are different.
pub(crate) struct Names {
    pub qubit_registers: Vec<String>,
    pub bit_registers: Vec<String>,
    pub inputs: Vec<String>,
    qubits: Rows,
    bits: Rows,
    taken: BTreeSet<String>,
}

impl Names {
    pub fn new(circuit: &Circuit, is_reserved: impl Fn(&str) -> bool) -> Self {
        let all = || {
            let registers = circuit.qubits.iter().chain(&circuit.bits).map(|register| register.name.as_str());
            registers.chain(circuit.inputs.iter().map(|input| input.name.as_str()))
        };
        let mut names = Self {
            qubit_registers: Vec::new(),
            bit_registers: Vec::new(),
            inputs: Vec::new(),
            qubits: Rows::new(&circuit.qubits),
            bits: Rows::new(&circuit.bits),
            taken: all().map(str::to_owned).collect(),
        };
        let mut shown = |name: &str| if is_reserved(name) { names.free(&format!("{name}_")) } else { name.to_owned() };
        let qubit_registers = circuit.qubits.iter().map(|register| shown(&register.name)).collect();
        let bit_registers = circuit.bits.iter().map(|register| shown(&register.name)).collect();
        let inputs = circuit.inputs.iter().map(|input| shown(&input.name)).collect();
        Self { qubit_registers, bit_registers, inputs, ..names }
    }

    /// A name that nothing has yet: `wanted`, with underscores where it is taken.
    pub fn free(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        while !self.taken.insert(name.clone()) {
            name.push('_');
        }
        name
    }

    pub fn qubit(&self, qubit: u32) -> String {
        match self.qubits.find(qubit) {
            Some((register, element)) => {
                element_name(&self.qubits.registers[register], &self.qubit_registers[register], element)
            }
            None => String::new(),
        }
    }

    pub fn bit(&self, bit: u32) -> String {
        match self.bits.find(bit) {
            Some((register, element)) => {
                element_name(&self.bits.registers[register], &self.bit_registers[register], element)
            }
            None => String::new(),
        }
    }

    /// Bits read as one number: a register, a slice or an index set of one, or elements joined by `++`.
    pub fn bit_row(&self, bits: &[u32]) -> String {
        let places: Vec<(usize, u32)> = bits.iter().filter_map(|bit| self.bits.find(*bit)).collect();
        let Some(&(register, first)) = places.first() else { return String::new() };
        let (whole, name) = (&self.bits.registers[register], &self.bit_registers[register]);
        let is_one_register = places.iter().all(|(other, _)| *other == register) && !whole.is_scalar;
        let is_run = places.iter().zip(first..).all(|((_, element), k)| *element == k);
        if places.len() == 1 {
            // A register of one is a row; one of its elements is a single bit. Both are the same number.
            element_name(whole, name, first)
        } else if is_one_register && is_run && places.len() == whole.size as usize {
            name.clone()
        } else if is_one_register && is_run {
            format!("{name}[{first}:{}]", first + places.len() as u32 - 1)
        } else if is_one_register {
            let elements: Vec<String> = places.iter().map(|(_, element)| element.to_string()).collect();
            format!("{name}[{{{}}}]", elements.join(", "))
        } else {
            let elements: Vec<String> = bits.iter().map(|bit| self.bit(*bit)).collect();
            format!("({})", elements.join(" ++ "))
        }
    }
}

/// The registers of one kind, for finding the one that holds an element.
struct Rows {
    registers: Vec<Register>,
    /// Number of the first element of each register.
    starts: Vec<u32>,
}

impl Rows {
    fn new(registers: &[Register]) -> Self {
        let starts = registers.iter().scan(0, |next, register| {
            let start = *next;
            *next += register.size;
            Some(start)
        });
        Self { starts: starts.collect(), registers: registers.to_vec() }
    }

    /// The register that holds an element, and its place there.
    fn find(&self, number: u32) -> Option<(usize, u32)> {
        let register = self.starts.partition_point(|start| *start <= number).checked_sub(1)?;
        Some((register, number - self.starts[register]))
    }
}

fn element_name(register: &Register, name: &str, element: u32) -> String {
    if register.is_scalar { name.to_owned() } else { format!("{name}[{element}]") }
}
