//! No program is started.

use std::fs;

use crate::place::{EXPRESS, Place, SECRET, git};

/// Makes a repository with a sparse index, whose folder `shop` is listed as a whole.
fn sparse_repository(place: &Place, folder: &str) {
    place.write(&format!("{folder}/package.json"), EXPRESS);
    place.write(&format!("{folder}/shop/package.json"), EXPRESS);
    place.write(&format!("{folder}/shop/.env"), format!("HELPDESKY_HMAC_SECRET={SECRET}\n"));
    place.write(&format!("{folder}/docs/a.md"), "text");
    place.git(folder, &["init", "--quiet"]);
    place.git(folder, &["add", "."]);
    place.git(folder, &["commit", "--quiet", "--message=all"]);
    place.git(folder, &["sparse-checkout", "init", "--cone", "--sparse-index"]);
    place.git(folder, &["sparse-checkout", "set", "docs"]);
}

/// Commits a bare repository as files: its objects are missing, and its remote is a command.
fn embed_bare_repository(place: &Place, command: &str) {
    sparse_repository(place, "source");
    place.write("outer/package.json", EXPRESS);
    place.git("outer", &["init", "--quiet"]);
    for name in ["HEAD", "index"] {
        let content = fs::read(place.path("source/.git").join(name)).expect("a file");
        place.write(&format!("outer/inner/{name}"), content);
    }
    place.write("outer/inner/package.json", EXPRESS);
    place.write("outer/inner/.env", "PORT=3000\n");
    place.write("outer/inner/objects/keep", "");
    place.write("outer/inner/refs/keep", "");
    let config = format!(
        "[core]\n\trepositoryformatversion = 1\n\tbare = false\n\tworktree = .\n\
         \tsparseCheckout = true\n\tsparseCheckoutCone = true\n\tfsmonitor = {command}\n\
         [extensions]\n\tpartialClone = origin\n[index]\n\tsparse = true\n\
         [remote \"origin\"]\n\tpromisor = true\n\turl = ext::{command}\n\
         [protocol \"ext\"]\n\tallow = always\n"
    );
    place.write("outer/inner/config", config);
    place.git("outer", &["add", "--force", "."]);
    place.git("outer", &["commit", "--quiet", "--message=all"]);
    let (outer, clone) = (place.path("outer"), place.path("clone"));
    let paths = [outer.to_str().expect("UTF-8"), clone.to_str().expect("UTF-8")];
    git(&place.path("."), &["clone", "--quiet", paths[0], paths[1]]);
}

#[test]
fn an_embedded_bare_repository_with_a_promisor_remote_starts_no_program() {
    let place = Place::new();
    place.program("command", &place.trap("remote"));
    embed_bare_repository(&place, place.path("command").to_str().expect("UTF-8"));
    place.visit("clone");
    place.visit("clone/inner");
}

#[test]
fn no_program_that_a_repository_names_is_started() {
    let place = Place::new();
    let trap = |name: &str| place.trap(name);
    place.write("shop/package.json", EXPRESS);
    place.git("shop", &["init", "--quiet"]);
    place.write("shop/.env", format!("HELPDESKY_HMAC_SECRET={SECRET}\n"));
    place.write("shop/.envrc", trap("envrc"));
    place.write("shop/.npmrc", format!("node-options={}\nscript-shell=./script\n", trap("npmrc")));
    place.write("shop/.python-version", "./script\n");
    place.write("shop/.ruby-version", "./script\n");
    place.write("shop/.tool-versions", "node path:./script\n");
    place.write("shop/sitecustomize.py", format!("import os; os.system('{}')", trap("python")));
    place.write("shop/requirements.txt", "django\n-e .\n");
    place.write("shop/setup.py", format!("import os; os.system('{}')", trap("setup")));
    place.write("shop/manage.py", format!("import os; os.system('{}') # django", trap("django")));
    place.write("shop/Gemfile", format!("gem 'rails'\nsystem('{}')", trap("bundle")));
    place.write("shop/.gitattributes", "* diff=trap filter=trap merge=trap\n");
    let scripts = format!(r#"{{ "scripts": {{ "preinstall": "{}" }} }}"#, trap("npm"));
    place.write("shop/composer.json", scripts);
    place.program("shop/node_modules/.bin/node", &trap("bin"));
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
    place.write("shop/.gitconfig", format!("[core]\n\tfsmonitor = {}\n", trap("include")));
    place.git("shop", &["add", "package.json", ".env"]);
    for (name, value) in config {
        place.git("shop", &["config", name, &trap(value)]);
    }
    for hook in ["post-index-change", "fsmonitor-watchman", "reference-transaction"] {
        place.program(&format!("shop/.git/hooks/{hook}"), &trap(hook));
    }
    place.visit("shop");
}
