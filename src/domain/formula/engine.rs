//! The library that parses and evaluates: what is registered there, and its errors in our words.

use std::any::TypeId;

use rhai::{Dynamic, Engine, EvalAltResult, NativeCallContext, ParseErrorType, Position, Scope};

use super::columns::Columns;
use super::error::FormulaError;
use super::functions::{FUNCTIONS, MANY};
use super::numbers;
use super::operators::{self, Trouble};
use super::rewrite::Formula;
use super::values::Values;

/// Deeper than any formula of allowed length needs.
const MAX_EXPRESSION_DEPTH: usize = 2_000;

/// `&` binds less than + and more than a comparison, as in a spreadsheet.
const JOIN_PRECEDENCE: u8 = 145;

impl Formula {
    /// The value of every row.
    ///
    /// # Errors
    /// The values do not fit the operators and functions: words are multiplied, say.
    pub fn evaluate(&self, columns: &Columns) -> Result<Values, FormulaError> {
        self.evaluate_with(columns.rows(), |source| columns.values(source))
    }

    /// The kind of its values, found without calculating any.
    ///
    /// # Errors
    /// As [`Formula::evaluate`].
    pub fn check(&self, columns: &Columns) -> Result<super::Kind, FormulaError> {
        let none = |source| match columns.kind(source) {
            super::Kind::Text => Values::texts(Vec::new(), Vec::new()),
            super::Kind::Flag => Values::flags(Vec::new()),
            _ => Values::numbers(Vec::new()),
        };
        self.evaluate_with(0, none).map(|values| values.kind())
    }

    fn evaluate_with(&self, rows: usize, values: impl Fn(super::Source) -> Values) -> Result<Values, FormulaError> {
        let engine = engine(rows);
        let mut scope = Scope::new();
        for (nth, column) in self.columns.iter().enumerate() {
            scope.push(format!("c{nth}"), values(column.source));
        }
        for (nth, value) in self.constants.iter().enumerate() {
            scope.push(format!("k{nth}"), value.clone());
        }
        let tree = engine.compile_expression(&self.expression).map_err(|error| {
            let message = match *error.0 {
                ParseErrorType::ExprTooDeep => "the formula is too long".to_owned(),
                ref other => format!("this is no formula: {other}"),
            };
            FormulaError::new(self.place(error.1), message)
        })?;
        let value = engine.eval_ast_with_scope::<Dynamic>(&mut scope, &tree).map_err(|error| self.in_words(*error))?;
        let value = value.try_cast::<Values>();
        let value = value.ok_or_else(|| FormulaError::new(0..0, "the formula has no value"))?;
        Ok(value.spread(rows))
    }

    fn place(&self, position: Position) -> std::ops::Range<usize> {
        self.part_at(position.position().unwrap_or(1).saturating_sub(1))
    }

    fn in_words(&self, error: EvalAltResult) -> FormulaError {
        match error {
            EvalAltResult::ErrorRuntime(value, position) => {
                let Some(Trouble { message, hint }) = value.try_cast::<Trouble>() else {
                    return FormulaError::new(self.place(position), "this cannot be worked out");
                };
                FormulaError::new(self.place(position), message).hint(hint)
            }
            other => {
                let position = other.position();
                FormulaError::new(self.place(position), format!("this cannot be worked out: {other}"))
            }
        }
    }
}

/// An engine that knows operators and functions on columns of so many rows, and nothing else.
fn engine(rows: usize) -> Engine {
    let mut engine = Engine::new_raw();
    engine.set_max_expr_depths(MAX_EXPRESSION_DEPTH);
    engine.set_max_operations(100_000);
    engine.set_max_string_size(super::MAX_LENGTH);
    // The word is free, so this cannot fail.
    let _ = engine.register_custom_operator("join", JOIN_PRECEDENCE);
    for &(name, operator) in operators::OPERATORS {
        register(&mut engine, name, 2, move |values| operator(&values[0], &values[1]));
    }
    register(&mut engine, "-", 1, |values| operators::negative(&values[0]));
    // What stands before "in" for "not in".
    register(&mut engine, "!", 1, |values| numbers::not(0, values));
    for count in 1..=MANY {
        register(&mut engine, "list", count, |values| Ok(operators::list(values)));
    }
    engine.register_type::<operators::List>();
    engine.register_fn("contains", |list: operators::List, value: Values| -> Result<Values, Box<EvalAltResult>> {
        operators::is_in(&value, &list).map_err(failed)
    });
    for function in FUNCTIONS {
        for count in function.counts.clone() {
            register(&mut engine, &format!("f_{}", function.name), count, move |values| (function.work)(rows, values));
        }
    }
    engine
}

fn register<T: Clone + 'static>(
    engine: &mut Engine,
    name: &str,
    count: usize,
    work: impl Fn(&[Values]) -> Result<T, Trouble> + 'static,
) {
    let kinds = vec![TypeId::of::<Values>(); count];
    engine.register_raw_fn(name, kinds, move |_: NativeCallContext, arguments: &mut [&mut Dynamic]| {
        // Not taken but copied: the first may be a column itself, which other parts of the formula name too.
        let values: Vec<Values> =
            arguments.iter().filter_map(|argument| (**argument).clone().try_cast::<Values>()).collect();
        if values.len() == count {
            work(&values).map_err(failed)
        } else {
            Err(failed(Trouble::new("expected a value")))
        }
    });
}

fn failed(trouble: Trouble) -> Box<EvalAltResult> {
    Box::new(EvalAltResult::ErrorRuntime(Dynamic::from(trouble), Position::NONE))
}
