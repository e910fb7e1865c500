//! Builds what browsers load: widget and console, for release, into `dist/`.
//!
//! ```text
//! dist/widget/<version>/{loader.js, frame.js, widget.wasm}   each also as .br and .gz
//! dist/widget/current.json                                   {"version", "loader_integrity"}
//! dist/console/{index.html, console.js, console_bg.wasm ...} each also as .br and .gz
//! dist/console/parts/{lead.wasm, office.wasm ...}            the same; what is fetched later (`split.rs`)
//! dist/console/preview/{preview.js, frame.js, widget.wasm ...}   the widget, to be seen while its form is edited
//! ```
//!
//! The loader carries the hashes of the other two, so its own hash names the whole: it is the version.

use crate::budget::current_widget;
use crate::glue::Renamed;
use crate::step::{cargo, output, run as execute, step};
use crate::{split, tool};
use anyhow::{Context, Result, ensure};
use base64ct::{Base64, Encoding};
use clap::ValueEnum;
use sha2::{Digest, Sha256, Sha384};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use wasm_bindgen_cli_support::Bindgen;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Build only this one
    pub(crate) part: Option<Part>,
}

/// What a browser loads.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// The patient's form
    Widget,
    /// The staff's application
    Console,
}

/// Builds one, or both. Does nothing that is already done.
pub(crate) fn run(part: Option<Part>) -> Result<()> {
    // Separate calls: features asked for by the console must not weigh on the widget.
    // The console shows the widget, in the editor of the form.
    if part != Some(Part::Console) || !Path::new("dist/widget/current.json").exists() {
        step("Compiling the widget to WebAssembly", || compile(&["--package", "widget"], &[]))?;
        widget()?;
    }
    if part != Some(Part::Widget) {
        step("Compiling the console to WebAssembly", || compile(&["--package", "console"], &split::LINK))?;
        console()?;
    }
    Ok(())
}

/// `link` is for the last step alone: what is linked is the same for all.
fn compile(what: &[&str], link: &[&str]) -> Result<()> {
    tool::wasm_target()?;
    tool::standard_library_sources()?;
    let mut flags: Vec<String> = remap_paths()?.into();
    // SHA-256 as a loop: the widget hashes a key and a model, no more.
    flags.push("--cfg=sha2_backend_soft=\"compact\"".to_owned());
    // Leptos then gives its views one type instead of one each: a twentieth less to download.
    flags.push("--cfg=erase_components".to_owned());
    // A panic ends the widget, and the loader shows the phone number: nobody reads its message.
    let silent =
        ["-Zunstable-options", "-Cpanic=immediate-abort", "-Zlocation-detail=none", "-Zfmt-debug=none"];
    flags.extend(silent.map(String::from));
    let flags = format!("target.wasm32-unknown-unknown.rustflags = {flags:?}");
    let how = ["--target", "wasm32-unknown-unknown", "--profile", "wasm", "--config", &flags];
    // The standard library is compiled along, from the same release's own sources, for size and without
    // its panic messages: an eighth of what a patient downloads. Cargo and rustc take these flags from
    // their stable releases only under RUSTC_BOOTSTRAP; no language feature depends on it.
    let library = ["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"];
    execute(cargo(&["rustc"]).args(what).args(how).args(library).args(link).env("RUSTC_BOOTSTRAP", "1"))
}

/// Panic messages carry source paths. Those of this machine are nobody's business, and the same
/// sources must give the same bytes wherever they are built.
fn remap_paths() -> Result<[String; 2]> {
    let checkout = std::env::current_dir()?;
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home =
        home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo"))).context("no CARGO_HOME")?;
    let remap = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
    Ok([remap(&home, "/cargo"), remap(&checkout, "/anteroom")])
}

const COMPILED: &str = "target/wasm32-unknown-unknown/wasm";

fn widget() -> Result<()> {
    let wasm = fs::read(format!("{COMPILED}/widget.wasm"))?;
    let loader = fs::read_to_string("widget/loader/loader.js")?;
    let frame = fs::read_to_string("widget/loader/frame.js")?;
    let stamp = stamp(&[&wasm, loader.as_bytes(), frame.as_bytes()]);
    if is_fresh("dist/widget", &stamp) {
        return Ok(());
    }
    step("Packing the widget", || {
        let bound = bind(&wasm, "widget", Target::NoModules, Names::Dropped)?;
        let (wasm, renamed) = optimise(Part::Widget, &bound.join("widget_bg.wasm"), Names::Dropped)?;
        let glue = renamed.apply(fs::read_to_string(bound.join("widget.js"))?);
        let frame = minify(&format!("{}{}", without_comments(&glue), without_comments(&frame)), &[])?;
        let loader = minify(&without_comments(&loader), &[])?
            .replace("__FRAME_SRI__", &integrity::<Sha256>("sha256", frame.as_bytes()))
            .replace("__WASM_SRI__", &integrity::<Sha256>("sha256", &wasm));
        ensure!(!loader.contains("_SRI__"), "the loader has a placeholder that the build does not fill");
        let version = hex(&Sha256::digest(&loader))[..20].to_owned();
        let directory = PathBuf::from("dist/widget").join(&version);
        fs::create_dir_all(&directory)?;
        write_compressed(&directory.join("loader.js"), loader.as_bytes())?;
        write_compressed(&directory.join("frame.js"), frame.as_bytes())?;
        write_compressed(&directory.join("widget.wasm"), &wasm)?;
        let integrity = integrity::<Sha384>("sha384", loader.as_bytes());
        let current = serde_json::json!({ "version": version, "loader_integrity": integrity });
        fs::write("dist/widget/current.json", serde_json::to_string_pretty(&current)?)?;
        mark_fresh("dist/widget", &stamp)
    })
}

fn console() -> Result<()> {
    let wasm = fs::read(format!("{COMPILED}/console.wasm"))?;
    let mut statics = files("console/static")?;
    statics.sort();
    let contents = statics.iter().map(fs::read).collect::<Result<Vec<_>, _>>()?;
    let mut parts: Vec<&[u8]> = vec![&wasm];
    parts.extend(contents.iter().map(Vec::as_slice));
    let widget = fs::read("dist/widget/current.json")?;
    parts.push(&widget);
    let stamp = stamp(&parts);
    if is_fresh("dist/console", &stamp) {
        return Ok(());
    }
    step("Packing the console", || {
        if Path::new("dist/console").exists() {
            fs::remove_dir_all("dist/console")?;
        }
        fs::create_dir_all("dist/console/parts")?;
        fs::create_dir_all("dist/console/preview")?;
        let Program { first, glue, parts, shared } = program(&wasm, "console", Names::Dropped)?;
        write_compressed(Path::new("dist/console/console_bg.wasm"), &first)?;
        write_compressed(Path::new("dist/console/console.js"), minify(&glue, &["--module"])?.as_bytes())?;
        let mut fetched: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for Fetched { file, wasm, by } in &parts {
            let path = format!("parts/{file}");
            write_compressed(&Path::new("dist/console").join(&path), wasm)?;
            for part in by {
                let hash = integrity::<Sha256>("sha256", wasm);
                fetched.entry(part.clone()).or_default().push((path.clone(), hash));
            }
        }
        let (page, styles) = with_one_sheet(&fs::read_to_string("console/static/index.html")?)?;
        write_compressed(Path::new("dist/console/index.html"), page.as_bytes())?;
        write_compressed(Path::new("dist/console/console.css"), without_comments(&styles).as_bytes())?;
        for (path, content) in statics.iter().zip(&contents) {
            let name = path.file_name().and_then(OsStr::to_str).context("a file has a name")?;
            let file = Path::new("dist/console").join(name);
            match name.rsplit_once('.') {
                Some(("forming", "css")) => {
                    let sheet = without_comments(str::from_utf8(content)?);
                    write_compressed(Path::new("dist/console/preview/forming.css"), sheet.as_bytes())?
                }
                Some((_, "css")) | Some(("index", "html")) => {}
                Some(("parts", "js")) => {
                    let script = split::script(str::from_utf8(content)?, &fetched, &shared)?;
                    write_compressed(&file, minify(&without_comments(&script), &["--module"])?.as_bytes())?
                }
                Some(("preview", "js")) => preview(str::from_utf8(content)?)?,
                Some((_, "js")) => {
                    write_compressed(&file, without_comments(str::from_utf8(content)?).as_bytes())?
                }
                _ => write_compressed(&file, content)?,
            }
        }
        mark_fresh("dist/console", &stamp)
    })
}

/// The console's program as browsers load it.
struct Program {
    first: Vec<u8>,
    /// wasm-bindgen's script for all of it.
    glue: String,
    parts: Vec<Fetched>,
    /// What the parts take from the first file: by their names, and by its own.
    shared: BTreeMap<String, String>,
}

/// A file that is fetched later.
struct Fetched {
    file: String,
    wasm: Vec<u8>,
    /// Parts that need it.
    by: Vec<String>,
}

/// Cuts the program, binds its first file and optimises all of them. Names that two files share stay what they are.
fn program(wasm: &[u8], name: &str, names: Names) -> Result<Program> {
    let cut = split::cut(wasm, &Path::new("target/bindgen").join(format!("{name}-parts")))?;
    let bound = bind(&cut.first, name, Target::Web, names)?;
    let (first, renamed) = optimise(Part::Console, &bound.join(format!("{name}_bg.wasm")), names)?;
    let glue = renamed.apply(fs::read_to_string(bound.join(format!("{name}.js")))?);
    let given = split::given(&first)?;
    let (mut parts, mut shared) = (Vec::new(), BTreeMap::new());
    for (file, path) in cut.files {
        let wasm = optimise_part(&path, names)?;
        for taken in split::taken(&wasm)? {
            let export = renamed.export(&taken).to_owned();
            ensure!(given.contains(&export), "the first file does not give {taken}, which {file} takes");
            shared.insert(taken, export);
        }
        let by = cut.parts.iter().filter(|(_, files)| files.contains(&file));
        parts.push(Fetched { by: by.map(|(part, _)| part.clone()).collect(), file, wasm });
    }
    Ok(Program { first, glue, parts, shared })
}

/// The widget as the console's preview of the form, and the script that shows it.
fn preview(script: &str) -> Result<()> {
    let (widget, folder) = (current_widget()?, Path::new("dist/console/preview"));
    let mut script = without_comments(script);
    for (name, mark) in [("frame.js", "__FRAME_SRI__"), ("widget.wasm", "__WASM_SRI__")] {
        for ending in ["", ".br", ".gz"] {
            fs::copy(widget.join(format!("{name}{ending}")), folder.join(format!("{name}{ending}")))?;
        }
        let hash = integrity::<Sha256>("sha256", &fs::read(widget.join(name))?);
        script = script.replace(mark, &hash);
    }
    write_compressed(&folder.join("preview.js"), script.as_bytes())
}

/// The console's page with one style sheet in place of those that it names, and that sheet: apart they compress a
/// quarter worse.
fn with_one_sheet(page: &str) -> Result<(String, String)> {
    let (mut lines, mut styles) = (Vec::new(), String::new());
    for line in page.lines() {
        let sheet =
            line.strip_prefix("<link rel=\"stylesheet\" href=\"").and_then(|rest| rest.strip_suffix("\">"));
        let Some(sheet) = sheet else {
            lines.push(line);
            continue;
        };
        if styles.is_empty() {
            lines.push("<link rel=\"stylesheet\" href=\"console.css\">");
        }
        styles += &fs::read_to_string(Path::new("console/static").join(sheet))?;
    }
    Ok((lines.join("\n") + "\n", styles))
}

/// The example of `seal` that tests WebCrypto, into `target/bindgen/seal-web`.
pub(crate) fn seal_example() -> Result<()> {
    example("seal", "web", &["--features", "web"])
}

/// The example of `lead` that reads texts, into `target/bindgen/lead-web`.
pub(crate) fn lead_example() -> Result<()> {
    example("lead", "readings", &[])
}

fn example(package: &str, name: &str, features: &[&str]) -> Result<()> {
    compile(&[&["--package", package, "--example", name], features].concat(), &[])?;
    let wasm = fs::read(format!("{COMPILED}/examples/{name}.wasm"))?;
    bind(&wasm, &format!("{package}-web"), Target::Web, Names::Dropped).map(drop)
}

/// Where each wasm of a part is, as it is delivered, but with the names of its functions.
pub(crate) fn named(part: Part) -> Result<Vec<PathBuf>> {
    let (name, named) = match part {
        Part::Widget => ("widget", "widget-named"),
        Part::Console => ("console", "console-named"),
    };
    let wasm = fs::read(format!("{COMPILED}/{name}.wasm"))?;
    let folder = Path::new("target/bindgen").join(named);
    let files = match part {
        Part::Widget => {
            let path = bind(&wasm, named, Target::NoModules, Names::Kept)?.join(format!("{named}_bg.wasm"));
            vec![(name.to_owned(), optimise(part, &path, Names::Kept)?.0)]
        }
        Part::Console => {
            let Program { first, parts, .. } = program(&wasm, named, Names::Kept)?;
            let parts = parts.into_iter().map(|part| (part.file, part.wasm));
            [(name.to_owned(), first)].into_iter().chain(parts).collect()
        }
    };
    let write = |(name, wasm): (String, Vec<u8>)| {
        let path = folder.join(name).with_extension("wasm");
        fs::write(&path, wasm).map(|()| path)
    };
    Ok(files.into_iter().map(write).collect::<Result<_, _>>()?)
}

/// Whether functions keep their names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    Kept,
    Dropped,
}

#[derive(Clone, Copy)]
enum Target {
    /// A classic script: the sandboxed frame may run nothing else.
    NoModules,
    /// An ES module.
    Web,
}

/// Runs wasm-bindgen, as a library of exactly the version that the crates link.
fn bind(wasm: &[u8], name: &str, target: Target, names: Names) -> Result<PathBuf> {
    let directory = PathBuf::from("target/bindgen").join(name);
    let mut bindgen = Bindgen::new();
    bindgen
        .input_bytes(name, wasm.to_vec())
        .typescript(false)
        .remove_name_section(names == Names::Dropped)
        .remove_producers_section(true);
    match target {
        Target::NoModules => bindgen.no_modules(true)?,
        // Parts call what is in the first file by its table of functions, which wasm-bindgen would not let out.
        Target::Web => bindgen.keep_lld_exports(true).web(true)?,
    };
    bindgen.generate(&directory)?;
    Ok(directory)
}

/// Runs wasm-opt, where there is npm. It gives imports and exports short names too.
fn optimise(part: Part, path: &Path, names: Names) -> Result<(Vec<u8>, Renamed)> {
    let how: &[&str] = match part {
        Part::Widget => &["-Oz"],
        Part::Console => &OPTIMISE_CONSOLE,
    };
    if !tool::is_here("npm") {
        eprintln!("    no Node.js here: the wasm stays about a tenth larger than with wasm-opt");
        return Ok((fs::read(path)?, Renamed::default()));
    }
    let how = [how, &["--minify-imports-and-exports-and-modules"]].concat();
    let (wasm, renamed) = wasm_opt(path, &how, names)?;
    Ok((wasm, serde_json::from_str(&renamed).context("what wasm-opt renamed")?))
}

/// The same for a file that is fetched later. wasm-bindgen, which drops the names of the others, does not see it.
fn optimise_part(path: &Path, names: Names) -> Result<Vec<u8>> {
    if !tool::is_here("npm") {
        return split::without_names(&fs::read(path)?);
    }
    Ok(wasm_opt(path, &OPTIMISE_CONSOLE, names)?.0)
}

/// What is smallest as it is compresses worse: with `-Oz` the first file is a hundredth larger to download, and a thirtieth smaller
/// in memory. So do functions that are put into their callers.
const OPTIMISE_CONSOLE: [&str; 4] = [
    "-O2",
    "--shrink-level=1",
    "--one-caller-inline-max-function-size=0",
    "--always-inline-max-function-size=0",
];

/// What wasm-opt from npm makes of a file, and what it says.
fn wasm_opt(path: &Path, how: &[&str], names: Names) -> Result<(Vec<u8>, String)> {
    tool::npm("xtask")?;
    let optimised = path.with_extension("opt.wasm");
    // The features that rustc enables for this target, by name: with `--all-features` wasm-opt
    // writes what browsers reject.
    let features = [
        "--enable-bulk-memory",
        "--enable-bulk-memory-opt",
        "--enable-multivalue",
        "--enable-mutable-globals",
        "--enable-nontrapping-float-to-int",
        "--enable-reference-types",
        "--enable-sign-ext",
    ];
    let mut wasm_opt = Command::new("node");
    wasm_opt.arg("xtask/node_modules/binaryen/bin/wasm-opt").args(how).args(features);
    wasm_opt.args((names == Names::Kept).then_some("--debuginfo")).arg(path).arg("-o").arg(&optimised);
    let said = output(&mut wasm_opt)?;
    Ok((fs::read(optimised)?, said))
}

/// Shortens names by terser from npm, where there is npm. The top level of a script keeps its names, that of a module
/// (`--module`) its exports.
fn minify(script: &str, kind: &[&str]) -> Result<String> {
    if !tool::is_here("npm") {
        return Ok(script.to_owned());
    }
    tool::npm("xtask")?;
    let path = Path::new("target/bindgen/script.js");
    fs::create_dir_all("target/bindgen")?;
    fs::write(path, script)?;
    let terser =
        ["xtask/node_modules/terser/bin/terser", "--compress", "passes=2", "--mangle", "--ecma", "2022"];
    output(Command::new("node").args(terser).args(kind).arg(path))
}

/// Drops lines of a script or a style sheet that hold nothing but a comment, and indentation. No template string of
/// ours spans lines, so no meaning changes.
fn without_comments(text: &str) -> String {
    let is_comment = |line: &str| line.starts_with("//") || (line.starts_with("/*") && line.ends_with("*/"));
    let kept = text.lines().map(str::trim).filter(|line| !line.is_empty() && !is_comment(line));
    kept.fold(String::new(), |text, line| text + line + "\n")
}

/// Writes `content` with its brotli and gzip twins, at the highest levels: it is done once.
fn write_compressed(path: &Path, content: &[u8]) -> Result<()> {
    fs::write(path, content)?;
    let name = path.to_string_lossy();
    fs::write(format!("{name}.br"), brotli(content)?)?;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(content)?;
    fs::write(format!("{name}.gz"), gzip.finish()?)?;
    Ok(())
}

/// Brotli at quality 11.
pub(crate) fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: content.len(),
        ..Default::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*content, &mut compressed, &parameters)?;
    Ok(compressed)
}

/// Subresource Integrity, section 3.1: the hash's name and base64. The snippet's hash is the longer one; what the
/// loader says of the other two is short, for it does not compress.
fn integrity<D: Digest>(name: &str, content: &[u8]) -> String {
    format!("{name}-{}", Base64::encode_string(&D::digest(content)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn files(directory: &str) -> Result<Vec<PathBuf>> {
    let found = fs::read_dir(directory).with_context(|| format!("reading {directory}"))?;
    let paths = found.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    Ok(paths.into_iter().filter(|path| path.is_file()).collect())
}

/// What the output depends on: the inputs, and this very program.
fn stamp(parts: &[&[u8]]) -> String {
    let mut digest = Sha256::new().chain_update(include_bytes!("build.rs"));
    digest.update(include_bytes!("glue.rs"));
    digest.update(include_bytes!("split.rs"));
    digest.update([u8::from(tool::is_here("npm"))]);
    for part in parts {
        digest.update(Sha256::digest(part));
    }
    hex(&digest.finalize())
}

fn is_fresh(directory: &str, stamp: &str) -> bool {
    fs::read_to_string(Path::new(directory).join(".stamp")).is_ok_and(|found| found == stamp)
}

fn mark_fresh(directory: &str, stamp: &str) -> Result<()> {
    Ok(fs::write(Path::new(directory).join(".stamp"), stamp)?)
}
