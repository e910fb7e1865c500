//! What staff download.

use super::Report;
use crate::budget;
use crate::build::{self, Part};
use anyhow::Result;

pub(super) fn measure(report: &mut Report) -> Result<()> {
    build::run(Some(Part::Console))?;
    report.add("The console's transfer sizes", budget::console)
}
