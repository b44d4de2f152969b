//! Checks that the command starts no program.

use std::fs;

use crate::sandbox::{EXPRESS, SECRET, Sandbox, git};

/// Creates a repository with a sparse index that lists the folder `shop` as a whole.
fn sparse_repository(sandbox: &Sandbox, folder: &str) {
    sandbox.write(&format!("{folder}/package.json"), EXPRESS);
    sandbox.write(&format!("{folder}/shop/package.json"), EXPRESS);
    sandbox.write(&format!("{folder}/shop/.env"), format!("HELPDESKY_HMAC_SECRET={SECRET}\n"));
    sandbox.write(&format!("{folder}/docs/a.md"), "text");
    sandbox.git(folder, &["init", "--quiet"]);
    sandbox.git(folder, &["add", "."]);
    sandbox.git(folder, &["commit", "--quiet", "--message=all"]);
    sandbox.git(folder, &["sparse-checkout", "init", "--cone", "--sparse-index"]);
    sandbox.git(folder, &["sparse-checkout", "set", "docs"]);
}

/// Commits a bare repository as files: its objects are missing, and its remote is a command.
fn embed_bare_repository(sandbox: &Sandbox, command: &str) {
    sparse_repository(sandbox, "source");
    sandbox.write("outer/package.json", EXPRESS);
    sandbox.git("outer", &["init", "--quiet"]);
    for name in ["HEAD", "index"] {
        let content = fs::read(sandbox.path("source/.git").join(name)).expect("a file");
        sandbox.write(&format!("outer/inner/{name}"), content);
    }
    sandbox.write("outer/inner/package.json", EXPRESS);
    sandbox.write("outer/inner/.env", "PORT=3000\n");
    sandbox.write("outer/inner/objects/keep", "");
    sandbox.write("outer/inner/refs/keep", "");
    let config = format!(
        "[core]\n\trepositoryformatversion = 1\n\tbare = false\n\tworktree = .\n\
         \tsparseCheckout = true\n\tsparseCheckoutCone = true\n\tfsmonitor = {command}\n\
         [extensions]\n\tpartialClone = origin\n[index]\n\tsparse = true\n\
         [remote \"origin\"]\n\tpromisor = true\n\turl = ext::{command}\n\
         [protocol \"ext\"]\n\tallow = always\n"
    );
    sandbox.write("outer/inner/config", config);
    sandbox.git("outer", &["add", "--force", "."]);
    sandbox.git("outer", &["commit", "--quiet", "--message=all"]);
    let (outer, clone) = (sandbox.path("outer"), sandbox.path("clone"));
    let paths = [outer.to_str().expect("UTF-8"), clone.to_str().expect("UTF-8")];
    git(&sandbox.path("."), &["clone", "--quiet", paths[0], paths[1]]);
}

#[test]
fn an_embedded_bare_repository_with_a_promisor_remote_starts_no_program() {
    let sandbox = Sandbox::new();
    sandbox.program("command", &sandbox.trap("remote"));
    embed_bare_repository(&sandbox, sandbox.path("command").to_str().expect("UTF-8"));
    sandbox.examine("clone");
    sandbox.examine("clone/inner");
}

#[test]
fn no_program_that_a_repository_names_is_started() {
    let sandbox = Sandbox::new();
    let trap = |name: &str| sandbox.trap(name);
    sandbox.write("shop/package.json", EXPRESS);
    sandbox.git("shop", &["init", "--quiet"]);
    sandbox.write("shop/.env", format!("HELPDESKY_HMAC_SECRET={SECRET}\n"));
    sandbox.write("shop/.envrc", trap("envrc"));
    sandbox
        .write("shop/.npmrc", format!("node-options={}\nscript-shell=./script\n", trap("npmrc")));
    sandbox.write("shop/.python-version", "./script\n");
    sandbox.write("shop/.ruby-version", "./script\n");
    sandbox.write("shop/.tool-versions", "node path:./script\n");
    sandbox.write("shop/sitecustomize.py", format!("import os; os.system('{}')", trap("python")));
    sandbox.write("shop/requirements.txt", "django\n-e .\n");
    sandbox.write("shop/setup.py", format!("import os; os.system('{}')", trap("setup")));
    sandbox.write("shop/manage.py", format!("import os; os.system('{}') # django", trap("django")));
    sandbox.write("shop/Gemfile", format!("gem 'rails'\nsystem('{}')", trap("bundle")));
    sandbox.write("shop/.gitattributes", "* diff=trap filter=trap merge=trap\n");
    let scripts = format!(r#"{{ "scripts": {{ "preinstall": "{}" }} }}"#, trap("npm"));
    sandbox.write("shop/composer.json", scripts);
    sandbox.program("shop/node_modules/.bin/node", &trap("bin"));
    let config = [
        ("core.fsmonitor", "fsmonitor"),
        ("core.pager", "pager"),
        ("core.editor", "editor"),
        ("core.sshCommand", "ssh"),
        ("core.askPass", "ask"),
        ("core.hooksPath", "hooks"),
        ("core.alternateRefsCommand", "refs"),
        ("alias.ls-files", "alias"),
        ("alias.check-ignore", "alias"),
        ("diff.external", "external"),
        ("diff.trap.textconv", "textconv"),
        ("filter.trap.clean", "clean"),
        ("filter.trap.smudge", "smudge"),
        ("filter.trap.process", "process"),
        ("credential.helper", "credential"),
        ("uploadpack.packObjectsHook", "pack"),
        ("include.path", "../.gitconfig"),
    ];
    sandbox.write("shop/.gitconfig", format!("[core]\n\tfsmonitor = {}\n", trap("include")));
    sandbox.git("shop", &["add", "package.json", ".env"]);
    for (name, value) in config {
        sandbox.git("shop", &["config", name, &trap(value)]);
    }
    for hook in ["post-index-change", "fsmonitor-watchman", "reference-transaction"] {
        sandbox.program(&format!("shop/.git/hooks/{hook}"), &trap(hook));
    }
    sandbox.examine("shop");
}
