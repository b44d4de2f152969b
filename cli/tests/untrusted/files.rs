//! No file holds the command up, nor fills the memory.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use crate::place::{EXPRESS, Place, SECRET};

/// What the doctor looks for in every project.
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

/// A project whose files are made by `make`.
fn project_of(make: impl Fn(&Path)) -> Place {
    let place = Place::new();
    place.write("shop/package.json", EXPRESS);
    place.git("shop", &["init", "--quiet"]);
    fs::create_dir_all(place.path("shop/requirements")).expect("a folder");
    for name in READ {
        make(&place.path("shop").join(name));
    }
    place
}

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo runs").success());
}

#[test]
fn pipes_devices_and_loops_hold_nothing_up() {
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
        project_of(make).visit("shop");
    }
}

#[test]
fn files_as_long_as_a_disk_are_not_read_by_the_doctor() {
    let long = |path: &Path| {
        File::create(path).expect("a file").set_len(1 << 40).expect("a sparse file");
    };
    let place = project_of(|path| {
        if !path.ends_with("build") {
            long(path);
        }
    });
    place.write("shop/.git/info/exclude", "");
    long(&place.path("shop/.git/info/exclude"));
    place.visit_by(&["doctor"], "shop");
    place.git(
        "shop",
        &["update-index", "--add", "--cacheinfo", &format!("100644,{},large", "1".repeat(40))],
    );
    long(&place.path("shop/large"));
    let all = place.visit_by(&["doctor"], "shop");
    assert!(all.contains("git_cut: Of what git has, 1 file is not searched"), "{all}");
}

#[test]
fn patterns_in_any_number_are_no_work_without_end() {
    let place = Place::new();
    place.write("shop/package.json", EXPRESS);
    place.write("shop/.env", format!("HELPDESKY_HMAC_SECRET={SECRET}\n"));
    place.git("shop", &["init", "--quiet"]);
    let cases = [
        ("a*b[c-z]?*{d,e}\n".repeat(4_000), "env_file_not_ignored"),
        ("*".repeat(60_000), "env_file_ignored"),
        ("[!".repeat(30_000), "env_file_not_ignored"),
        // Longer than what is read.
        (".env\n".repeat(20_000), "env_file_not_ignored"),
    ];
    for (patterns, code) in cases {
        place.write("shop/.gitignore", patterns);
        let all = place.visit_by(&["doctor"], "shop");
        assert!(all.contains(code), "{all}");
    }
}
