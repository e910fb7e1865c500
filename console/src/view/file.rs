//! Hands a text to the browser as a file.

use js_sys::Array;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// Without Blob there is no file; what is on the page says the same.
pub(crate) fn save(name: &str, kind: &str, text: &str) {
    let _ = try_save(name, kind, text);
}

/// The file's address is forgotten at once.
fn try_save(name: &str, kind: &str, text: &str) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    // The mark in front tells spreadsheets that it is UTF-8.
    let mark = if kind.starts_with("text/csv") { "\u{FEFF}" } else { "" };
    let parts = Array::of2(&mark.into(), &text.into());
    let url = Url::create_object_url_with_blob(&Blob::new_with_str_sequence_and_options(&parts, &options)?)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    Url::revoke_object_url(&url)
}
