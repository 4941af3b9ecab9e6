//! Which names the body of a gate reads.

use crate::ast::*;
use std::collections::BTreeSet;
use std::rc::Rc;

/// For each parameter whether an expression in the body has its name.
pub(super) fn reads(definition: &GateDefinition) -> Rc<[bool]> {
    let mut names = BTreeSet::new();
    names_in_body(&definition.body, &mut names);
    definition.parameters.iter().map(|parameter| names.contains(&*parameter.text)).collect()
}

fn names_in_body<'a>(body: &'a [Statement], names: &mut BTreeSet<&'a str>) {
    for statement in body {
        match &statement.kind {
            StatementKind::Block(body) => names_in_body(body, names),
            StatementKind::Call(call) => {
                let modifiers = call.modifiers.iter().filter_map(|modifier| match modifier {
                    Modifier::Control { count, .. } => count.as_ref(),
                    Modifier::Power { exponent, .. } => Some(exponent),
                    Modifier::Inverse => None,
                });
                modifiers.chain(&call.parameters).for_each(|expression| names_in(expression, names));
            }
            _ => {}
        }
    }
}

fn names_in<'a>(expression: &'a Expression, names: &mut BTreeSet<&'a str>) {
    match &expression.kind {
        ExpressionKind::Name(name) => {
            names.insert(name);
        }
        ExpressionKind::Negate(x)
        | ExpressionKind::Not(x)
        | ExpressionKind::Complement(x)
        | ExpressionKind::Cast(_, x)
        | ExpressionKind::Index(x, _) => names_in(x, names),
        ExpressionKind::Binary(_, x, y) => {
            names_in(x, names);
            names_in(y, names);
        }
        ExpressionKind::Call(_, arguments) => arguments.iter().for_each(|x| names_in(x, names)),
        ExpressionKind::Integer(_)
        | ExpressionKind::Float(_)
        | ExpressionKind::Truth(_)
        | ExpressionKind::Bits(_)
        | ExpressionKind::Imaginary(_)
        | ExpressionKind::Physical(_) => {}
    }
}
