//! Statements prepared once per connection. Preparing costs as long as executing.

use super::transaction::Transaction;
use std::collections::HashMap;
use tokio_postgres::{Error, Statement};

/// By their text.
#[derive(Default)]
pub(super) struct Statements(HashMap<&'static str, Statement>);

impl Statements {
    pub(super) async fn prepare(
        &mut self,
        transaction: &Transaction<'_>,
        sql: &'static str,
    ) -> Result<Statement, Error> {
        if let Some(prepared) = self.0.get(sql) {
            return Ok(prepared.clone());
        }
        let prepared = transaction.prepare(sql).await?;
        self.0.insert(sql, prepared.clone());
        Ok(prepared)
    }
}
