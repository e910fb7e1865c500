//! The tables that a migration carries from one backend to the other, as rows of plain values. The logs
//! only grow, so they are carried while a relay writes them; the other tables are small and follow whole.

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A whole number.
    Number,
    /// Text.
    Text,
    /// Bytes.
    Bytes,
}

/// One value; `None` is NULL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// A whole number.
    Number(Option<i64>),
    /// Text.
    Text(Option<String>),
    /// Bytes.
    Bytes(Option<Vec<u8>>),
}

/// Cells in the order of a table's columns.
pub type Row = Vec<Cell>;

/// A table that both backends have, with the columns that both have.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns.
    pub columns: &'static [(&'static str, Kind)],
}

impl Table {
    /// The columns' names, for SQL.
    #[must_use]
    pub fn names(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        names.join(", ")
    }
}

use Kind::{Bytes, Number, Text};

/// The log of entries. `practice` and `seq` come first.
pub const ENTRY: Table = Table {
    name: "entry",
    columns: &[
        ("practice", Number),
        ("seq", Number),
        ("id", Bytes),
        ("kind", Text),
        ("thread", Bytes),
        ("sha256", Bytes),
        ("time", Number),
        ("hash", Bytes),
        ("body", Text),
    ],
};

/// The access log. `practice` and `seq` come first.
pub const ACCESS: Table = Table {
    name: "access",
    columns: &[("practice", Number), ("seq", Number), ("record", Text), ("hash", Bytes)],
};

/// What is carried whole, in an order that keeps references right.
pub const WHOLE: [Table; 7] = [
    Table {
        name: "manifest",
        columns: &[
            ("practice", Number),
            ("version", Number),
            ("not_after", Number),
            ("keys", Text),
            ("text", Text),
        ],
    },
    Table {
        name: "roster",
        columns: &[
            ("practice", Number),
            ("version", Number),
            ("claims", Text),
            ("text", Text),
            ("keyring", Text),
        ],
    },
    Table {
        name: "invite",
        columns: &[("hash", Bytes), ("expires", Number), ("used_by", Text), ("registration", Bytes)],
    },
    Table { name: "assertion", columns: &[("practice", Number), ("jti", Bytes), ("expires", Number)] },
    Table {
        name: "token",
        columns: &[
            ("hash", Bytes),
            ("practice", Text),
            ("staff", Text),
            ("signer", Text),
            ("expires", Number),
        ],
    },
    Table {
        name: "unsubscribe",
        columns: &[
            ("practice", Number),
            ("hash", Bytes),
            ("thread", Bytes),
            ("seq", Number),
            ("time", Number),
        ],
    },
    Table { name: "relay_key", columns: &[("one", Number), ("fingerprint", Bytes)] },
];

/// How far a log goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogEnd {
    /// Last seq; 0 for an empty log.
    pub seq: i64,
    /// Chain hash after it.
    pub hash: [u8; 32],
    /// When the last was written, in milliseconds.
    pub time: i64,
}

/// A practice with the ends of its two logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PracticeRow {
    /// The same in both databases.
    pub key: i64,
    /// Its name.
    pub name: String,
    /// Thumbprint of its root key.
    pub pin: String,
    /// Bytes of all bodies that are kept.
    pub bytes: i64,
    /// End of the log of entries.
    pub log: LogEnd,
    /// End of the access log.
    pub access: LogEnd,
}
