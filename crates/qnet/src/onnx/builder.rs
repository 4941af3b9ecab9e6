//! What the values of a graph are, in terms of layers.

use super::constant::Constant;
use super::model::Graph;
use super::node::Node;
use crate::activation::Activation;
use crate::limits::{MAX_LAYERS, MAX_PARAMETERS, MAX_WIDTH};
use crate::network::{Dense, Layer, Network, stride};
use crate::tensor::Matrix;
use ketflow_error::Error;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A layer, or the states.
#[derive(Clone)]
enum Expression {
    Input,
    Dense(Linear),
    Dueling { value: usize, advantage: usize },
}

/// activation(W x + b) of another expression.
#[derive(Clone)]
struct Linear {
    from: usize,
    weights: Rc<Matrix>,
    bias: Option<Vec<f32>>,
    activation: Activation,
}

/// A value that has one row per state: one expression, or several on the way to a dueling head.
#[derive(Clone)]
pub(crate) struct Rows {
    terms: Vec<Term>,
    pub width: usize,
    /// Dimensions; more than two until a Flatten.
    pub rank: usize,
}

impl Rows {
    /// One row per state, whatever shape a state had.
    pub fn flat(self) -> Self {
        Self { rank: 2, ..self }
    }
}

/// ± an expression, or ± the mean of its row.
#[derive(Clone, Copy)]
struct Term {
    expression: usize,
    is_negative: bool,
    is_mean: bool,
}

/// What a name stands for.
#[derive(Clone)]
pub(crate) enum Known<'a> {
    Constant(Constant<'a>),
    Rows(Rows),
}

/// The values of the nodes so far.
pub(crate) struct Builder<'a> {
    graph: &'a Graph<'a>,
    known: BTreeMap<&'a str, Known<'a>>,
    expressions: Vec<Expression>,
    parameters: usize,
}

impl<'a> Builder<'a> {
    /// Knows the input.
    pub fn new(graph: &'a Graph<'a>) -> Result<Self, Error> {
        let shape = &graph.input.shape;
        let name = crate::fault::quote(graph.input.name);
        let (rank, sizes) = (shape.len(), shape.get(1..).unwrap_or_default());
        let width = sizes.iter().try_fold(1u64, |product, size| product.checked_mul((*size)?));
        let width = match width {
            Some(width) if rank >= 2 && width > 0 => width,
            _ => {
                let message = format!(
                    "the input '{name}' has no fixed size of a state; export it with the shape (batch, numbers of a state)"
                );
                return Err(Error::unsupported(message));
            }
        };
        if width > MAX_WIDTH as u64 {
            let message = format!("the input '{name}' has states of {width} numbers; at most {MAX_WIDTH} are taken");
            return Err(Error::too_large(message));
        }
        let term = Term { expression: 0, is_negative: false, is_mean: false };
        let rows = Rows { terms: vec![term], width: width as usize, rank };
        let known = BTreeMap::from([(graph.input.name, Known::Rows(rows))]);
        Ok(Self { graph, known, expressions: vec![Expression::Input], parameters: 0 })
    }

    /// The value of a name.
    pub fn value(&self, node: &Node, name: &'a str) -> Result<Known<'a>, Error> {
        let constant = |tensor| Known::Constant(Constant { tensor, is_transposed: false });
        let known = self.known.get(name).cloned().or_else(|| self.graph.constants.get(name).map(constant));
        known.ok_or_else(|| {
            let name = crate::fault::quote(name);
            node.invalid(format!("takes '{name}', which no earlier node gives; sort the nodes by their use"))
        })
    }

    /// The value at a position of a node's inputs, which must depend on the states.
    pub fn rows(&self, node: &Node<'a>, position: usize) -> Result<Rows, Error> {
        match self.value(node, node.input(position)?)? {
            Known::Rows(rows) => Ok(rows),
            Known::Constant(_) => {
                Err(node.unsupported(format!("has a constant as input {position}; give what depends on the states")))
            }
        }
    }

    /// The value at a position of a node's inputs, which must be a constant.
    pub fn constant(&self, node: &Node<'a>, position: usize) -> Result<Constant<'a>, Error> {
        match self.value(node, node.input(position)?)? {
            Known::Constant(constant) => Ok(constant),
            Known::Rows(_) => {
                Err(node.unsupported(format!("has an input {position} that depends on the states; give a constant")))
            }
        }
    }

    /// Gives the first output of a node its value.
    pub fn set(&mut self, node: &Node<'a>, value: Known<'a>) {
        if let Some(name) = node.outputs.first() {
            self.known.insert(name, value);
        }
    }

    /// W x, as many rows of weights as outputs.
    pub fn linear(&mut self, node: &Node, rows: &Rows, weights: Matrix, bias: Option<Vec<f32>>) -> Result<Rows, Error> {
        if weights.columns != rows.width {
            let columns = weights.columns;
            return Err(
                node.invalid(format!("takes rows of {columns} numbers and gets {}; make them equal", rows.width))
            );
        }
        if weights.rows > MAX_WIDTH {
            return Err(node.too_large(format!("has {} outputs; at most {MAX_WIDTH} are taken", weights.rows)));
        }
        self.reserve(node, weights.rows, weights.columns)?;
        let from = self.expression(node, rows)?;
        Ok(self.add(Linear { from, weights: Rc::new(weights), bias, activation: Activation::Linear }))
    }

    /// scale · x + shift, number by number: the bias of a layer that has none, else a layer with weights on its diagonal.
    pub fn affine(
        &mut self,
        node: &Node,
        rows: &Rows,
        scale: Option<&[f32]>,
        shift: Option<Vec<f32>>,
    ) -> Result<Rows, Error> {
        let from = self.expression(node, rows)?;
        if scale.is_none()
            && let Expression::Dense(linear) = &self.expressions[from]
            && linear.bias.is_none()
            && linear.activation == Activation::Linear
        {
            return Ok(self.add(Linear { bias: shift, ..linear.clone() }));
        }
        let width = rows.width;
        self.check_size(node, width, width)?;
        let mut values = vec![0.0; width * width];
        for (k, weight) in values.iter_mut().step_by(width + 1).enumerate() {
            *weight = scale.map_or(1.0, |scale| scale[k]);
        }
        let weights = Matrix { rows: width, columns: width, values };
        self.linear(node, rows, weights, shift)
    }

    /// An activation: that of a linear layer, else a layer of its own.
    pub fn activate(&mut self, node: &Node, rows: &Rows, activation: Activation) -> Result<Rows, Error> {
        let from = self.expression(node, rows)?;
        let is_linear =
            matches!(&self.expressions[from], Expression::Dense(linear) if linear.activation == Activation::Linear);
        let rows = if is_linear { rows.clone() } else { self.affine(node, rows, Some(&vec![1.0; rows.width]), None)? };
        let from = self.expression(node, &rows)?;
        match &self.expressions[from] {
            Expression::Dense(linear) => Ok(self.add(Linear { activation, ..linear.clone() })),
            _ => Ok(rows),
        }
    }

    /// The mean of each row, one number that stands for as many as the row has.
    pub fn mean(&mut self, node: &Node, rows: &Rows) -> Result<Rows, Error> {
        let expression = self.expression(node, rows)?;
        Ok(Rows { terms: vec![Term { expression, is_negative: false, is_mean: true }], width: 1, rank: 2 })
    }

    /// left ± right, which only dueling heads have: V + A − mean(A) in any order.
    pub fn combine(&mut self, node: &Node, left: &Rows, right: &Rows, is_difference: bool) -> Result<Rows, Error> {
        let width = left.width.max(right.width);
        let fits = |rows: &Rows| rows.rank == 2 && (rows.width == width || rows.width == 1);
        let turned = right.terms.iter().map(|term| Term { is_negative: term.is_negative != is_difference, ..*term });
        let terms: Vec<Term> = left.terms.iter().copied().chain(turned).collect();
        if !fits(left) || !fits(right) || terms.len() > 3 {
            return Err(head_only(node));
        }
        Ok(Rows { terms, width, rank: 2 })
    }

    /// The expression of a value, a dueling head put together.
    fn expression(&mut self, node: &Node, rows: &Rows) -> Result<usize, Error> {
        if rows.rank != 2 {
            return Err(node.unsupported(format!("takes states of {} dimensions; put a Flatten before it", rows.rank)));
        }
        self.whole(rows).ok_or_else(|| head_only(node))
    }

    fn whole(&mut self, rows: &Rows) -> Option<usize> {
        if let [Term { expression, is_negative: false, is_mean: false }] = rows.terms[..] {
            return Some(expression);
        }
        let pick = |is_negative: bool, is_mean: bool| -> Vec<usize> {
            let is_such = move |term: &&Term| (term.is_negative, term.is_mean) == (is_negative, is_mean);
            rows.terms.iter().filter(is_such).map(|term| term.expression).collect()
        };
        let (&[first, second], &[mean]) = (&pick(false, false)[..], &pick(true, true)[..]) else { return None };
        let value = if mean == second { first } else { second };
        let advantage = if mean == second { second } else { first };
        let (Expression::Dense(v), Expression::Dense(a)) = (&self.expressions[value], &self.expressions[advantage])
        else {
            return None;
        };
        if advantage != mean || v.weights.rows != 1 || v.from != a.from {
            return None;
        }
        self.expressions.push(Expression::Dueling { value, advantage });
        Some(self.expressions.len() - 1)
    }

    fn add(&mut self, linear: Linear) -> Rows {
        let width = linear.weights.rows;
        self.expressions.push(Expression::Dense(linear));
        let term = Term { expression: self.expressions.len() - 1, is_negative: false, is_mean: false };
        Rows { terms: vec![term], width, rank: 2 }
    }

    /// Counts the weights of a layer.
    fn reserve(&mut self, node: &Node, rows: usize, columns: usize) -> Result<(), Error> {
        self.check_size(node, rows, columns)?;
        self.parameters += rows * (stride(columns) + 1);
        Ok(())
    }

    /// Refuses a layer that is too large together with what is there, before its weights are made.
    pub fn check_size(&self, node: &Node, rows: usize, columns: usize) -> Result<(), Error> {
        let more = rows as u64 * (stride(columns) as u64 + 1) + self.parameters as u64;
        if more > MAX_PARAMETERS as u64 {
            return Err(node.too_large(format!(
                "brings the network to {more} weights and biases, rows filled up to a multiple of 16; \
                 at most {MAX_PARAMETERS} are taken"
            )));
        }
        Ok(())
    }

    /// The network whose output has this name.
    pub fn finish(mut self, output: &str) -> Result<Network, Error> {
        let name = crate::fault::quote(output);
        let Some(Known::Rows(rows)) = self.known.get(output).cloned() else {
            return Err(Error::invalid(format!("the output '{name}' does not depend on the input; connect them")));
        };
        let Some(mut at) = self.whole(&rows).filter(|_| rows.rank == 2) else {
            let message =
                format!("the output '{name}' is no layer's; export dense layers, or a dueling head at the end");
            return Err(Error::unsupported(message));
        };
        let mut layers = Vec::new();
        loop {
            let (layer, from) = match &self.expressions[at] {
                Expression::Input => break,
                Expression::Dense(linear) => (Layer::Dense(linear.to_dense()), linear.from),
                Expression::Dueling { value, advantage } => {
                    let (Expression::Dense(value), Expression::Dense(advantage)) =
                        (&self.expressions[*value], &self.expressions[*advantage])
                    else {
                        break;
                    };
                    if !layers.is_empty() {
                        let message = "a layer follows the dueling head; make that the last one";
                        return Err(Error::unsupported(message));
                    }
                    (Layer::Dueling { value: value.to_dense(), advantage: advantage.to_dense() }, value.from)
                }
            };
            layers.push(layer);
            at = from;
        }
        if layers.is_empty() || layers.len() > MAX_LAYERS {
            let message =
                format!("the model has {} layers; at least 1 and at most {MAX_LAYERS} are taken", layers.len());
            return Err(if layers.is_empty() { Error::unsupported(message) } else { Error::too_large(message) });
        }
        layers.reverse();
        Ok(Network { layers })
    }
}

impl Linear {
    fn to_dense(&self) -> Dense {
        let bias = self.bias.clone().unwrap_or_else(|| vec![0.0; self.weights.rows]);
        Dense::new(self.weights.columns, &self.weights.values, bias, self.activation)
    }
}

fn head_only(node: &Node) -> Error {
    node.unsupported("combines values that depend on the states in another way than a dueling head, V + A - mean(A)")
}
