//! A small static server for the demo practice's website: another origin than the relay's, as in
//! real life. It puts the snippet where a page asks for it.

use anyhow::{Result, anyhow};
use std::path::Path;
use std::sync::Arc;
use tiny_http::{Header, Request, Response, Server};

/// Where a page wants the snippet.
const PLACEHOLDER: &str = "<!-- anteroom:snippet -->";
/// Where a page wants visits to be recorded, without a form.
const VISITS: &str = "<!-- anteroom:visits -->";

/// Serves `examples/site` on `port` until the process ends.
pub(crate) fn serve(port: u16, snippet: String) -> Result<()> {
    let server = Server::http(("127.0.0.1", port)).map_err(|error| {
        anyhow!("port {port} cannot be used ({error}): stop what uses it, or choose another with --site-port")
    })?;
    let (server, snippet) = (Arc::new(server), Arc::new(snippet));
    for _ in 0..4 {
        let (server, snippet) = (Arc::clone(&server), Arc::clone(&snippet));
        std::thread::spawn(move || {
            for request in server.incoming_requests() {
                let answer = answer(&request, &snippet);
                // A visitor who went away is no error of ours.
                let _ = request.respond(answer);
            }
        });
    }
    Ok(())
}

fn answer(request: &Request, snippet: &str) -> Response<std::io::Cursor<Vec<u8>>> {
    let path = request.url().split('?').next().unwrap_or_default();
    let Some((content, media_type)) = find(path) else {
        return Response::from_string("There is no such page.").with_status_code(404);
    };
    let content = match media_type {
        "text/html; charset=utf-8" => {
            let page = String::from_utf8_lossy(&content);
            page.replace(PLACEHOLDER, snippet).replace(VISITS, &visits(snippet)).into_bytes()
        }
        _ => content,
    };
    let response = Response::from_data(content);
    match Header::from_bytes("content-type", media_type) {
        Ok(header) => response.with_header(header),
        Err(()) => response,
    }
}

/// The snippet's script alone, told to show nothing.
fn visits(snippet: &str) -> String {
    let script = snippet.find("<script").zip(snippet.find("</script>"));
    script.map_or_else(String::new, |(start, end)| {
        snippet[start..end + "</script>".len()].replacen("<script", "<script data-mode=\"visits\"", 1)
    })
}

fn find(path: &str) -> Option<(Vec<u8>, &'static str)> {
    let relative = path.trim_start_matches('/');
    if relative.split('/').any(|part| part.starts_with('.')) {
        return None;
    }
    let mut file = Path::new("examples/site").join(relative);
    if path.ends_with('/') {
        file = file.join("index.html");
    } else if file.extension().is_none() {
        file.set_extension("html");
    }
    let media_type = match file.extension()?.to_str()? {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "pdf" => "application/pdf",
        _ => "application/octet-stream",
    };
    Some((std::fs::read(file).ok()?, media_type))
}
