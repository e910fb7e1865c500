//! Checkpoints of an access log: the relay's word on how long it is and what is in it, in the form of C2SP
//! [tlog-checkpoint](https://c2sp.org/tlog-checkpoint). Signing and checking the note around it is done by those
//! who hold or know the key.

use crate::access::ChainedRecord;
use crate::{ChainHash, PracticeId};
use base64ct::{Base64, Encoding};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The root of a Merkle tree, as far as it has grown: RFC 6962 section 2.1. The leaves are the chain hashes of the
/// access log.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// Roots of the perfect subtrees that `size` is made of, the largest first.
    subtrees: Vec<[u8; 32]>,
    size: u64,
}

impl Tree {
    /// Adds the next leaf.
    pub fn push(&mut self, leaf: &ChainHash) {
        let mut node: [u8; 32] =
            Sha256::new().chain_update([0]).chain_update(leaf.as_bytes()).finalize().into();
        // Each one-bit at the end of the old size is a subtree as large as the one just made.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                node = parent(&left, &node);
            }
        }
        self.subtrees.push(node);
        self.size += 1;
    }

    /// How many leaves there are.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root; that of an empty tree is the hash of nothing.
    #[must_use]
    pub fn root(&self) -> [u8; 32] {
        let smallest_first = self.subtrees.iter().rev().copied();
        smallest_first
            .reduce(|right, left| parent(&left, &right))
            .unwrap_or_else(|| Sha256::digest([]).into())
    }
}

fn parent(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The text of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: [`origin`].
    pub origin: String,
    /// Its length.
    pub size: u64,
    /// [`Tree::root`] over its chain hashes.
    pub root: [u8; 32],
}

/// The name of a practice's access log at the relay of `public_url`: a URL without its scheme.
#[must_use]
pub fn origin(public_url: &str, practice: &PracticeId) -> String {
    let host = public_url.split_once("://").map_or(public_url, |(_, host)| host);
    format!("{}/access-log/{practice}", host.trim_end_matches('/'))
}

impl Checkpoint {
    /// The three lines of the note's text.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, Base64::encode_string(&self.root))
    }

    /// Reads the three lines. None more are written, so none are read.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let (origin, size, hash) = (lines.next()?, lines.next()?, lines.next()?);
        let mut root = [0; 32];
        let decoded = Base64::decode(hash, &mut root).ok()?.len();
        let checkpoint = Self { origin: origin.to_owned(), size: size.parse().ok()?, root };
        // One checkpoint has one spelling.
        (lines.next().is_none() && decoded == 32 && checkpoint.to_text() == text).then_some(checkpoint)
    }
}

/// A line of an exported access log (NDJSON): the records in order, then one checkpoint of all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportLine {
    /// One record and the chain hash after it.
    Record(ChainedRecord),
    /// The signed note.
    Checkpoint(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6962 section 2.1, as written there: split at the largest power of two below the size.
    fn by_definition(leaves: &[ChainHash]) -> [u8; 32] {
        match leaves {
            [] => Sha256::digest([]).into(),
            [leaf] => Sha256::new().chain_update([0]).chain_update(leaf.as_bytes()).finalize().into(),
            _ => {
                let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
                parent(&by_definition(left), &by_definition(right))
            }
        }
    }

    #[test]
    fn the_tree_is_that_of_rfc_6962() {
        let leaves: Vec<_> = (0..40).map(|n: u8| ChainHash::of_body(&n.to_string())).collect();
        let mut tree = Tree::default();
        for size in 0..leaves.len() {
            assert_eq!((tree.size(), tree.root()), (size as u64, by_definition(&leaves[..size])), "{size}");
            tree.push(&leaves[size]);
        }
    }

    #[test]
    fn a_checkpoint_has_one_spelling() {
        let origin = origin("https://relay.example.com/", &"lakeside-ortho".parse().unwrap());
        assert_eq!(origin, "relay.example.com/access-log/lakeside-ortho");
        let checkpoint = Checkpoint { origin, size: 12, root: [7; 32] };
        let text = checkpoint.to_text();
        assert_eq!(Checkpoint::parse(&text), Some(checkpoint));
        for wrong in [
            text.trim_end().to_owned(),
            text.replace("\n12\n", "\n012\n"),
            text.replace("\n12\n", "\n-1\n"),
            format!("{text}extension\n"),
            text.replace("=\n", "\n"),
            String::new(),
        ] {
            assert_eq!(Checkpoint::parse(&wrong), None, "{wrong}");
        }
    }
}
