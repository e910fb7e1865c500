//! As much of HTML and of Content-Security-Policy as it takes to find a snippet on a live page and to
//! see whether the page lets it run. It judges a page; it does not render one.

/// A `<script>` start tag: attributes by lower-case name, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Script(Vec<(String, String)>);

impl Script {
    /// The value of an attribute; the first one counts (HTML section 13.2.5.33).
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether it is Anteroom's.
    pub(crate) fn is_loader(&self) -> bool {
        self.attribute("data-pin").is_some()
            || self.attribute("src").is_some_and(|src| src.contains("/e/") && src.ends_with("/loader.js"))
    }
}

/// All script tags outside comments.
pub(crate) fn scripts(html: &str) -> Vec<Script> {
    let live = without_comments(html);
    let mut rest = live.as_str();
    let mut found = Vec::new();
    while let Some(at) = find_tag(rest, "script") {
        let (script, after) = attributes(&rest[at..]);
        found.push(Script(script));
        rest = after;
    }
    found
}

fn without_comments(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once("<!--") {
        out.push_str(before);
        rest = after.split_once("-->").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out
}

/// The place behind `<name`, where white space, `/` or `>` follows.
fn find_tag(html: &str, name: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = html[from..].find('<') {
        let start = from + at + 1;
        let end = start + name.len();
        let is_it = html.get(start..end).is_some_and(|tag| tag.eq_ignore_ascii_case(name));
        if is_it && html[end..].starts_with(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>')) {
            return Some(end);
        }
        from = start;
    }
    None
}

/// Reads attributes up to `>`; gives what follows it.
fn attributes(mut rest: &str) -> (Vec<(String, String)>, &str) {
    let mut found = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            return (found, rest);
        }
        if let Some(after) = rest.strip_prefix('>') {
            return (found, after);
        }
        let is_end = |c: char| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '/');
        // A stray `=` begins a name (HTML section 13.2.5.32), so a step is always taken.
        let first = rest.chars().next().map_or(1, char::len_utf8);
        let end = rest[first..].find(is_end).map_or(rest.len(), |at| first + at);
        let name = rest[..end].to_ascii_lowercase();
        rest = rest[end..].trim_start_matches(|c: char| c.is_ascii_whitespace());
        let mut value = String::new();
        if let Some(after) = rest.strip_prefix('=') {
            (value, rest) = attribute_value(after.trim_start_matches(|c: char| c.is_ascii_whitespace()));
        }
        found.push((name, value));
    }
}

fn attribute_value(rest: &str) -> (String, &str) {
    for quote in ['"', '\''] {
        if let Some(after) = rest.strip_prefix(quote) {
            let (value, after) = after.split_once(quote).unwrap_or((after, ""));
            return (decode(value), after);
        }
    }
    let end = rest.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(rest.len());
    (decode(&rest[..end]), &rest[end..])
}

/// The references that `anteroom snippet` writes.
fn decode(value: &str) -> String {
    let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    pairs.iter().fold(value.to_owned(), |value, (from, to)| value.replace(from, to))
}

/// One Content-Security-Policy (CSP level 3): directives with their sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Policy(Vec<(String, Vec<String>)>);

impl Policy {
    /// Reads a header's value.
    pub(crate) fn parse(text: &str) -> Self {
        let directive = |part: &str| {
            let mut words = part.split_ascii_whitespace();
            let name = words.next()?.to_ascii_lowercase();
            Some((name, words.map(str::to_owned).collect()))
        };
        Self(text.split(';').filter_map(directive).collect())
    }

    /// The sources that apply; `None`: everything is allowed.
    fn sources(&self, directive: &str) -> Option<&[String]> {
        [directive, "default-src"]
            .iter()
            .find_map(|name| self.0.iter().find(|(key, _)| key == name))
            .map(|(_, sources)| sources.as_slice())
    }

    /// Whether something from `origin` is allowed by a directive.
    pub(crate) fn allows(&self, directive: &str, origin: &str) -> bool {
        let Some(sources) = self.sources(directive) else { return true };
        let scheme = origin.split_once("//").map_or("", |(scheme, _)| scheme);
        let host = origin.split_once("//").map_or(origin, |(_, host)| host);
        sources.iter().any(|source| {
            let source = source.trim_end_matches('/');
            let wild = |suffix: &str| host.ends_with(suffix) && host.len() > suffix.len();
            source == "*"
                || source.eq_ignore_ascii_case(origin)
                || source.eq_ignore_ascii_case(scheme)
                || source.eq_ignore_ascii_case(host)
                || source
                    .split_once("//")
                    .map_or(source, |(_, host)| host)
                    .strip_prefix('*')
                    .is_some_and(wild)
        })
    }

    /// Whether WebAssembly may be compiled.
    pub(crate) fn allows_wasm(&self) -> bool {
        self.sources("script-src").is_none_or(|sources| {
            sources.iter().any(|source| {
                source.eq_ignore_ascii_case("'wasm-unsafe-eval'")
                    || source.eq_ignore_ascii_case("'unsafe-eval'")
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snippet_is_found_however_the_page_was_written() {
        for html in [
            r#"<script src="https://r.example/e/ab/loader.js" data-pin="P&amp;x" async></script>"#,
            "<SCRIPT\n  async DATA-PIN='P&amp;x' src=https://r.example/e/ab/loader.js></SCRIPT>",
            r#"<p a="<script"><script data-pin = "P&amp;x" src="https://r.example/e/ab/loader.js"/>"#,
        ] {
            let found: Vec<Script> = scripts(html).into_iter().filter(Script::is_loader).collect();
            assert_eq!(found.len(), 1, "{html}");
            assert_eq!(found[0].attribute("data-pin"), Some("P&x"), "{html}");
            assert_eq!(found[0].attribute("src"), Some("https://r.example/e/ab/loader.js"), "{html}");
        }
    }

    #[test]
    fn what_is_commented_out_or_another_script_is_not_one() {
        for html in [
            r#"<!-- <script src="/e/ab/loader.js" data-pin="P"></script> -->"#,
            r#"<scripts data-pin="P"></scripts>"#,
            r#"<script src="/other.js"></script>"#,
            "<script",
            "<",
            "",
            "<script =",
            "<script a='",
            "<!--",
        ] {
            assert!(!scripts(html).iter().any(Script::is_loader), "{html}");
        }
    }

    #[test]
    fn a_policy_blocks_what_it_does_not_name() {
        let relay = "https://relay.example";
        for (policy, script, wasm, connect) in [
            ("", true, true, true),
            ("img-src 'self'", true, true, true),
            ("default-src 'self'", false, false, false),
            (
                "script-src https://relay.example 'wasm-unsafe-eval'; connect-src https://relay.example/",
                true,
                true,
                true,
            ),
            ("script-src https://relay.example; connect-src *", true, false, true),
            ("default-src https: 'unsafe-eval'; CONNECT-SRC 'none'", true, true, false),
            ("script-src *.example 'wasm-unsafe-eval'", true, true, true),
            ("script-src https://other.example 'wasm-unsafe-eval'", false, true, true),
        ] {
            let parsed = Policy::parse(policy);
            assert_eq!(parsed.allows("script-src", relay), script, "{policy}");
            assert_eq!(parsed.allows_wasm(), wasm, "{policy}");
            assert_eq!(parsed.allows("connect-src", relay), connect, "{policy}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_page_is_read_to_its_end(html in "(<script|<!--|-->|[<>=/'\" a]|\\PC)*") {
            for script in scripts(&html) {
                proptest::prop_assert!(script.0.iter().all(|(name, _)| !name.is_empty()));
            }
            let _ = Policy::parse(&html).allows("script-src", "https://relay.example");
        }
    }
}
