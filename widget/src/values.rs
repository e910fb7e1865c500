//! What has been filled in so far. It lives in the frame's memory and nowhere else, and is wiped.

use std::fmt;
use zeroize::Zeroize;

/// One list of texts for each control: nothing, one text or id, or several ids.
#[derive(Clone, PartialEq, Eq)]
pub struct Values(Vec<Vec<String>>);

impl Values {
    /// Nothing, for `controls` controls.
    #[must_use]
    pub fn empty(controls: usize) -> Self {
        Self(vec![Vec::new(); controls])
    }

    /// The text or the id chosen; empty where there is none.
    #[must_use]
    pub fn text(&self, control: usize) -> &str {
        self.0[control].first().map_or("", String::as_str)
    }

    /// All that is chosen; for a text, the text.
    #[must_use]
    pub fn chosen(&self, control: usize) -> &[String] {
        &self.0[control]
    }

    /// Whether nothing but white space was given.
    #[must_use]
    pub fn is_blank(&self, control: usize) -> bool {
        self.0[control].iter().all(|text| text.trim().is_empty())
    }

    /// Replaces a text or a single choice.
    pub fn set(&mut self, control: usize, text: String) {
        self.0[control].zeroize();
        if !text.is_empty() {
            self.0[control].push(text);
        }
    }

    /// Adds or removes one of several choices.
    pub fn toggle(&mut self, control: usize, id: &str) {
        let held = &mut self.0[control];
        match held.iter().position(|chosen| chosen == id) {
            Some(at) => drop(held.remove(at)),
            None => held.push(id.to_owned()),
        }
    }

    /// Overwrites and forgets everything.
    pub fn wipe(&mut self) {
        self.0.iter_mut().for_each(Zeroize::zeroize);
    }
}

impl Drop for Values {
    fn drop(&mut self) {
        self.wipe();
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Values(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_answer() {
        let mut values = Values::empty(1);
        values.set(0, "Ada Example".to_owned());
        assert_eq!(format!("{values:?}"), "Values(redacted)");
    }

    #[test]
    fn wiping_forgets_and_keeps_the_shape() {
        let mut values = Values::empty(2);
        values.set(0, "text".to_owned());
        values.toggle(1, "a");
        values.toggle(1, "b");
        values.toggle(1, "a");
        assert_eq!(values.chosen(1), ["b"]);
        values.wipe();
        assert_eq!(values, Values::empty(2));
    }
}
