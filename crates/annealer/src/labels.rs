//! What a source calls the variables of a model.

/// Names of variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Labels {
    /// Numbers from this one on.
    From(u32),
    /// One each, as JSON.
    Listed(Vec<String>),
}
