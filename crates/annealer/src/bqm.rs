//! The model: E(v) = offset + Σ aᵢ vᵢ + Σ bᵢⱼ vᵢ vⱼ over spins (±1) or binary variables (0, 1).

use ketflow_error::Error;

/// What a variable can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vartype {
    /// −1 or +1.
    Spin,
    /// 0 or 1.
    Binary,
}

/// Most variables of a model.
pub const MAX_VARIABLES: usize = 1 << 20;
/// Most couplings of a model.
pub const MAX_COUPLINGS: usize = 1 << 24;

/// A coupling between two different variables.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coupling {
    /// The variable with the lower number.
    pub i: u32,
    /// The variable with the higher number.
    pub j: u32,
    /// Its coefficient.
    pub value: f64,
}

/// A binary quadratic model. Couplings are in the order of (i, j), and no pair comes twice.
#[derive(Debug, Clone, PartialEq)]
pub struct Bqm {
    vartype: Vartype,
    linear: Vec<f64>,
    couplings: Vec<Coupling>,
    offset: f64,
}

impl Bqm {
    /// What its variables are.
    pub fn vartype(&self) -> Vartype {
        self.vartype
    }

    /// Number of variables.
    pub fn size(&self) -> usize {
        self.linear.len()
    }

    /// Linear coefficients by variable.
    pub fn linear(&self) -> &[f64] {
        &self.linear
    }

    /// The couplings.
    pub fn couplings(&self) -> &[Coupling] {
        &self.couplings
    }

    /// What every sample's energy has in common.
    pub fn offset(&self) -> f64 {
        self.offset
    }

    /// The energy of a sample, offset included: summed afresh in the order of the model, so exactly where the coefficients and
    /// their sums are whole or otherwise representable.
    ///
    /// # Panics
    /// When the sample is shorter than the model.
    #[inline(never)]
    pub fn energy(&self, sample: &[bool]) -> f64 {
        let low = if self.vartype == Vartype::Spin { -1.0 } else { 0.0 };
        let value = |k: usize| if sample[k] { 1.0 } else { low };
        let linear: f64 = self.linear.iter().enumerate().map(|(k, a)| a * value(k)).sum();
        let quadratic: f64 = self.couplings.iter().map(|b| b.value * (value(b.i as usize) * value(b.j as usize))).sum();
        self.offset + linear + quadratic
    }

    /// The same model over the other kind of variables, by v = (1 + s) / 2. Halves and quarters of the coefficients are exact; their
    /// sums are where the result is representable.
    pub fn to_vartype(&self, vartype: Vartype) -> Self {
        if vartype == self.vartype {
            return self.clone();
        }
        let mut linear = vec![0.0; self.size()];
        let mut offset = self.offset;
        let mut couplings = Vec::with_capacity(self.couplings.len());
        match vartype {
            Vartype::Spin => {
                for (k, a) in self.linear.iter().enumerate() {
                    linear[k] += a / 2.0;
                    offset += a / 2.0;
                }
                for b in &self.couplings {
                    let quarter = b.value / 4.0;
                    couplings.push(Coupling { value: quarter, ..*b });
                    linear[b.i as usize] += quarter;
                    linear[b.j as usize] += quarter;
                    offset += quarter;
                }
            }
            Vartype::Binary => {
                for (k, a) in self.linear.iter().enumerate() {
                    linear[k] += 2.0 * a;
                    offset -= a;
                }
                for b in &self.couplings {
                    couplings.push(Coupling { value: 4.0 * b.value, ..*b });
                    linear[b.i as usize] -= 2.0 * b.value;
                    linear[b.j as usize] -= 2.0 * b.value;
                    offset += b.value;
                }
            }
        }
        Self { vartype, linear, couplings, offset }
    }

    /// All coefficients times `factor`: with a power of two exact, but for what leaves the range of f64.
    pub(crate) fn scaled(&self, factor: f64) -> Self {
        Self {
            vartype: self.vartype,
            linear: self.linear.iter().map(|a| a * factor).collect(),
            couplings: self.couplings.iter().map(|b| Coupling { value: b.value * factor, ..*b }).collect(),
            offset: self.offset * factor,
        }
    }

    /// The model whose lowest energies are this one's highest.
    pub fn negated(&self) -> Self {
        Self {
            vartype: self.vartype,
            linear: self.linear.iter().map(|a| -a).collect(),
            couplings: self.couplings.iter().map(|b| Coupling { value: -b.value, ..*b }).collect(),
            offset: -self.offset,
        }
    }
}

/// Puts a model together; what is added to the same place is summed in the order in which it comes.
#[derive(Debug, Clone)]
pub struct BqmBuilder {
    vartype: Vartype,
    linear: Vec<f64>,
    couplings: Vec<Coupling>,
    offset: f64,
}

impl BqmBuilder {
    /// A model without variables.
    pub fn new(vartype: Vartype) -> Self {
        Self { vartype, linear: Vec::new(), couplings: Vec::new(), offset: 0.0 }
    }

    /// Makes room for variables up to `size`.
    ///
    /// # Errors
    /// `too-large` above [`MAX_VARIABLES`].
    pub fn reserve(&mut self, size: usize) -> Result<(), Error> {
        if size > MAX_VARIABLES {
            return Err(Error::too_large(format!("{size} variables are more than {MAX_VARIABLES}; split the problem")));
        }
        if size > self.linear.len() {
            self.linear.resize(size, 0.0);
        }
        Ok(())
    }

    /// Adds to the offset.
    ///
    /// # Errors
    /// `invalid-input` for what is not finite.
    pub fn add_offset(&mut self, value: f64) -> Result<(), Error> {
        self.offset += finite(value)?;
        Ok(())
    }

    /// Adds `value` × vᵢ.
    ///
    /// # Errors
    /// `invalid-input` for what is not finite, `too-large` above [`MAX_VARIABLES`].
    pub fn add_linear(&mut self, i: usize, value: f64) -> Result<(), Error> {
        self.reserve(i.saturating_add(1))?;
        self.linear[i] += finite(value)?;
        Ok(())
    }

    /// Adds `value` × vᵢ × vⱼ; with i = j it is a linear term (binary) or a constant (spin).
    ///
    /// # Errors
    /// `invalid-input` for what is not finite, `too-large` above [`MAX_VARIABLES`] and [`MAX_COUPLINGS`].
    pub fn add_coupling(&mut self, i: usize, j: usize, value: f64) -> Result<(), Error> {
        if i == j {
            return match self.vartype {
                Vartype::Binary => self.add_linear(i, value),
                Vartype::Spin => self.reserve(i.saturating_add(1)).and_then(|()| self.add_offset(value)),
            };
        }
        self.reserve(i.max(j).saturating_add(1))?;
        if self.couplings.len() == MAX_COUPLINGS {
            return Err(Error::too_large(format!("more than {MAX_COUPLINGS} couplings; split the problem")));
        }
        // Below MAX_VARIABLES, so they fit.
        self.couplings.push(Coupling { i: i.min(j) as u32, j: i.max(j) as u32, value: finite(value)? });
        Ok(())
    }

    /// The model.
    ///
    /// # Errors
    /// `invalid-input` where sums of coefficients are not finite.
    pub fn build(mut self) -> Result<Bqm, Error> {
        // Stable, so that what is summed at one place is summed in the order in which it came.
        self.couplings.sort_by_key(|b| (b.i, b.j));
        self.couplings.dedup_by(|next, kept| {
            let is_same = (next.i, next.j) == (kept.i, kept.j);
            if is_same {
                kept.value += next.value;
            }
            is_same
        });
        let sums = self.linear.iter().chain(self.couplings.iter().map(|b| &b.value)).chain([&self.offset]);
        // Also what an energy can be at most has to be finite.
        if !sums.map(|value| value.abs()).sum::<f64>().is_finite() {
            return Err(Error::invalid("the coefficients are so large that their sum is infinite; scale them down"));
        }
        Ok(Bqm { vartype: self.vartype, linear: self.linear, couplings: self.couplings, offset: self.offset })
    }
}

fn finite(value: f64) -> Result<f64, Error> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(Error::invalid(format!("{value} is no coefficient; give a finite number")))
    }
}
