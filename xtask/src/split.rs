//! Cuts the console's program into a first file and parts that are fetched later. Where it is cut stands in
//! `console/src/view/later.rs`; what is in a part follows from what its functions reach and the first file does not. What
//! several parts reach and the first file does not is a file of its own.
//!
//! The files share one memory and one table of functions: `console/static/parts.js` hands them over.

use anyhow::{Context, Result, anyhow, ensure};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use wasmparser::{Parser, Payload};

/// What linking the console needs in addition: by the relocations one sees what reaches what.
pub(crate) const LINK: [&str; 2] = ["--", "-Clink-arg=--emit-relocs"];

/// The script, as the first file asks for it.
const SCRIPT: &str = "./parts.js";

/// The module by which parts name what they take from the first file.
const SHARED: &str = "__wasm_split";

/// A program in parts.
pub(crate) struct Cut {
    /// The first file, for wasm-bindgen.
    pub(crate) first: Vec<u8>,
    /// The files of each part, by name: what it shares with others, and its own.
    pub(crate) parts: BTreeMap<String, Vec<String>>,
    /// Where each file is.
    pub(crate) files: BTreeMap<String, PathBuf>,
}

/// Cuts `wasm`, and leaves the files in `folder`.
pub(crate) fn cut(wasm: &[u8], folder: &Path) -> Result<Cut> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let first = folder.join("first.wasm");
    let mut options = wasm_split_cli_support::Options::new(wasm);
    options.output_dir = folder;
    options.main_out_path = &first;
    options.link_name = SCRIPT;
    let cut = wasm_split_cli_support::transform(options).map_err(|error| anyhow!("{error:#}"))?;
    let mut files = BTreeMap::new();
    for path in cut.split_modules {
        let stem = path.file_stem().and_then(|stem| stem.to_str()).context("a part has a name")?;
        files.insert(file_name(stem), path);
    }
    let parts = cut.prefetch_map.into_iter();
    let parts = parts.map(|(name, stems)| (name, stems.iter().map(|stem| file_name(stem)).collect()));
    Ok(Cut { first: fs::read(first)?, parts: parts.collect(), files })
}

/// `split_lead` is the part `lead`; `chunk_1` is shared by several.
fn file_name(stem: &str) -> String {
    match (stem.strip_prefix("split_"), stem.strip_prefix("chunk_")) {
        (Some(part), _) => format!("{part}.wasm"),
        (None, Some(number)) => format!("shared-{number}.wasm"),
        (None, None) => format!("{stem}.wasm"),
    }
}

/// What `part` takes from the first file, by name.
pub(crate) fn taken(part: &[u8]) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for payload in Parser::new(0).parse_all(part) {
        let Payload::ImportSection(section) = payload? else { continue };
        for import in section.into_imports() {
            let import = import?;
            ensure!(import.module == SHARED, "a part asks for {} of {}", import.name, import.module);
            names.insert(import.name.to_owned());
        }
    }
    Ok(names)
}

/// What `first` lets out, by name.
pub(crate) fn given(first: &[u8]) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for payload in Parser::new(0).parse_all(first) {
        let Payload::ExportSection(section) = payload? else { continue };
        for export in section {
            names.insert(export?.name.to_owned());
        }
    }
    Ok(names)
}

/// The same module without its custom sections, which hold names.
pub(crate) fn without_names(wasm: &[u8]) -> Result<Vec<u8>> {
    let (mut kept, mut at) = (wasm.get(..8).context("no wasm")?.to_vec(), 8);
    for payload in Parser::new(0).parse_all(wasm) {
        let Some((id, contents)) = payload?.as_section() else { continue };
        if id != 0 {
            kept.extend_from_slice(&wasm[at..contents.end]);
        }
        at = contents.end;
    }
    Ok(kept)
}

/// The script, with what only the build knows: `files` are those of each part with their hashes, `shared` is what
/// parts take from the first file, by their names and by its own.
pub(crate) fn script(
    template: &str,
    files: &BTreeMap<String, Vec<(String, String)>>,
    shared: &BTreeMap<String, String>,
) -> Result<String> {
    for part in files.keys() {
        ensure!(
            template.contains(&format!("__wasm_split_load_{part} =")),
            "console/static/parts.js does not load the part {part}"
        );
    }
    Ok(template
        .replace("__FILES__", &serde_json::to_string(files)?)
        .replace("__SHARED__", &serde_json::to_string(shared)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module with one import.
    fn importing(module: &str, name: &str) -> Vec<u8> {
        let text = |text: &str| [&[text.len() as u8], text.as_bytes()].concat();
        // Of a mutable global of type i32.
        let section = [&[1][..], &text(module), &text(name), &[3, 0x7f, 1]].concat();
        [b"\0asm\x01\0\0\0\x02", &[section.len() as u8][..], &section].concat()
    }

    #[test]
    fn a_part_takes_what_it_imports_from_the_first_file_and_nothing_else() {
        let names = taken(&importing(SHARED, "memory")).unwrap();
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["memory"]);
        assert!(taken(&importing("./console_bg.js", "fetch")).is_err());
        assert!(taken(b"no wasm").is_err());
    }

    #[test]
    fn the_first_file_gives_what_it_exports() {
        // A memory of no pages, as `memory`.
        let wasm = b"\0asm\x01\0\0\0\x05\x03\x01\0\0\x07\x0a\x01\x06memory\x02\0";
        assert_eq!(given(wasm).unwrap().into_iter().collect::<Vec<_>>(), ["memory"]);
    }

    #[test]
    fn names_are_left_out_and_nothing_else() {
        let wasm = importing(SHARED, "memory");
        let named = [&wasm[..], b"\0\x05\x04name"].concat();
        assert_eq!(without_names(&named).unwrap(), wasm);
    }

    #[test]
    fn files_are_named_after_their_part() {
        assert_eq!(file_name("split_lead"), "lead.wasm");
        assert_eq!(file_name("chunk_1"), "shared-1.wasm");
    }

    #[test]
    fn the_script_knows_files_hashes_and_names() {
        let template =
            "const FILES = __FILES__, SHARED = __SHARED__;\nexport const __wasm_split_load_lead = 1;";
        let file = ("parts/lead.wasm".to_owned(), "sha256-x".to_owned());
        let files = |part: &str| BTreeMap::from([(part.to_owned(), vec![file.clone()])]);
        let shared = BTreeMap::from([("memory".to_owned(), "b".to_owned())]);
        let script = script(template, &files("lead"), &shared).unwrap();
        assert!(script.starts_with(
            r#"const FILES = {"lead":[["parts/lead.wasm","sha256-x"]]}, SHARED = {"memory":"b"};"#
        ));
        assert!(super::script(template, &files("office"), &shared).is_err(), "nothing loads that part");
    }

    #[test]
    fn the_script_of_the_console_loads_the_parts_that_the_console_names() {
        let script = include_str!("../../console/static/parts.js");
        let cuts = include_str!("../../console/src/view/later.rs");
        let parts: Vec<&str> =
            cuts.split("#[wasm_split(").skip(1).filter_map(|rest| rest.split(',').next()).collect();
        assert_eq!(parts, ["lead", "office"]);
        for part in parts {
            assert!(script.contains(&format!("export const __wasm_split_load_{part} = part('{part}');")));
        }
    }
}
