//! How much may wait to be written, in bytes. A queue that is bounded in number alone could still hold a
//! hundred megabytes of the largest entries.

use super::StoreError;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bodies that wait or are being written, together.
const BYTES: usize = 32 << 20;

/// Room for what waits. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct Room(Arc<Semaphore>);

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(BYTES)))
    }
}

impl Room {
    /// Room for `bytes` until what is returned is dropped.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when there is none now.
    pub(super) fn take(&self, bytes: usize) -> Result<OwnedSemaphorePermit, StoreError> {
        let bytes = u32::try_from(bytes.min(BYTES)).unwrap_or(u32::MAX);
        Arc::clone(&self.0).try_acquire_many_owned(bytes).map_err(|_| StoreError::Busy)
    }
}
