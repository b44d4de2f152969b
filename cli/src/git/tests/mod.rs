//! What git itself says of repositories that it makes.

#![expect(clippy::disallowed_types, reason = "git makes the repositories of these tests")]

mod hostile;

use std::fs;
use std::process::Command;

use tempfile::TempDir;

use super::*;

/// A folder with repositories that git makes.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    /// A repository with some files.
    fn repository(options: &[&str]) -> Self {
        let place = Self::new();
        place.git(".", &[&["init", "--quiet"], options].concat());
        for name in ["a", "b/c", "b/d", "b.c", "b-c", "e/f/g", "z"] {
            place.write(name, "text");
        }
        place.git(".", &["add", "."]);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        let folder = fs::canonicalize(self.0.path()).expect("a folder");
        if name == "." { folder } else { folder.join(name) }
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, content).expect("a file");
    }

    /// Runs git without anybody's configuration, and returns what it prints.
    fn git(&self, folder: &str, arguments: &[&str]) -> Vec<u8> {
        let mut git = Command::new("git");
        git.arg("-C").arg(self.path(folder)).args(["-c", "user.name=a", "-c", "user.email=a@b.c"]);
        git.args(["-c", "protocol.file.allow=always"]).args(arguments);
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        let output = git.output().expect("git runs");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {told}");
        output.stdout
    }

    /// The files that git lists below a folder.
    fn listed_by_git(&self, folder: &str) -> Vec<PathBuf> {
        let listed = self.git(folder, &["ls-files", "-z", "--cached", "--", "."]);
        let names = listed.split(|byte| *byte == 0).filter(|name| !name.is_empty());
        let mut paths: Vec<_> =
            names.map(|name| self.path(folder).join(files::path_of(name))).collect();
        paths.sort();
        // The stages of a conflict.
        paths.dedup();
        paths
    }

    fn repository_of(&self, folder: &str) -> Rc<Repository> {
        Repositories::new().of(&self.path(folder)).expect("a repository")
    }

    /// Checks that both list the same files, and returns how many.
    fn check(&self, folder: &str) -> usize {
        let repository = self.repository_of(folder);
        let mut files = repository.files_below(&self.path(folder)).expect("an index");
        files.sort();
        assert_eq!(files, self.listed_by_git(folder), "{folder}");
        assert!(files.iter().all(|file| repository.has(file) == Some(true)));
        assert_eq!(repository.has(&self.path(folder).join("not there")), Some(false));
        files.len()
    }

    fn index(&self) -> Vec<u8> {
        fs::read(self.path(".git/index")).expect("an index")
    }

    fn fault(&self) -> String {
        let repository = self.repository_of(".");
        let fault = repository.files_below(&self.path(".")).expect_err("a fault");
        fault.to_string()
    }
}

#[test]
fn the_files_are_those_that_git_lists_for_every_version_and_hash() {
    for format in ["--object-format=sha1", "--object-format=sha256"] {
        for version in ["2", "4"] {
            let place = Place::repository(&[format]);
            place.git(".", &["update-index", "--index-version", version]);
            assert_eq!(place.index()[7].to_string(), version);
            assert_eq!(place.check("."), 7);
            assert_eq!(place.check("b"), 2);

            place.write("to be added", "text");
            place.git(".", &["add", "--intent-to-add", "to be added"]);
            place.git(".", &["update-index", "--skip-worktree", "a"]);
            assert_eq!(place.check("."), 8);
            let hash = place.git(".", &["hash-object", "-w", "a"]);
            let hash = String::from_utf8(hash).expect("digits");
            let long = ["folder of forty characters, as it may be"; 110].join("/");
            let entry = format!("100644,{},{long}", hash.trim_end());
            place.git(".", &["update-index", "--add", "--cacheinfo", &entry]);
            assert_eq!(place.check("."), 9);
        }
    }
}

// macOS has no such names.
#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_text_links_and_conflicts_are_listed() {
    use std::os::unix::ffi::OsStrExt as _;

    let place = Place::repository(&[]);
    for name in [&b"caf\xE9"[..], b"a\nb", b"\x1B[2J", b"a\\b", b" "] {
        fs::write(place.path(".").join(OsStr::from_bytes(name)), "text").expect("a file");
    }
    std::os::unix::fs::symlink("a", place.path("link")).expect("a link");
    place.git(".", &["add", "."]);
    assert_eq!(place.check("."), 13);

    place.git(".", &["commit", "--quiet", "--message=all"]);
    place.git(".", &["checkout", "--quiet", "-b", "other"]);
    place.write("a", "one");
    place.git(".", &["commit", "--quiet", "--all", "--message=one"]);
    place.git(".", &["checkout", "--quiet", "-"]);
    place.write("a", "other");
    place.git(".", &["commit", "--quiet", "--all", "--message=other"]);
    place.git(
        ".",
        &["-c", "merge.conflictStyle=merge", "read-tree", "-m", "HEAD~1", "HEAD", "other"],
    );
    assert_eq!(place.check("."), 13);
}

#[test]
fn a_split_index_is_read_with_the_one_that_it_shares() {
    for format in ["--object-format=sha1", "--object-format=sha256"] {
        let place = Place::repository(&[format]);
        place.git(".", &["config", "splitIndex.maxPercentChange", "100"]);
        place.git(".", &["update-index", "--split-index"]);
        assert_eq!(place.check("."), 7);
        place.write("new", "text");
        place.write("b/d", "changed");
        place.git(".", &["add", "new", "b/d"]);
        place.git(".", &["rm", "--quiet", "--cached", "z", "e/f/g"]);
        assert!(place.index().windows(4).any(|bytes| bytes == b"link"));
        assert_eq!(place.check("."), 6);

        let shared = fs::read_dir(place.path(".git")).expect("a folder");
        let shared = shared.map(|entry| entry.expect("an entry").path());
        let is_shared = |path: &PathBuf| path.to_string_lossy().contains("sharedindex.");
        for path in shared.filter(is_shared) {
            fs::write(path, "DIRC").expect("a file");
        }
        assert!(place.fault().contains("damaged"), "{}", place.fault());
    }
}

#[test]
fn work_trees_submodules_and_repositories_inside_have_their_own_index() {
    let place = Place::new();
    for name in ["main", "library"] {
        place.write(&format!("{name}/a"), "text");
        place.git(".", &["init", "--quiet", name]);
        place.git(name, &["add", "."]);
        place.git(name, &["commit", "--quiet", "--message=all"]);
    }
    place.git("main", &["worktree", "add", "--quiet", "../tree"]);
    place.write("tree/b", "text");
    place.git("tree", &["add", "b"]);
    assert_eq!((place.check("main"), place.check("tree")), (1, 2));

    let library = place.path("library");
    let library = library.to_str().expect("UTF-8");
    place.git("main", &["submodule", "--quiet", "add", library, "shop/library"]);
    assert_eq!((place.check("main"), place.check("main/shop/library")), (3, 1));

    place.git("main", &["init", "--quiet", "inside"]);
    assert_eq!(place.check("main/inside"), 0);
    // What a folder has is not asked of the repository around.
    assert!(place.repository_of("main/inside").has(&place.path("main/a")) == Some(false));

    // All of them are read once, and within one limit.
    let all = Repositories::new();
    let folders = ["main", "tree", "main/shop/library", "main/inside", "main"];
    for folder in folders {
        assert!(all.of(&place.path(folder)).is_some_and(|found| found.index.is_ok()));
    }
    all.bytes_left.set(10);
    assert!(all.of(&place.path("main")).is_some_and(|found| found.index.is_ok()));
    let other = all.of(&place.path("library")).expect("a repository");
    assert!(matches!(other.index, Err(Fault::TooLong)));

    place.git("tree", &["update-index", "--split-index"]);
    assert_eq!(place.check("tree"), 2);
    place.write("main/.git/info/exclude", "*.log\n");
    assert!(place.repository_of("tree").ignores(&place.path("tree/x.log")));
}

#[test]
fn what_a_sparse_index_does_not_list_is_unknown() {
    let place = Place::repository(&[]);
    place.git(".", &["commit", "--quiet", "--message=all"]);
    place.git(".", &["sparse-checkout", "init", "--cone", "--sparse-index"]);
    place.git(".", &["sparse-checkout", "set", "b"]);
    let repository = place.repository_of(".");
    assert_eq!(repository.unlisted(&place.path(".")), [place.path("e")]);
    assert_eq!(repository.unlisted(&place.path("e/f")), [place.path("e")]);
    assert_eq!(repository.unlisted(&place.path("b")), [""; 0].map(PathBuf::from));
    assert_eq!(repository.has(&place.path("e/f/other")), None);
    assert_eq!(repository.has(&place.path("b/c")), Some(true));
    assert_eq!(repository.files_below(&place.path(".")).expect("an index").len(), 6);
}

#[test]
fn a_folder_without_a_repository_has_none() {
    let place = Place::new();
    assert!(Repositories::new().of(&place.path(".")).is_none());
    fs::create_dir(place.path(".git")).expect("a folder");
    assert!(Repositories::new().of(&place.path(".")).is_none());

    // Bare repositories have no files, also where somebody committed one.
    place.git(".", &["init", "--quiet"]);
    place.git(".", &["init", "--quiet", "--bare", "bare"]);
    place.write("bare/a", "text");
    place.git(".", &["add", "--force", "bare/a"]);
    assert_eq!(place.repository_of("bare").work_tree, place.path("."));
    assert_eq!(place.repository_of("bare").has(&place.path("bare/a")), Some(true));
}

#[test]
fn files_are_ignored_as_git_ignores_them() {
    let place = Place::repository(&[]);
    place.write(
        ".gitignore",
        "\u{FEFF}*.log\n# no\n/build/\n!keep.log\nout/*\n!out/a\nq\\!\n**/deep/*.x\n[z\n",
    );
    place.write("shop/.gitignore", ".env\n!*.log\n/only\n");
    place.write("shop/web/.gitignore", "!.env\n*.local\r\n");
    place.write(".git/info/exclude", "/excluded\n.env.mine\n");
    place.write("build/.gitignore", "!*\n");
    let names = [
        "a.log",
        "keep.log",
        "shop/a.log",
        "build/x",
        "shop/build/x",
        "out/a",
        "out/b",
        "out/c/d",
        "q!",
        "x/deep/b.x",
        "x/deep/c/b.x",
        "shop/.env",
        "shop/web/.env",
        "shop/web/.env.local",
        "shop/api/.env",
        "shop/only",
        "shop/web/only",
        "excluded",
        "shop/excluded",
        "shop/.env.mine",
        ".env",
        "# no",
        "shop/build/.env",
        "build/.env",
    ];
    for name in names {
        place.write(name, "text");
        let listed = place.git(
            ".",
            &[
                "status",
                "--porcelain",
                "-z",
                "--ignored=matching",
                "--untracked-files=all",
                "--",
                name,
            ],
        );
        let is_ignored = String::from_utf8_lossy(&listed).starts_with("!! ");
        let folder = place.path(name).parent().expect("a folder").to_owned();
        let repository = Repositories::new().of(&folder).expect("a repository");
        assert_eq!(repository.ignores(&place.path(name)), is_ignored, "{name}");
    }
}
