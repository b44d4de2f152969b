//! Compares this reader with git, on repositories that git creates.

#![expect(clippy::disallowed_types, reason = "git creates the repositories of these tests")]

mod hostile;

use std::fs;
use std::process::Command;

use tempfile::TempDir;

use super::*;

/// A folder with repositories that git creates.
struct Sandbox(TempDir);

impl Sandbox {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    /// Creates a repository with some files.
    fn repository(options: &[&str]) -> Self {
        let sandbox = Self::new();
        sandbox.git(".", &[&["init", "--quiet"], options].concat());
        for name in ["a", "b/c", "b/d", "b.c", "b-c", "e/f/g", "z"] {
            sandbox.write(name, "text");
        }
        sandbox.git(".", &["add", "."]);
        sandbox
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

    /// Runs git without the user's and the system's configuration, and returns what it prints.
    fn git(&self, folder: &str, arguments: &[&str]) -> Vec<u8> {
        let mut git = Command::new("git");
        git.arg("-C").arg(self.path(folder)).args(["-c", "user.name=a", "-c", "user.email=a@b.c"]);
        git.args(["-c", "protocol.file.allow=always"]).args(arguments);
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        let output = git.output().expect("git runs");
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {message}");
        output.stdout
    }

    /// Returns the files that git lists below a folder.
    fn listed_by_git(&self, folder: &str) -> Vec<PathBuf> {
        let listed = self.git(folder, &["ls-files", "-z", "--cached", "--", "."]);
        let names = listed.split(|byte| *byte == 0).filter(|name| !name.is_empty());
        let mut paths: Vec<_> =
            names.map(|name| self.path(folder).join(files::path_of(name))).collect();
        paths.sort();
        // A conflict lists a file once for each of its stages.
        paths.dedup();
        paths
    }

    fn repository_of(&self, folder: &str) -> Rc<Repository> {
        Repositories::new().of(&self.path(folder)).expect("a repository")
    }

    /// Checks that git and this reader list the same files, and returns how many.
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

    fn index_error(&self) -> String {
        let repository = self.repository_of(".");
        let error = repository.files_below(&self.path(".")).expect_err("a error");
        error.to_string()
    }
}

#[test]
fn every_version_and_hash_of_the_index_gives_the_files_that_git_lists() {
    for format in ["--object-format=sha1", "--object-format=sha256"] {
        for version in ["2", "4"] {
            let sandbox = Sandbox::repository(&[format]);
            sandbox.git(".", &["update-index", "--index-version", version]);
            assert_eq!(sandbox.index()[7].to_string(), version);
            assert_eq!(sandbox.check("."), 7);
            assert_eq!(sandbox.check("b"), 2);

            sandbox.write("to be added", "text");
            sandbox.git(".", &["add", "--intent-to-add", "to be added"]);
            sandbox.git(".", &["update-index", "--skip-worktree", "a"]);
            assert_eq!(sandbox.check("."), 8);
            let hash = sandbox.git(".", &["hash-object", "-w", "a"]);
            let hash = String::from_utf8(hash).expect("digits");
            let long = ["folder of forty characters, as it may be"; 110].join("/");
            let entry = format!("100644,{},{long}", hash.trim_end());
            sandbox.git(".", &["update-index", "--add", "--cacheinfo", &entry]);
            assert_eq!(sandbox.check("."), 9);
        }
    }
}

// macOS does not allow such names.
#[cfg(target_os = "linux")]
#[test]
fn names_that_are_not_utf_8_links_and_conflicts_are_listed() {
    use std::os::unix::ffi::OsStrExt as _;

    let sandbox = Sandbox::repository(&[]);
    for name in [&b"caf\xE9"[..], b"a\nb", b"\x1B[2J", b"a\\b", b" "] {
        fs::write(sandbox.path(".").join(OsStr::from_bytes(name)), "text").expect("a file");
    }
    std::os::unix::fs::symlink("a", sandbox.path("link")).expect("a link");
    sandbox.git(".", &["add", "."]);
    assert_eq!(sandbox.check("."), 13);

    sandbox.git(".", &["commit", "--quiet", "--message=all"]);
    sandbox.git(".", &["checkout", "--quiet", "-b", "other"]);
    sandbox.write("a", "one");
    sandbox.git(".", &["commit", "--quiet", "--all", "--message=one"]);
    sandbox.git(".", &["checkout", "--quiet", "-"]);
    sandbox.write("a", "other");
    sandbox.git(".", &["commit", "--quiet", "--all", "--message=other"]);
    sandbox.git(
        ".",
        &["-c", "merge.conflictStyle=merge", "read-tree", "-m", "HEAD~1", "HEAD", "other"],
    );
    assert_eq!(sandbox.check("."), 13);
}

#[test]
fn a_split_index_is_read_together_with_its_shared_index() {
    for format in ["--object-format=sha1", "--object-format=sha256"] {
        let sandbox = Sandbox::repository(&[format]);
        sandbox.git(".", &["config", "splitIndex.maxPercentChange", "100"]);
        sandbox.git(".", &["update-index", "--split-index"]);
        assert_eq!(sandbox.check("."), 7);
        sandbox.write("new", "text");
        sandbox.write("b/d", "changed");
        sandbox.git(".", &["add", "new", "b/d"]);
        sandbox.git(".", &["rm", "--quiet", "--cached", "z", "e/f/g"]);
        assert!(sandbox.index().windows(4).any(|bytes| bytes == b"link"));
        assert_eq!(sandbox.check("."), 6);

        let shared = fs::read_dir(sandbox.path(".git")).expect("a folder");
        let shared = shared.map(|entry| entry.expect("an entry").path());
        let is_shared = |path: &PathBuf| path.to_string_lossy().contains("sharedindex.");
        for path in shared.filter(is_shared) {
            fs::write(path, "DIRC").expect("a file");
        }
        assert!(sandbox.index_error().contains("damaged"), "{}", sandbox.index_error());
    }
}

#[test]
fn work_trees_submodules_and_nested_repositories_have_their_own_index() {
    let sandbox = Sandbox::new();
    for name in ["main", "library"] {
        sandbox.write(&format!("{name}/a"), "text");
        sandbox.git(".", &["init", "--quiet", name]);
        sandbox.git(name, &["add", "."]);
        sandbox.git(name, &["commit", "--quiet", "--message=all"]);
    }
    sandbox.git("main", &["worktree", "add", "--quiet", "../tree"]);
    sandbox.write("tree/b", "text");
    sandbox.git("tree", &["add", "b"]);
    assert_eq!((sandbox.check("main"), sandbox.check("tree")), (1, 2));

    let library = sandbox.path("library");
    let library = library.to_str().expect("UTF-8");
    sandbox.git("main", &["submodule", "--quiet", "add", library, "shop/library"]);
    assert_eq!((sandbox.check("main"), sandbox.check("main/shop/library")), (3, 1));

    sandbox.git("main", &["init", "--quiet", "inside"]);
    assert_eq!(sandbox.check("main/inside"), 0);
    // A nested repository says nothing about the files of the outer one.
    assert!(sandbox.repository_of("main/inside").has(&sandbox.path("main/a")) == Some(false));

    // Each repository is read once, and all share one limit.
    let all = Repositories::new();
    let folders = ["main", "tree", "main/shop/library", "main/inside", "main"];
    for folder in folders {
        assert!(all.of(&sandbox.path(folder)).is_some_and(|found| found.index.is_ok()));
    }
    all.bytes_left.set(10);
    assert!(all.of(&sandbox.path("main")).is_some_and(|found| found.index.is_ok()));
    let other = all.of(&sandbox.path("library")).expect("a repository");
    assert!(matches!(other.index, Err(IndexError::TooLong)));

    sandbox.git("tree", &["update-index", "--split-index"]);
    assert_eq!(sandbox.check("tree"), 2);
    sandbox.write("main/.git/info/exclude", "*.log\n");
    assert!(sandbox.repository_of("tree").ignores(&sandbox.path("tree/x.log")));
}

#[test]
fn files_that_a_sparse_index_does_not_list_are_unknown() {
    let sandbox = Sandbox::repository(&[]);
    sandbox.git(".", &["commit", "--quiet", "--message=all"]);
    sandbox.git(".", &["sparse-checkout", "init", "--cone", "--sparse-index"]);
    sandbox.git(".", &["sparse-checkout", "set", "b"]);
    let repository = sandbox.repository_of(".");
    assert_eq!(repository.unlisted_folders(&sandbox.path(".")), [sandbox.path("e")]);
    assert_eq!(repository.unlisted_folders(&sandbox.path("e/f")), [sandbox.path("e")]);
    assert_eq!(repository.unlisted_folders(&sandbox.path("b")), [""; 0].map(PathBuf::from));
    assert_eq!(repository.has(&sandbox.path("e/f/other")), None);
    assert_eq!(repository.has(&sandbox.path("b/c")), Some(true));
    assert_eq!(repository.files_below(&sandbox.path(".")).expect("an index").len(), 6);
}

#[test]
fn a_folder_outside_any_repository_and_a_bare_repository_are_not_work_trees() {
    let sandbox = Sandbox::new();
    assert!(Repositories::new().of(&sandbox.path(".")).is_none());
    fs::create_dir(sandbox.path(".git")).expect("a folder");
    assert!(Repositories::new().of(&sandbox.path(".")).is_none());

    // A bare repository has no files, even when it is committed into another repository.
    sandbox.git(".", &["init", "--quiet"]);
    sandbox.git(".", &["init", "--quiet", "--bare", "bare"]);
    sandbox.write("bare/a", "text");
    sandbox.git(".", &["add", "--force", "bare/a"]);
    assert_eq!(sandbox.repository_of("bare").work_tree, sandbox.path("."));
    assert_eq!(sandbox.repository_of("bare").has(&sandbox.path("bare/a")), Some(true));
}

#[test]
fn files_are_ignored_as_git_ignores_them() {
    let sandbox = Sandbox::repository(&[]);
    sandbox.write(
        ".gitignore",
        "\u{FEFF}*.log\n# no\n/build/\n!keep.log\nout/*\n!out/a\nq\\!\n**/deep/*.x\n[z\n",
    );
    sandbox.write("shop/.gitignore", ".env\n!*.log\n/only\n");
    sandbox.write("shop/web/.gitignore", "!.env\n*.local\r\n");
    sandbox.write(".git/info/exclude", "/excluded\n.env.mine\n");
    sandbox.write("build/.gitignore", "!*\n");
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
        sandbox.write(name, "text");
        let listed = sandbox.git(
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
        let folder = sandbox.path(name).parent().expect("a folder").to_owned();
        let repository = Repositories::new().of(&folder).expect("a repository");
        assert_eq!(repository.ignores(&sandbox.path(name)), is_ignored, "{name}");
    }
}
