//! wasm-bindgen's JavaScript after wasm-opt has given imports and exports short names.

use serde::Deserialize;
use std::collections::BTreeMap;

/// What wasm-opt calls the imports and exports: wasm-bindgen's names are long, and each ends in a hash that does
/// not compress.
#[derive(Default, Deserialize)]
pub(crate) struct Renamed {
    /// Module, old name, new name. All are in one module, whose new name is `a`.
    imports: Vec<(String, String, String)>,
    /// Old name, new name.
    exports: Vec<(String, String)>,
}

impl Renamed {
    /// The same in wasm-bindgen's JavaScript, where imports are members of objects and exports are members of `wasm`.
    pub(crate) fn apply(&self, mut glue: String) -> String {
        for (module, old, new) in &self.imports {
            glue = glue.replace(&format!("{old}: function"), &format!("{new}: function"));
            glue = match Self::script(&glue, module) {
                // What another script exports keeps its name there.
                Some(script) => glue.replacen(OBJECT, &format!("{OBJECT}\n{new}: {script}.{old},"), 1),
                None => glue.replace(&format!("\"{module}\": import"), "a: import"),
            };
        }
        let exports: BTreeMap<&str, &str> =
            self.exports.iter().map(|(old, new)| (old.as_str(), new.as_str())).collect();
        let mut parts = glue.split("wasm.");
        let mut renamed = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let end = part.find(|c: char| !c.is_alphanumeric() && !"_$".contains(c)).unwrap_or(part.len());
            let (old, rest) = part.split_at(end);
            renamed += "wasm.";
            renamed += exports.get(old).unwrap_or(&old);
            renamed += rest;
        }
        renamed
    }

    /// The name by which the glue has the script that is the module: `import * as import1 from "./parts.js"`.
    fn script<'a>(glue: &'a str, module: &str) -> Option<&'a str> {
        let (before, _) = glue.split_once(&format!(" from \"{module}\""))?;
        before.rsplit_once("import * as ").map(|(_, name)| name)
    }

    /// What an export is called now.
    pub(crate) fn export<'a>(&'a self, old: &'a str) -> &'a str {
        self.exports.iter().find(|(name, _)| name == old).map_or(old, |(_, new)| new)
    }
}

/// How wasm-bindgen begins an object of imports; the first one holds what it makes itself.
const OBJECT: &str = "__proto__: null,";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_calls_everything_by_its_new_name() {
        let own = |old: &str, new: &str| ("./x_bg.js".to_owned(), old.to_owned(), new.to_owned());
        let load = ("./parts.js".to_owned(), "load_lead".to_owned(), "c".to_owned());
        let renamed = Renamed {
            imports: vec![own("__wbg_fetch", "a"), load, own("__wbg_now", "b")],
            exports: vec![("main".to_owned(), "d".to_owned())],
        };
        let glue = r#"import * as import1 from "./parts.js"
const import0 = {
__proto__: null,
__wbg_fetch: function() {},
__wbg_now: function() { wasm.main(wasm.memory); },
};
return {
__proto__: null,
"./x_bg.js": import0,
"./parts.js": import1,
};"#;
        let expected = r#"import * as import1 from "./parts.js"
const import0 = {
__proto__: null,
c: import1.load_lead,
a: function() {},
b: function() { wasm.d(wasm.memory); },
};
return {
__proto__: null,
a: import0,
"./parts.js": import1,
};"#;
        assert_eq!(renamed.apply(glue.to_owned()), expected);
        assert_eq!((renamed.export("main"), renamed.export("memory")), ("d", "memory"));
    }

    #[test]
    fn without_wasm_opt_nothing_has_another_name() {
        let glue = "const import0 = {\n__proto__: null,\n};\nwasm.main();";
        assert_eq!(Renamed::default().apply(glue.to_owned()), glue);
    }
}
