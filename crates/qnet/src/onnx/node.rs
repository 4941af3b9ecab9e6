//! A node of the graph, and what is said when it is refused.

use super::tensor::Tensor;
use crate::fault::quote;
use ketflow_error::Error;

/// One operation.
#[derive(Default)]
pub(crate) struct Node<'a> {
    /// Its place in the file.
    pub index: usize,
    /// May be empty.
    pub name: &'a str,
    pub operator: &'a str,
    pub domain: &'a str,
    pub inputs: Vec<&'a str>,
    pub outputs: Vec<&'a str>,
    pub attributes: Vec<Attribute<'a>>,
}

/// A named constant of a node.
#[derive(Default)]
pub(crate) struct Attribute<'a> {
    pub name: &'a str,
    pub float: Option<f32>,
    pub integer: Option<i64>,
    pub integers: Vec<i64>,
    pub tensor: Option<Tensor<'a>>,
}

impl<'a> Node<'a> {
    pub fn attribute(&self, name: &str) -> Option<&Attribute<'a>> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    pub fn integer(&self, name: &str, default: i64) -> i64 {
        self.attribute(name).and_then(|attribute| attribute.integer).unwrap_or(default)
    }

    pub fn float(&self, name: &str, default: f32) -> f32 {
        self.attribute(name).and_then(|attribute| attribute.float).unwrap_or(default)
    }

    /// The name of an input; an optional one may be missing or empty.
    pub fn optional_input(&self, position: usize) -> Option<&'a str> {
        self.inputs.get(position).copied().filter(|name| !name.is_empty())
    }

    pub fn input(&self, position: usize) -> Result<&'a str, Error> {
        self.optional_input(position).ok_or_else(|| self.invalid(format!("has no input {position}; give it")))
    }

    /// How errors call it: by name, else by its place in the file.
    fn title(&self) -> String {
        let operator = match self.domain {
            "" | "ai.onnx" => quote(self.operator),
            domain => format!("{}.{}", quote(domain), quote(self.operator)),
        };
        match self.name {
            "" => format!("node {} ({operator})", self.index),
            name => format!("node '{}' ({operator})", quote(name)),
        }
    }

    /// Something that ONNX allows and this engine does not do.
    pub fn unsupported(&self, text: impl AsRef<str>) -> Error {
        Error::unsupported(format!("{} {}", self.title(), text.as_ref()))
    }

    /// Something that does not fit together.
    pub fn invalid(&self, text: impl AsRef<str>) -> Error {
        Error::invalid(format!("{} {}", self.title(), text.as_ref()))
    }

    pub fn too_large(&self, text: impl AsRef<str>) -> Error {
        Error::too_large(format!("{} {}", self.title(), text.as_ref()))
    }
}
