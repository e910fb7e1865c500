//! The outcome of a command that checks many things: one line for each, and what to do about those
//! that are not well.

use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::terminal::clean_line;
use serde_json::json;

/// How one thing is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    /// As it should be.
    Well,
    /// Works, and should be changed.
    Warning {
        /// What to do.
        todo: String,
    },
    /// Does not work, or cannot be trusted.
    Problem {
        /// The exit code it leads to.
        exit: Exit,
        /// What to do.
        todo: String,
    },
}

/// One thing that was looked at.
#[derive(Debug, Clone)]
struct Finding {
    what: String,
    state: State,
}

/// Everything that was looked at.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<Finding>);

impl Findings {
    /// It is as it should be.
    pub(crate) fn well(&mut self, what: impl Into<String>) {
        self.0.push(Finding { what: what.into(), state: State::Well });
    }

    /// It works, and should be changed.
    pub(crate) fn warning(&mut self, what: impl Into<String>, todo: impl Into<String>) {
        self.0.push(Finding { what: what.into(), state: State::Warning { todo: todo.into() } });
    }

    /// It does not work, or cannot be trusted.
    pub(crate) fn problem(&mut self, exit: Exit, what: impl Into<String>, todo: impl Into<String>) {
        let todo = todo.into();
        self.0.push(Finding { what: what.into(), state: State::Problem { exit, todo } });
    }

    /// Well, or a problem.
    pub(crate) fn check(&mut self, holds: bool, well: &str, exit: Exit, problem: String, todo: &str) {
        if holds { self.well(well) } else { self.problem(exit, problem, todo) }
    }

    /// The value, or its failure as a problem.
    pub(crate) fn take<T>(&mut self, result: Result<T, impl Into<Failure>>) -> Option<T> {
        result
            .map_err(|error| {
                let failure: Failure = error.into();
                self.problem(failure.exit, failure.what, failure.todo);
            })
            .ok()
    }

    /// Prints everything; fails with the first problem's code.
    pub(crate) fn conclude(self, output: Output) -> Result<(), Failure> {
        let json: Vec<_> = self
            .0
            .iter()
            .map(|Finding { what, state }| match state {
                State::Well => json!({ "state": "well", "what": what }),
                State::Warning { todo } => json!({ "state": "warning", "what": what, "todo": todo }),
                State::Problem { exit, todo } => {
                    json!({ "state": "problem", "what": what, "todo": todo, "code": exit.as_str() })
                }
            })
            .collect();
        output.print(&json!({ "findings": json }), || {
            let lines: Vec<String> = self.0.iter().map(line).collect();
            lines.join("\n")
        })?;
        let problems: Vec<Exit> = self
            .0
            .iter()
            .filter_map(|finding| match finding.state {
                State::Problem { exit, .. } => Some(exit),
                _ => None,
            })
            .collect();
        match problems.first() {
            None => Ok(()),
            Some(&exit) => {
                let count = problems.len();
                let what = if count == 1 { "a problem".to_owned() } else { format!("{count} problems") };
                Err(Failure::new(exit, format!("{what} found"), "begin with the first one above"))
            }
        }
    }
}

fn line(Finding { what, state }: &Finding) -> String {
    let what = clean_line(what);
    match state {
        State::Well => format!("  ok       {what}"),
        State::Warning { todo } => format!("  warning  {what}\n             try: {}", clean_line(todo)),
        State::Problem { todo, .. } => format!("  PROBLEM  {what}\n             try: {}", clean_line(todo)),
    }
}
