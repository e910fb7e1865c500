//! widget
fn main() {}
