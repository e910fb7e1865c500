//! What the disk does by itself, in the same run.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// Pages written over in a file that is there already, each synced alone, a second: what a log that is
/// reused could reach without group commit. Appending to a growing file is slower, and no fair measure.
pub(crate) fn fdatasync_rate(folder: &Path, length: Duration) -> io::Result<f64> {
    let mut file = File::create(folder.join("fdatasync"))?;
    let (page, pages) = ([7; 4096], 1_024);
    file.write_all(&page.repeat(pages))?;
    file.sync_all()?;
    let (started, mut count) = (Instant::now(), 0);
    while started.elapsed() < length {
        if count % pages == 0 {
            file.rewind()?;
        }
        file.write_all(&page)?;
        file.sync_data()?;
        count += 1;
    }
    Ok(count as f64 / started.elapsed().as_secs_f64())
}
