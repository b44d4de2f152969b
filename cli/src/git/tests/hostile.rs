//! Reads indexes that are damaged or come from an attacker.

use std::cell::Cell;
use std::fs::{self, File};
use std::path::Component;
use std::process::Command;
use std::sync::OnceLock;

use proptest::prelude::*;

use super::{Index, Repositories, Sandbox, files, index as reader};

/// Returns an index with these entries and extensions. Its checksum is never checked.
fn index(version: u8, entries: &[Vec<u8>], extensions: &[u8]) -> Vec<u8> {
    let count = u32::try_from(entries.len()).expect("a number");
    let header = [&b"DIRC\0\0\0"[..], &[version], &count.to_be_bytes()].concat();
    [&header, &entries.concat()[..], extensions, &[0; 20]].concat()
}

/// Returns an entry with the mode of a file. The field for the length holds at most 4095.
fn entry(length: usize, name: &[u8]) -> Vec<u8> {
    let flags = u16::try_from(length.min(0xFFF)).expect("a number").to_be_bytes();
    [&[0; 24][..], &0o100_644_u32.to_be_bytes(), &[0; 32], &flags, name].concat()
}

fn extension(signature: &str, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("a number").to_be_bytes();
    [signature.as_bytes(), &length, content].concat()
}

#[test]
fn a_hostile_index_gives_files_or_an_error_and_never_leads_out_of_the_work_tree() {
    let deep = [&b"\0-1 1\n".repeat(500_000)[..], b"\0-1 0\n"].concat();
    let long = [&[0][..], &vec![b'a'; 1 << 20], &[0]].concat();
    let mut repeated = vec![entry(1 << 20, &long)];
    // Each name is the previous one and one more letter.
    repeated.extend((1..2_000).map(|more| entry((1 << 20) + more, b"\0a\0")));
    let padded = |name: &[u8]| {
        let mut entry = entry(name.len(), name);
        entry.resize((entry.len() + 8) / 8 * 8, 0);
        entry
    };
    let zeros = index(2, &[], &extension("link", &[0; 20]));
    let cases = [
        (index(2, &[], &extension("TREE", &deep)), None),
        (index(2, &[], &extension("UNTR", &deep)), None),
        (index(2, &[padded(b"a/b")], b""), None),
        (zeros, None),
        (index(4, &repeated, b""), Some("too large")),
        (index(2, &[padded(b"../a")], b""), Some("damaged")),
        (index(2, &[padded(b"/etc/passwd")], b""), Some("damaged")),
        (index(2, &[padded(b"a/./b")], b""), Some("damaged")),
        (index(2, &[padded(b"a//b")], b""), Some("damaged")),
        (index(2, &[padded(b"")], b""), Some("damaged")),
        (index(4, &[entry(1, b"\x05a\0")], b""), Some("damaged")),
        (index(4, &[entry(1, &[0xFF; 40])], b""), Some("damaged")),
        (index(2, &[], &extension("link", &[1; 20])), Some("damaged")),
        (index(2, &[], &extension("link", &[1; 3])), Some("damaged")),
        (index(2, &[], &extension("next", b"")), Some("damaged")),
        (index(2, &[], b"TREE\xFF\xFF\xFF\xFF"), Some("damaged")),
        (index(5, &[], b""), Some("damaged")),
        ([b"DIRC\0\0\0\x02\xFF\xFF\xFF\xFF".to_vec(), vec![0; 200]].concat(), Some("damaged")),
        (Vec::new(), Some("damaged")),
    ];
    let sandbox = Sandbox::repository(&[]);
    for (number, (index, error)) in cases.into_iter().enumerate() {
        sandbox.write(".git/index", index);
        let repository = sandbox.repository_of(".");
        let files = repository.files_below(&sandbox.path("."));
        match (files, error) {
            (Ok(_), None) => {}
            (Err(message), Some(error)) if message.to_string().contains(error) => {}
            (files, _) => panic!("case {number}: {files:?} and not {error:?}"),
        }
    }
}

#[test]
fn an_index_that_is_cut_off_at_any_byte_is_damaged() {
    let sandbox = Sandbox::repository(&[]);
    let whole = sandbox.index();
    for length in 0..whole.len() {
        sandbox.write(".git/index", &whole[..length]);
        assert!(sandbox.index_error().contains("damaged"), "{length} of {} bytes", whole.len());
    }
}

#[cfg(unix)]
#[test]
fn an_index_that_is_not_a_regular_file_or_is_too_large_is_not_read() {
    let sandbox = Sandbox::repository(&[]);
    let index = sandbox.path(".git/index");
    fs::remove_file(&index).expect("an index");
    assert!(Command::new("mkfifo").arg(&index).status().expect("mkfifo runs").success());
    assert!(sandbox.index_error().contains("not a regular file"), "{}", sandbox.index_error());

    for target in ["/dev/zero", "/proc/kmsg", "index"] {
        fs::remove_file(&index).expect("a file");
        std::os::unix::fs::symlink(target, &index).expect("a link");
        assert!(sandbox.index_error().contains("not a regular file"), "{}", sandbox.index_error());
    }
    fs::remove_file(&index).expect("a link");
    File::create(&index).expect("a file").set_len(1 << 40).expect("a sparse file");
    assert!(sandbox.index_error().contains("too large"), "{}", sandbox.index_error());
    fs::remove_file(&index).expect("a file");
    assert_eq!(sandbox.check("."), 0);

    fs::remove_dir_all(sandbox.path(".git")).expect("a folder");
    assert!(
        Command::new("mkfifo").arg(sandbox.path(".git")).status().expect("mkfifo runs").success()
    );
    assert!(Repositories::new().of(&sandbox.path(".")).is_none());
}

/// Indexes that git writes: each version, a sparse one, and a split one with its shared index.
struct WrittenByGit {
    indexes: Vec<Vec<u8>>,
    shared: (String, Vec<u8>),
}

fn written_by_git() -> &'static WrittenByGit {
    static WRITTEN_BY_GIT: OnceLock<WrittenByGit> = OnceLock::new();
    WRITTEN_BY_GIT.get_or_init(|| {
        let sandbox = Sandbox::repository(&[]);
        sandbox.git(".", &["commit", "--quiet", "--message=all"]);
        let mut indexes = Vec::new();
        for command in [
            &["update-index", "--index-version=4"][..],
            &["update-index", "--index-version=2"],
            &["sparse-checkout", "set", "--cone", "--sparse-index", "b"],
            &["sparse-checkout", "disable"],
            &["update-index", "--split-index"],
            &["rm", "--quiet", "--cached", "a", "z"],
        ] {
            sandbox.git(".", command);
            indexes.push(sandbox.index());
        }
        let names = fs::read_dir(sandbox.path(".git")).expect("a folder");
        let names = names.map(|entry| entry.expect("an entry").file_name());
        let mut names = names.map(|name| name.into_string().expect("UTF-8"));
        let name = names.find(|name| name.starts_with("sharedindex.")).expect("a shared index");
        let content = fs::read(sandbox.path(".git").join(&name)).expect("a shared index");
        WrittenByGit { indexes, shared: (name, content) }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn an_index_with_changed_bytes_never_panics_and_never_leads_out_of_the_work_tree(
        index in prop::sample::select(&written_by_git().indexes[..]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        end in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let mut index = index.clone();
        for (at, byte) in changes {
            let at = at.index(index.len());
            index[at] = byte;
        }
        if is_cut {
            index.truncate(end.index(index.len()));
        }
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("index"), index).expect("a file");
        let (name, shared) = &written_by_git().shared;
        fs::write(folder.path().join(name), shared).expect("a file");
        for name in Index::read(folder.path(), &Cell::new(reader::MAX_BYTES)).unwrap_or_default().files {
            let path = files::path_of(&name);
            prop_assert!(path.components().all(|part| matches!(part, Component::Normal(_))));
        }
    }
}
