//! A text that a practice writes once per language.

use crate::members::Members;
use serde::{Deserialize, Serialize};

/// Texts by language tag (BCP 47, lower case): `{ "en": "Phone", "es": "Teléfono" }`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(pub Members<String>);

impl Text {
    /// The text in `language` (`es-MX` falls back to `es`), else in English, else in any language it has.
    #[must_use]
    pub fn in_language(&self, language: &str) -> &str {
        let base = language.split('-').next().unwrap_or(language);
        [language, base, "en"]
            .iter()
            .find_map(|tag| self.0.get(tag))
            .or_else(|| self.0.values().next())
            .map_or("", String::as_str)
    }

    /// Whether there is a text for `language` itself.
    #[must_use]
    pub fn has(&self, language: &str) -> bool {
        self.0.get(language).is_some()
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Text {
    fn from(pairs: [(&str, &str); N]) -> Self {
        Self(pairs.iter().map(|(tag, text)| ((*tag).to_owned(), (*text).to_owned())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_falls_back_to_base_then_english_then_any() {
        let text = Text::from([("en", "Phone"), ("es", "Teléfono")]);
        assert_eq!(text.in_language("es-MX"), "Teléfono");
        assert_eq!(text.in_language("de"), "Phone");
        assert_eq!(Text::from([("es", "Hola")]).in_language("en"), "Hola");
        assert_eq!(Text::default().in_language("en"), "");
    }
}
