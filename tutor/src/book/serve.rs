//! Showing the book in a browser.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use tiny_http::{Header, Request, Response, Server};

use super::{Wanted, build, text};

/// Where the book is shown, if nothing else is there already.
const PORT: u16 = 3000;

/// Shows the book in the folder `book` to browsers of this machine, until the program is ended. It is built again when
/// a page is asked for and something of the course is newer. Tells `out` the address, then calls `ready` with it.
///
/// # Errors
/// It cannot be built at first, or there is no port for it.
pub fn serve(book: &Path, wanted: &Wanted, out: &mut dyn Write, ready: impl FnOnce(&str)) -> anyhow::Result<()> {
    let mut built = SystemTime::now();
    let pages = build(book, wanted)?;
    let server = Server::http(("127.0.0.1", PORT)).or_else(|_| Server::http("127.0.0.1:0"));
    let server = server.map_err(|error| anyhow::anyhow!(error))?;
    let address = format!("http://{}/", server.server_addr());
    writeln!(out, "{}", text::served(&address))?;
    out.flush()?;
    ready(&address);
    for request in server.incoming_requests() {
        let file = pages.join(asked_file(request.url()));
        let is_page = file.extension().is_some_and(|suffix| suffix == "html");
        if is_page && newest(book).max(newest(&book.with_file_name("labs"))) > Some(built) {
            built = SystemTime::now();
            if let Err(error) = build(book, wanted) {
                // The page that was there is shown; what is wrong is said here.
                writeln!(out, "{error:#}")?;
                out.flush()?;
            }
        }
        // A browser that has gone away is no matter of ours.
        let _ = answer(request, &file);
    }
    Ok(())
}

/// The file below the pages that a request asks for; never one above them.
fn asked_file(url: &str) -> PathBuf {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let parts = Path::new(path).components().filter(|part| matches!(part, Component::Normal(_)));
    let mut file: PathBuf = parts.collect();
    if path.ends_with('/') {
        file.push("index.html");
    }
    file
}

fn answer(request: Request, file: &Path) -> io::Result<()> {
    let Ok(content) = File::open(file) else {
        return request.respond(Response::empty(404));
    };
    let mut response = Response::from_file(content);
    if let Ok(kind) = Header::from_bytes("Content-Type", content_type(file)) {
        response.add_header(kind);
    }
    request.respond(response)
}

fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|suffix| suffix.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

/// When something below `dir` was last changed.
fn newest(dir: &Path) -> Option<SystemTime> {
    let entries = fs::read_dir(dir).ok()?;
    entries
        .flatten()
        .filter_map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => newest(&entry.path()),
            _ => entry.metadata().ok()?.modified().ok(),
        })
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_request_leaves_the_folder() {
        assert_eq!(asked_file("/"), Path::new("index.html"));
        assert_eq!(asked_file("/labs/12/a.html?highlight=x"), Path::new("labs/12/a.html"));
        assert_eq!(asked_file("/../../etc/passwd"), Path::new("etc/passwd"));
        assert_eq!(asked_file("//etc/passwd"), Path::new("etc/passwd"));
    }
}
