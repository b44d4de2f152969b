//! Lists what is checked: the command, the oracle, and the languages. A new language needs an adapter of at most
//! 40 lines, and a row here.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::go;
use crate::jvm;
use crate::node;
use crate::php;
use crate::process;
use crate::python;
use crate::ruby;
use crate::setup;
use crate::workspace::Workspace;

/// How a language's adapter is built and started. In `adapter`, `{target}` stands for cargo's target folder.
pub(crate) struct Language {
    pub(crate) name: &'static str,
    /// Builds the package that the adapter calls, if there is one.
    pub(crate) prepare: fn(&Workspace) -> Result<()>,
    /// The program and its arguments; `node` is the Node that builds the package, and `java` the whole adapter.
    adapter: &'static [&'static str],
    /// The adapter's working folder, relative to the repository's root.
    folder: &'static str,
    /// The calls that it does not implement. Their cases are counted, and not sent.
    pub(crate) not_covered: &'static [&'static str],
    /// Whether its texts can be none, so that a secret can be missing. Otherwise, cases with such a secret are counted,
    /// and not sent.
    pub(crate) has_none: bool,
}

pub(crate) const LANGUAGES: &[Language] = &[
    Language {
        name: "command",
        prepare: |workspace| {
            process::run(workspace.cargo().args(["build", "--package", "deskseal-cli"]))
        },
        adapter: &["{target}/debug/deskseal", "conform"],
        folder: ".",
        not_covered: &[],
        has_none: true,
    },
    // Not a binding: it does not call core, so it compares core with Node's own functions.
    Language {
        name: "oracle",
        prepare: |_| Ok(()),
        adapter: &["node", "tests/oracle/conform.mjs"],
        folder: ".",
        // Only core explains signatures.
        not_covered: &["explain_email", "explain_link", "explain_identity_token"],
        has_none: true,
    },
    Language {
        name: "python",
        prepare: python::install,
        adapter: &["{target}/python/venv/bin/python", "-I", "-B", "tests/conform.py"],
        folder: "bindings/python",
        not_covered: &[],
        has_none: true,
    },
    Language {
        name: "node",
        prepare: node::install,
        adapter: &["node", "{target}/node/project/tests/conform.mjs"],
        folder: ".",
        not_covered: &[],
        has_none: true,
    },
    // The same package without its addon, as Deno, Bun and edge runtimes load it.
    Language {
        name: "wasm",
        prepare: node::install,
        adapter: &["node", "--conditions=deno", "{target}/node/project/tests/conform.mjs"],
        folder: ".",
        not_covered: &[],
        has_none: true,
    },
    Language {
        name: "ruby",
        prepare: ruby::install,
        // Without a locale, as in containers, Ruby would read its input as ASCII.
        adapter: &[
            "env",
            "LC_ALL=C.UTF-8",
            "GEM_HOME={target}/ruby/home",
            "ruby",
            "tests/conform.rb",
        ],
        folder: "bindings/ruby",
        not_covered: &[],
        has_none: true,
    },
    Language {
        name: "php",
        prepare: php::install,
        adapter: &["php", "-n", "-d", "extension={target}/php/deskseal.so", "tests/conform.php"],
        folder: "bindings/php",
        not_covered: &[],
        has_none: true,
    },
    Language {
        name: "go",
        prepare: go::install,
        adapter: &["env", "DESKSEAL_CONTRACT={target}/go/contract.json", "{target}/go/conform"],
        folder: ".",
        not_covered: &[],
        // A secret is missing only where a variable is not set.
        has_none: false,
    },
];

/// The languages that are checked only where they are named: the usual suites need no Java.
pub(crate) const NAMED_ONLY: &[Language] = &[Language {
    name: "jvm",
    prepare: jvm::install,
    adapter: &["java"],
    folder: ".",
    not_covered: &[],
    has_none: true,
}];

impl Language {
    /// Returns the command that starts the adapter.
    pub(crate) fn adapter(&self, workspace: &Workspace) -> Result<Command> {
        let target = workspace.target.to_string_lossy();
        let words: Vec<String> =
            self.adapter.iter().map(|word| word.replace("{target}", &target)).collect();
        let [program, arguments @ ..] = words.as_slice() else {
            bail!("the row of {} has no adapter", self.name);
        };
        let mut command = match program.as_str() {
            "node" => setup::node(workspace)?.command(workspace)?,
            "java" => jvm::adapter(workspace)?,
            program => Command::new(PathBuf::from(program)),
        };
        command.args(arguments).current_dir(workspace.path(self.folder));
        Ok(command)
    }
}
