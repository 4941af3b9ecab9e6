//! Which wire each site holds: wires that are apart are brought together by exchanges.

/// Which site each wire has.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    site: Vec<usize>,
    wire: Vec<u32>,
}

impl Places {
    pub fn new(qubits: u32) -> Self {
        Self { site: (0..qubits as usize).collect(), wire: (0..qubits).collect() }
    }

    pub fn site(&self, wire: u32) -> usize {
        self.site[wire as usize]
    }

    pub fn wire(&self, site: usize) -> u32 {
        self.wire[site]
    }

    /// Makes the wires neighbours, by exchanges of a site and the next that `exchange` carries out; their first site.
    pub fn gather(&mut self, wires: &[u32], mut exchange: impl FnMut(usize)) -> usize {
        let mut order: Vec<u32> = wires.to_vec();
        order.sort_by_key(|wire| self.site(*wire));
        let first = self.site(order[0]);
        for (k, wire) in order.into_iter().enumerate() {
            while self.site(wire) > first + k {
                let site = self.site(wire) - 1;
                exchange(site);
                self.wire.swap(site, site + 1);
                self.site[self.wire[site] as usize] = site;
                self.site[self.wire[site + 1] as usize] = site + 1;
            }
        }
        first
    }
}
