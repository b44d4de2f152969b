//! Checks that no file makes the command wait, run without end, or fill the memory.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use crate::sandbox::{EXPRESS, SECRET, Sandbox};

/// Files and folders that the doctor reads in every project.
const READ: [&str; 14] = [
    ".env",
    ".env.local",
    ".flaskenv",
    "requirements.txt",
    "requirements/base.txt",
    "pyproject.toml",
    "Pipfile",
    "composer.json",
    "Gemfile",
    "Gemfile.lock",
    "manage.py",
    "next.config.js",
    "build",
    ".gitignore",
];

/// Creates a project whose files are made by `make`.
fn project_of(make: impl Fn(&Path)) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("shop/package.json", EXPRESS);
    sandbox.git("shop", &["init", "--quiet"]);
    fs::create_dir_all(sandbox.path("shop/requirements")).expect("a folder");
    for name in READ {
        make(&sandbox.path("shop").join(name));
    }
    sandbox
}

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo runs").success());
}

#[test]
fn pipes_devices_and_circular_links_do_not_make_the_command_wait() {
    let makes: [&dyn Fn(&Path); 6] = [
        &pipe,
        &|path| symlink("/dev/zero", path).expect("a link"),
        &|path| symlink("/proc/kmsg", path).expect("a link"),
        &|path| symlink(path, path).expect("a link"),
        &|path| symlink("..", path).expect("a link"),
        &|path| {
            let other = format!("{}.pipe", path.display());
            pipe(Path::new(&other));
            symlink(other, path).expect("a link");
        },
    ];
    for make in makes {
        project_of(make).examine("shop");
    }
}

#[test]
fn the_doctor_does_not_read_files_of_a_terabyte() {
    let long = |path: &Path| {
        File::create(path).expect("a file").set_len(1 << 40).expect("a sparse file");
    };
    let sandbox = project_of(|path| {
        if !path.ends_with("build") {
            long(path);
        }
    });
    sandbox.write("shop/.git/info/exclude", "");
    long(&sandbox.path("shop/.git/info/exclude"));
    sandbox.run(&["doctor"], "shop");
    sandbox.git(
        "shop",
        &["update-index", "--add", "--cacheinfo", &format!("100644,{},large", "1".repeat(40))],
    );
    long(&sandbox.path("shop/large"));
    let all = sandbox.run(&["doctor"], "shop");
    assert!(all.contains("git_cut: 1 file in git was not searched"), "{all}");
}

#[test]
fn very_many_or_very_long_ignore_patterns_do_not_stop_the_doctor() {
    let sandbox = Sandbox::new();
    sandbox.write("shop/package.json", EXPRESS);
    sandbox.write("shop/.env", format!("HELPDESKY_HMAC_SECRET={SECRET}\n"));
    sandbox.git("shop", &["init", "--quiet"]);
    let cases = [
        ("a*b[c-z]?*{d,e}\n".repeat(4_000), "env_file_not_ignored"),
        ("*".repeat(60_000), "env_file_ignored"),
        ("[!".repeat(30_000), "env_file_not_ignored"),
        // Longer than the limit for a list of patterns.
        (".env\n".repeat(20_000), "env_file_not_ignored"),
    ];
    for (patterns, code) in cases {
        sandbox.write("shop/.gitignore", patterns);
        let all = sandbox.run(&["doctor"], "shop");
        assert!(all.contains(code), "{all}");
    }
}
