//! The documentation, for the generator of the stubs.

use ext_php_rs::types::Zval;

use crate::describe::{ARRAY, Documentation, Function, functions};
use crate::engine::{Call, map, text};
use crate::error::Failure;

/// Returns the function that PHP calls.
pub(crate) fn function() -> Vec<Function> {
    functions! {
        /// Returns the documentation by what it is about, for the stubs.
        fn documentation() -> ARRAY = crate::engine::function(all);
    }
}

/// Returns each documentation comment under the name of what it is about.
#[expect(clippy::unnecessary_wraps, reason = "a function of PHP can fail")]
fn all(_: Call<'_>) -> Result<Zval, Failure> {
    let of_functions = crate::namespace_functions()
        .into_iter()
        .map(|function| (format!("Deskseal\\{}", function.name), comment(function.documentation)));
    let of_classes = crate::classes().into_iter().flat_map(|class| {
        let name = class.name;
        let of_methods = class.functions.into_iter().map(move |function| {
            (format!("{name}::{}", function.name), comment(function.documentation))
        });
        let of_properties = class.properties.iter().map(move |property| {
            (format!("{name}::${}", property.name), comment(property.documentation))
        });
        [(name.to_owned(), comment(class.documentation))]
            .into_iter()
            .chain(of_methods)
            .chain(of_properties)
    });
    Ok(map(of_functions.chain(of_classes).map(|(name, comment)| (name, text(&comment)))))
}

fn comment(documentation: Documentation) -> String {
    let lines = documentation.iter().map(|line| line.strip_prefix(' ').unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}
