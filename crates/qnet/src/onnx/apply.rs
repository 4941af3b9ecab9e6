//! What each operator does to the values before it.
//!
//! Source: Operators.md of ONNX; where the versions of an operator differ, both are taken.

use super::builder::{Builder, Known, Rows};
use super::constant::Constant;
use super::node::Node;
use crate::activation::Activation;
use crate::tensor::Matrix;
use ketflow_error::Error;

/// TensorProto.DataType of f32.
const FLOAT32: i64 = 1;

/// Gives the output of a node its value.
pub(crate) fn apply<'a>(builder: &mut Builder<'a>, node: &'a Node<'a>) -> Result<(), Error> {
    if !matches!(node.domain, "" | "ai.onnx") {
        return Err(not_taken(node));
    }
    let value = match node.operator {
        "Constant" => constant(node)?,
        "Transpose" => transpose(builder, node)?,
        "Identity" => builder.value(node, node.input(0)?)?,
        operator => Known::Rows(match operator {
            "Gemm" => gemm(builder, node)?,
            "MatMul" => {
                let weights = builder.constant(node, 1)?.matrix(node, true)?;
                let rows = builder.rows(node, 0)?;
                builder.linear(node, &rows, weights, None)?
            }
            "Add" => add(builder, node, false)?,
            "Sub" => add(builder, node, true)?,
            "Mul" => scale(builder, node, Some)?,
            "Div" => divide(builder, node)?,
            "Relu" => activate(builder, node, Activation::Relu)?,
            "Tanh" => activate(builder, node, Activation::Tanh)?,
            "LeakyRelu" => leaky_relu(builder, node)?,
            "Sigmoid" => sigmoid(builder, node)?,
            "Softmax" => softmax(builder, node)?,
            "ReduceMean" => reduce_mean(builder, node)?,
            "Flatten" => flatten(builder, node)?,
            "Reshape" => reshape(builder, node)?,
            "Dropout" => builder.rows(node, 0)?,
            "Cast" if node.integer("to", 0) == FLOAT32 => builder.rows(node, 0)?,
            _ => return Err(not_taken(node)),
        }),
    };
    builder.set(node, value);
    Ok(())
}

fn not_taken(node: &Node) -> Error {
    node.unsupported("is no operator that this engine has; export dense layers with Relu, Tanh, Sigmoid or Softmax")
}

fn constant<'a>(node: &'a Node<'a>) -> Result<Known<'a>, Error> {
    let tensor = node.attribute("value").and_then(|attribute| attribute.tensor.as_ref());
    let tensor = tensor.ok_or_else(|| node.unsupported("has no attribute 'value' with a tensor; give it"))?;
    Ok(Known::Constant(Constant { tensor, is_transposed: false }))
}

fn transpose<'a>(builder: &Builder<'a>, node: &Node<'a>) -> Result<Known<'a>, Error> {
    let Constant { tensor, is_transposed } = builder.constant(node, 0)?;
    let order = node.attribute("perm").map(|attribute| attribute.integers.as_slice());
    if tensor.shape.len() != 2 || !matches!(order, None | Some([1, 0])) {
        return Err(node.unsupported("transposes something else than a matrix; do so before the export"));
    }
    Ok(Known::Constant(Constant { tensor, is_transposed: !is_transposed }))
}

/// alpha · A B + beta · C
fn gemm<'a>(builder: &mut Builder<'a>, node: &Node<'a>) -> Result<Rows, Error> {
    if node.integer("transA", 0) != 0 {
        return Err(node.unsupported("has transA; give one state per row"));
    }
    let mut weights = builder.constant(node, 1)?.matrix(node, node.integer("transB", 0) == 0)?;
    let (alpha, beta) = (node.float("alpha", 1.0), node.float("beta", 1.0));
    multiply(node, &mut weights.values, alpha)?;
    let mut bias = None;
    if node.optional_input(2).is_some() {
        let mut row = builder.constant(node, 2)?.row(node, weights.rows)?;
        multiply(node, &mut row, beta)?;
        bias = Some(row);
    }
    let rows = builder.rows(node, 0)?;
    builder.linear(node, &rows, weights, bias)
}

fn multiply(node: &Node, values: &mut [f32], factor: f32) -> Result<(), Error> {
    values.iter_mut().for_each(|value| *value *= factor);
    match values.iter().all(|value| value.is_finite()) {
        true => Ok(()),
        false => Err(node.invalid("has weights that leave the range of f32 (3.4e38) by its factors; scale them down")),
    }
}

fn add<'a>(builder: &mut Builder<'a>, node: &Node<'a>, is_difference: bool) -> Result<Rows, Error> {
    let (left, right) = (builder.value(node, node.input(0)?)?, builder.value(node, node.input(1)?)?);
    match (left, right) {
        (Known::Rows(left), Known::Rows(right)) => builder.combine(node, &left, &right, is_difference),
        (Known::Rows(rows), Known::Constant(constant)) => {
            let mut shift = constant.row(node, rows.width)?;
            if is_difference {
                shift.iter_mut().for_each(|value| *value = -*value);
            }
            builder.affine(node, &rows, None, Some(shift))
        }
        (Known::Constant(constant), Known::Rows(rows)) => {
            let shift = constant.row(node, rows.width)?;
            let turned = vec![-1.0; rows.width];
            builder.affine(node, &rows, is_difference.then_some(&turned), Some(shift))
        }
        (Known::Constant(_), Known::Constant(_)) => {
            Err(node.unsupported("has only constants; fold them before the export"))
        }
    }
}

/// Each number times a constant.
fn scale<'a>(builder: &mut Builder<'a>, node: &Node<'a>, factor: impl Fn(f32) -> Option<f32>) -> Result<Rows, Error> {
    let is_first = matches!(builder.value(node, node.input(0)?)?, Known::Constant(_));
    let (rows, constant) =
        (builder.rows(node, usize::from(is_first))?, builder.constant(node, usize::from(!is_first))?);
    let factors: Option<Vec<f32>> = constant.row(node, rows.width)?.into_iter().map(factor).collect();
    let factors =
        factors.ok_or_else(|| node.invalid("divides by a number that is too small; give one of at least 3e-39"))?;
    builder.affine(node, &rows, Some(&factors), None)
}

fn divide<'a>(builder: &mut Builder<'a>, node: &Node<'a>) -> Result<Rows, Error> {
    builder.rows(node, 0)?;
    scale(builder, node, |divisor| Some(1.0 / divisor).filter(|factor| factor.is_finite()))
}

fn activate<'a>(builder: &mut Builder<'a>, node: &Node<'a>, activation: Activation) -> Result<Rows, Error> {
    let rows = builder.rows(node, 0)?;
    builder.activate(node, &rows, activation)
}

/// relu(z) − α relu(−z): a layer twice as wide and one that puts the halves together.
fn leaky_relu<'a>(builder: &mut Builder<'a>, node: &Node<'a>) -> Result<Rows, Error> {
    let (rows, slope) = (builder.rows(node, 0)?, node.float("alpha", 0.01));
    if !slope.is_finite() {
        return Err(node.invalid(format!("has alpha {slope}; give a finite number")));
    }
    let width = rows.width;
    let halves = |first: f32, second: f32, is_tall: bool| {
        let (height, columns) = if is_tall { (2 * width, width) } else { (width, 2 * width) };
        let mut values = vec![0.0; height * columns];
        for k in 0..width {
            let second_at = if is_tall { (width + k) * columns + k } else { k * columns + width + k };
            (values[k * columns + k], values[second_at]) = (first, second);
        }
        Matrix { rows: height, columns, values }
    };
    builder.check_size(node, 2 * width, 2 * width)?;
    let both = builder.linear(node, &rows, halves(1.0, -1.0, true), None)?;
    let both = builder.activate(node, &both, Activation::Relu)?;
    builder.linear(node, &both, halves(1.0, -slope, false), None)
}

/// 1 / (1 + exp(−z)) = 1/2 + tanh(z/2) / 2
fn sigmoid<'a>(builder: &mut Builder<'a>, node: &Node<'a>) -> Result<Rows, Error> {
    let rows = builder.rows(node, 0)?;
    let half = vec![0.5; rows.width];
    let halved = builder.affine(node, &rows, Some(&half), None)?;
    let tanh = builder.activate(node, &halved, Activation::Tanh)?;
    builder.affine(node, &tanh, Some(&half), Some(half.clone()))
}

fn softmax<'a>(builder: &mut Builder<'a>, node: &Node<'a>) -> Result<Rows, Error> {
    let axis = node.integer("axis", 1);
    match axis {
        1 | -1 => activate(builder, node, Activation::Softmax),
        _ => Err(node.unsupported(format!("has axis {axis}; give 1, across the outputs of a state"))),
    }
}

/// Axes are an attribute up to opset 17, an input from 18 on.
fn reduce_mean<'a>(builder: &mut Builder<'a>, node: &Node<'a>) -> Result<Rows, Error> {
    let axes = match node.attribute("axes") {
        Some(attribute) => attribute.integers.clone(),
        None if node.optional_input(1).is_some() => builder.constant(node, 1)?.integers(node)?,
        None => Vec::new(),
    };
    if !matches!(axes[..], [1 | -1]) || node.integer("keepdims", 1) != 1 {
        return Err(node.unsupported(format!("has axes {axes:?}; give 1 with keepdims, across the outputs of a state")));
    }
    let rows = builder.rows(node, 0)?;
    builder.mean(node, &rows)
}

fn flatten<'a>(builder: &Builder<'a>, node: &Node<'a>) -> Result<Rows, Error> {
    let (rows, axis) = (builder.rows(node, 0)?, node.integer("axis", 1));
    if axis == 1 || axis == 1 - rows.rank as i64 {
        return Ok(rows.flat());
    }
    Err(node.unsupported(format!("has axis {axis}; give 1, so that each state is one row")))
}

/// To one row per state, as far as can be known.
fn reshape<'a>(builder: &Builder<'a>, node: &Node<'a>) -> Result<Rows, Error> {
    let (rows, shape) = (builder.rows(node, 0)?, builder.constant(node, 1)?.integers(node)?);
    let width = rows.width as i64;
    match shape[..] {
        [-1, last] if last == width => Ok(rows.flat()),
        [0, -1] => Ok(rows.flat()),
        [0, last] if last == width => Ok(rows.flat()),
        _ => {
            Err(node
                .unsupported(format!("makes the shape {shape:?}; give [-1, {width}], so that each state is one row")))
        }
    }
}
