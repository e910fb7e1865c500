//! Which sequences the desk works by: the log's over the files, looked at again whenever the log or the manifest says
//! something else.

use super::Engine;
use crate::daemon::documents::left_out_words;
use crate::daemon::ports::{Ehr, Log, Mailer, Notifier};
use lead::sequence::Sequences;
use lead::thread::Edition;
use std::sync::Arc;

/// What the sequences in force follow from, beside the desk's settings: the log's editions, and the version of the manifest.
/// While these are held here, the log's list grows as another one.
pub(super) type Ground = (Arc<Vec<Edition>>, u64);

impl<L: Log, M: Mailer, N: Notifier, E: Ehr> Engine<L, M, N, E> {
    /// Takes over what was published since. An edition by which nothing can be sent is told of once.
    pub(super) fn judge_sequences(&mut self) {
        let (editions, manifest) = (self.log.documents(), self.log.manifest());
        let is_same =
            |(known, version): &Ground| Arc::ptr_eq(known, &editions) && *version == manifest.version;
        if self.judged.as_ref().is_some_and(is_same) {
            return;
        }
        let (files, sender) = (&self.rules.files, &self.letters.sender);
        let now = Sequences::of(files, &editions, &manifest.source, Some(sender));
        let is_new = |left: &&_| !self.sequences.left_out.contains(left);
        let news: Vec<String> = now.left_out.iter().filter(is_new).map(left_out_words).collect();
        self.untold.extend(news);
        self.judged = Some((editions, manifest.version));
        self.sequences = now;
    }
}
