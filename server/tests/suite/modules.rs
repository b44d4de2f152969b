//! The folders and modules below `src` import each other in one direction.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

type Imports = BTreeMap<String, BTreeSet<String>>;

/// Adds the top-level modules that the sources of one module name by `crate::`.
fn read(path: &Path, imported: &mut BTreeSet<String>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("the folder can be read") {
            read(&entry.expect("the folder can be read").path(), imported);
        }
        return;
    }
    let text = fs::read_to_string(path).expect("the file can be read");
    for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for (_, rest) in
            line.match_indices("crate::").map(|(at, name)| line.split_at(at + name.len()))
        {
            let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
            let name: String = rest.chars().take_while(|character| is_part(*character)).collect();
            assert!(
                !name.is_empty(),
                "name one module for each `use` in {}: {line}",
                path.display()
            );
            imported.insert(name);
        }
    }
}

fn imports() -> Imports {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut imports = Imports::new();
    for entry in fs::read_dir(sources).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        let name =
            path.file_stem().and_then(|name| name.to_str()).expect("it is a name").to_owned();
        if !matches!(name.as_str(), "lib" | "main") {
            read(&path, imports.entry(name).or_default());
        }
    }
    for (name, imported) in &mut imports {
        imported.remove(name);
    }
    imports
}

/// Returns the modules in a circle, or between two circles.
fn circular(mut imports: Imports) -> Vec<String> {
    loop {
        let modules: BTreeSet<_> = imports.keys().cloned().collect();
        let imported: BTreeSet<_> = imports.values().flatten().cloned().collect();
        imports.retain(|name, others| imported.contains(name) && !others.is_disjoint(&modules));
        if imports.len() == modules.len() {
            return imports.into_keys().collect();
        }
    }
}

#[test]
fn no_imports_run_in_a_circle() {
    let imports = imports();
    assert!(imports["dashboard"].contains("web"), "the imports are found");
    assert_eq!(circular(imports), Vec::<String>::new());
}

#[test]
fn a_circle_of_imports_is_found() {
    let module = |name: &str, imported: &[&str]| {
        (name.to_owned(), imported.iter().map(|&name| name.to_owned()).collect())
    };
    let ring = [module("a", &["b"]), module("b", &["c"]), module("c", &["a"]), module("d", &[])];
    assert_eq!(circular(Imports::from(ring)), ["a", "b", "c"]);
}
