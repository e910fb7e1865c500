//! From a template to a message: subject, text and HTML.
//!
//! The only word in it that a stranger chose is a first name, and that only if it looks like one: whoever fills in
//! the form with somebody else's address must not be able to send them a text of their own.

use lead::Manifest;
use lead::sequence::{Email, Sender, VARIABLES};
use lead::thread::Lead;
use minijinja::{Environment, UndefinedBehavior};
use pulldown_cmark::{Event, Options, Parser, html};
use std::collections::BTreeMap;

/// Longest first name that is repeated to its owner.
const NAME_CHARS: usize = 30;

/// A message before it has an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rendered {
    /// Subject.
    pub(crate) subject: String,
    /// `text/plain`.
    pub(crate) text: String,
    /// `text/html`.
    pub(crate) html: String,
}

/// Why a template gives no message.
#[derive(Debug, thiserror::Error)]
#[error("the template's {place} does not render: {cause}")]
pub(crate) struct TemplateError {
    place: &'static str,
    cause: minijinja::Error,
}

/// What a template is filled with.
#[derive(Debug, Clone)]
pub(crate) struct Values(BTreeMap<&'static str, String>);

impl Values {
    /// For a lead, in its language.
    pub(crate) fn of(lead: &Lead, manifest: &Manifest, sender: &Sender, unsubscribe: &str) -> Self {
        let language = lead.inquiry().map_or("en", |inquiry| inquiry.lang.as_str());
        let name = lead.answers().map(|answers| answers.contact.name.clone()).unwrap_or_default();
        let reference = lead.inquiries.first().map(|first| first.entry.reference()).unwrap_or_default();
        let off = lead.withdrawn.as_ref().map(|off| &off.appointment);
        let start = lead.appointment.as_ref().or(off).map(|made| made.slot.start);
        let (day, time) = start.map_or_else(Default::default, |start| {
            crate::clock::day_and_time(start, manifest.source.hours.zone, language)
        });
        Self(BTreeMap::from([
            ("greeting", greeting(&name, language)),
            ("practice", manifest.source.name.clone()),
            ("phone", manifest.source.phone.clone()),
            ("website", sender.website.clone()),
            ("reference", reference),
            ("appointment_day", day),
            ("appointment_time", time),
            ("sender", sender.name.clone()),
            ("unsubscribe", unsubscribe.to_owned()),
        ]))
    }

    /// Made-up ones, to look at a template.
    pub(crate) fn sample(manifest: &Manifest, sender: &Sender, language: &str) -> Self {
        // Friday, 15 January 2027, at half past two by the practice's clocks.
        let (half_past_two, zone) = (1_800_023_400_000_u64, manifest.source.hours.zone);
        let at = half_past_two.saturating_add_signed(-zone.offset_ms(half_past_two));
        let (day, time) = crate::clock::day_and_time(at, zone, language);
        Self(BTreeMap::from([
            ("greeting", greeting("Avery Sample", language)),
            ("practice", manifest.source.name.clone()),
            ("phone", manifest.source.phone.clone()),
            ("website", sender.website.clone()),
            ("reference", "K7Q-3XM".into()),
            ("appointment_day", day),
            ("appointment_time", time),
            ("sender", sender.name.clone()),
            ("unsubscribe", "https://relay.example/unsubscribe".into()),
        ]))
    }
}

/// Fills `email` in `language`, with the footer that every message has to have.
pub(crate) fn render(
    email: &Email,
    language: &str,
    values: &Values,
    sender: &Sender,
) -> Result<Rendered, TemplateError> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    debug_assert!(VARIABLES.iter().all(|name| values.0.contains_key(name)));
    let fill = |place, template: &str| {
        environment.render_str(template, &values.0).map_err(|cause| TemplateError { place, cause })
    };
    let subject = fill("subject", email.subject.in_language(language))?;
    let preview = fill("preview", email.preview.in_language(language))?;
    let body = fill("body", email.body.in_language(language))?;
    let unsubscribe = values.0.get("unsubscribe").map(String::as_str).unwrap_or_default();
    let footer = footer(language, sender, unsubscribe);
    let text = format!("{}\n\n-- \n{footer}\n", body.trim());
    Ok(Rendered {
        subject: one_line(&subject),
        text,
        html: page(language, &preview, &body, sender, unsubscribe),
    })
}

fn footer(language: &str, sender: &Sender, unsubscribe: &str) -> String {
    let stop = stop_words(language);
    format!("{}\n{}\n{stop}: {unsubscribe}", sender.name, sender.postal_address)
}

fn stop_words(language: &str) -> &'static str {
    if language.starts_with("es") { "No recibir más mensajes" } else { "Stop these messages" }
}

fn page(language: &str, preview: &str, body: &str, sender: &Sender, unsubscribe: &str) -> String {
    // Raw HTML in a template is text: a message is made of paragraphs, lists and links.
    let events = Parser::new_ext(body.trim(), Options::empty()).map(|event| match event {
        Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
        event => event,
    });
    let mut content = String::new();
    html::push_html(&mut content, events);
    let preview = if preview.trim().is_empty() {
        String::new()
    } else {
        format!("<div style=\"display:none;max-height:0;overflow:hidden\">{}</div>", escape(preview))
    };
    let stop = stop_words(language);
    format!(
        "<!doctype html>\n<html lang=\"{language}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{name}</title></head>\n\
         <body style=\"margin:0;background:#f5f7f8\">{preview}\
         <div style=\"max-width:34rem;margin:0 auto;padding:1.5rem;font:16px/1.6 system-ui,sans-serif;color:#1f2a30;background:#fff\">\n\
         {content}<hr style=\"border:0;border-top:1px solid #d5dde1;margin:2rem 0 1rem\">\
         <p style=\"font-size:13px;color:#50616b\">{name}<br>{address}<br><a href=\"{link}\" style=\"color:#50616b\">{stop}</a></p>\n\
         </div></body></html>\n",
        language = escape(language),
        name = escape(&sender.name),
        address = escape(&sender.postal_address),
        link = escape(unsubscribe),
    )
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}

/// `Hello Avery,`; without a name where what stands there does not look like one.
fn greeting(name: &str, language: &str) -> String {
    let spanish = language.starts_with("es");
    let first = name.split_whitespace().next().filter(|first| is_a_name(first));
    match (spanish, first) {
        (false, Some(first)) => format!("Hello {first},"),
        (false, None) => "Hello,".into(),
        (true, Some(first)) => format!("Hola, {first}:"),
        (true, None) => "Hola:".into(),
    }
}

/// Letters, and between them single apostrophes and hyphens.
fn is_a_name(text: &str) -> bool {
    let parts = || text.split(['\'', '’', '-']);
    text.chars().count() <= NAME_CHARS
        && parts().all(|part| !part.is_empty() && part.chars().all(char::is_alphabetic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_looks_like_a_first_name_is_repeated() {
        assert_eq!(greeting("Avery Sample", "en"), "Hello Avery,");
        assert_eq!(greeting("María José O'Neill", "es-MX"), "Hola, María:");
        assert_eq!(greeting("Jean-Luc", "en"), "Hello Jean-Luc,");
        for hostile in [
            "",
            "https://evil.example",
            "evil.example",
            "**bold**",
            "<b>x</b>",
            "[x](y)",
            "win$1000",
            "a@b",
            "{{phone}}",
            "--",
            "Verylongnamethatnobodyeverhasreally",
            "\u{202e}txet",
        ] {
            assert_eq!(greeting(hostile, "en"), "Hello,", "{hostile}");
        }
    }

    #[test]
    fn html_in_a_template_is_text() {
        let sender = Sender {
            name: "Lakeside <team>".into(),
            address: "hello@lakeside.example".into(),
            reply_to: None,
            postal_address: "100 Example Street".into(),
            website: String::new(),
        };
        let html = page(
            "en",
            "a \"preview\"",
            "Hi <script>x</script> **there**",
            &sender,
            "https://r.example/?a=1&b=2",
        );
        assert!(!html.contains("<script"), "{html}");
        assert!(html.contains("<strong>there</strong>") && html.contains("Lakeside &lt;team&gt;"), "{html}");
        assert!(html.contains("https://r.example/?a=1&amp;b=2"), "{html}");
    }
}
