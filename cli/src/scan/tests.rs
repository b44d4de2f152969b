//! Scans real files and directories, and checks the report.

use tempfile::TempDir;

use super::*;

const SECRET: &str = "dsk_secret_q7Zr-0mS_x4Vb9Lw2Kd8";
const LABEL: &str = "HELPDESKY_HMAC_SECRET";

fn is_token(token: &str) -> bool {
    token.len() >= 27
}

fn scanner() -> Scanner {
    Scanner::new(&[(LABEL.to_owned(), SECRET)], is_token)
}

fn directory() -> TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

/// Writes a file, with the directories above it.
fn write(directory: &TempDir, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = directory.path().join(name);
    fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
    fs::write(&path, content).expect("a file");
    path
}

fn scan(paths: &[&Path]) -> Report {
    let paths: Vec<PathBuf> = paths.iter().map(|path| path.to_path_buf()).collect();
    scanner().scan(&paths, None)
}

fn hit_paths(report: &Report) -> Vec<&Path> {
    report.hits.iter().map(|hit| hit.path.as_path()).collect()
}

#[test]
fn a_hit_has_its_file_offset_line_column_label_and_form() {
    let directory = directory();
    let path = write(&directory, "dist/app.js", format!("let a;\nlet b = \"{SECRET}\";\n"));
    let report = scan(&[directory.path()]);
    let hit =
        Hit { path, offset: 16, line: 2, column: 10, what: LABEL.to_owned(), form: Form::Plain };
    let bytes = 7 + 9 + SECRET.len() as u64 + 3;
    assert_eq!(report, Report { hits: vec![hit], skipped: vec![], files: 1, bytes });
}

#[test]
fn every_encoding_is_found_and_reported_with_its_name() {
    let secret = "50/50 \"größer\" & 'so weiter'";
    let scanner = Scanner::new(&[("NAME".to_owned(), secret)], is_token);
    let directory = directory();
    write(&directory, "1", "50/50 \"größer\" & 'so weiter'");
    write(&directory, "2", "data:;base64,NTAvNTAgImdyw7bDn2VyIiAmICdzbyB3ZWl0ZXIn");
    write(&directory, "3", "35302f353020226772c3b6c39f65722220262027736f2077656974657227");
    write(&directory, "4", "?q=50%2F50%20%22gr%C3%B6%C3%9Fer%22%20%26%20'so%20weiter'");
    write(&directory, "5", r#"{"a":"50\/50 \"gr\u00f6\u00dfer\" & 'so weiter'"}"#);
    write(&directory, "6", "hdh_secret_0123456789abcdef");
    write(&directory, "7", "35302F353020226772C3B6C39F65722220262027736F2077656974657227");
    let report = scanner.scan(&[directory.path().to_owned()], None);
    let found: Vec<(String, &str, &str)> = report
        .hits
        .iter()
        .map(|hit| {
            let name = hit.path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, hit.what.as_str(), hit.form.name())
        })
        .collect();
    let expected = [
        ("1", "NAME", "plain"),
        ("2", "NAME", "base64"),
        ("3", "NAME", "hex"),
        ("4", "NAME", "url_encoded"),
        ("5", "NAME", "json_escaped"),
        ("6", "hdh_secret_", "token"),
        ("7", "NAME", "hex"),
    ];
    assert_eq!(found, expected.map(|(name, what, form)| (name.to_owned(), what, form)));
}

#[test]
fn hidden_ignored_binary_and_empty_files_are_searched() {
    let directory = directory();
    write(&directory, ".gitignore", "*\n");
    write(&directory, ".ignore", "*\n");
    write(&directory, ".git/objects/x", SECRET);
    write(&directory, ".hidden/.file", SECRET);
    write(&directory, "node_modules/binary", [b"\0\xff\0".as_slice(), SECRET.as_bytes()].concat());
    write(&directory, "empty", "");
    let report = scan(&[directory.path()]);
    assert_eq!(report.hits.len(), 3);
    assert_eq!(report.files, 6);
    assert_eq!(report.skipped, []);
}

#[test]
fn hits_are_sorted_by_path_and_offset() {
    let directory = directory();
    for name in ["c", "a", "b/b", "b/a"] {
        write(&directory, name, format!("{SECRET}\n{SECRET}"));
    }
    let report = scan(&[directory.path()]);
    assert_eq!(report.hits.len(), 8);
    assert!(report.hits.is_sorted_by_key(|hit| (&hit.path, hit.offset)));
    assert_eq!((report.hits[1].line, report.hits[1].column), (2, 1));
}

#[test]
fn a_secret_that_two_reads_split_is_found_once() {
    let directory = directory();
    let scanner = scanner();
    let length = scanner.searcher.buffer_length(CHUNK);
    let secret = SECRET.as_bytes();
    for start in [CHUNK, length, length + CHUNK] {
        for start in start - secret.len()..=start {
            let content = [vec![b'\n'; start].as_slice(), secret, &vec![b' '; 2 * CHUNK]].concat();
            let path = write(&directory, "file", content);
            let report = scanner.scan(&[path], None);
            assert_eq!(report.hits.len(), 1);
            assert_eq!(report.hits[0].offset, start as u64);
            assert_eq!(report.hits[0].line, start as u64 + 1);
            assert_eq!(report.hits[0].column, 1);
        }
    }
}

#[test]
fn one_secret_with_two_labels_is_reported_with_both() {
    let directory = directory();
    write(&directory, "file", SECRET);
    let secrets = [("A".to_owned(), SECRET), ("B".to_owned(), SECRET)];
    let report = Scanner::new(&secrets, is_token).scan(&[directory.path().to_owned()], None);
    let labels: Vec<&str> = report.hits.iter().map(|hit| hit.what.as_str()).collect();
    assert_eq!(labels, ["A", "B"]);
}

#[test]
fn a_file_given_as_a_path_is_searched() {
    let directory = directory();
    let path = write(&directory, "a", SECRET);
    write(&directory, "b", SECRET);
    assert_eq!(hit_paths(&scan(&[&path])), [path]);
}

#[test]
fn a_file_inside_several_given_paths_is_searched_once() {
    let directory = directory();
    let path = write(&directory, "a/b", SECRET);
    let inner = directory.path().join("a");
    let same = directory.path().join("a/../a");
    let report = scan(&[&path, directory.path(), &inner, &same, directory.path()]);
    assert_eq!(hit_paths(&report), [path]);
    assert_eq!(report.files, 1);
}

#[test]
fn paths_with_a_common_beginning_are_all_searched() {
    let directory = directory();
    write(&directory, "dist/a", SECRET);
    write(&directory, "dist2/a", SECRET);
    let report = scan(&[&directory.path().join("dist"), &directory.path().join("dist2")]);
    assert_eq!(report.files, 2);
}

#[test]
fn a_path_that_does_not_exist_is_skipped_with_the_reason() {
    let directory = directory();
    let path = directory.path().join("missing");
    let report = scan(&[&path, directory.path()]);
    assert_eq!(report.skipped.len(), 1);
    assert_eq!(report.skipped[0].path, path);
    assert!(report.skipped[0].reason.contains("os error 2"), "{}", report.skipped[0].reason);
}

#[test]
fn a_scan_without_paths_gives_an_empty_report() {
    assert_eq!(scan(&[]), Report::default());
}

#[test]
fn the_path_dash_is_a_file_and_not_standard_input() {
    assert_eq!(for_walker(Path::new("-")), Path::new("./-"));
    assert_eq!(for_walker(Path::new("-/a")), Path::new("-/a"));
}

#[test]
fn the_progress_bar_ends_at_the_total_number_of_bytes() {
    let directory = directory();
    write(&directory, "a", vec![b'a'; 3 * CHUNK + 7]);
    write(&directory, "b/c", SECRET);
    let progress = ProgressBar::hidden();
    let report = scanner().scan(&[directory.path().to_owned()], Some(&progress));
    assert_eq!(progress.length(), Some(report.bytes));
    assert_eq!(progress.position(), report.bytes);
    assert_eq!(report.bytes, (3 * CHUNK + 7 + SECRET.len()) as u64);
}

#[test]
fn no_output_contains_the_secret_or_a_token() {
    let directory = directory();
    let token = "hdh_secret_0123456789abcdef";
    let hex = "64736b5f7365637265745f71375a722d306d535f78345662394c77324b6438";
    write(&directory, "file", format!("{SECRET} {token} {hex}"));
    let scanner = scanner();
    let report = scanner.scan(&[directory.path().to_owned()], None);
    assert_eq!(report.hits.len(), 3);
    let output = format!("{scanner:?} {scanner:#?} {report:?} {report:#?}");
    assert!(output.contains(LABEL));
    for text in ["q7Zr", "0123456789abcdef", hex] {
        assert!(!output.contains(text), "{text}");
    }
    let bytes = format!("{:?}", SECRET.as_bytes());
    assert!(!output.contains(bytes.trim_matches(['[', ']'])));
}

#[test]
fn the_search_of_a_folder_stops_after_too_many_hits() {
    let directory = directory();
    let text = format!("{SECRET}\n").repeat(4_000);
    for number in 0..40 {
        write(&directory, &number.to_string(), &text);
    }
    let report = scan(&[directory.path()]);
    assert!((100_000..180_000).contains(&report.hits.len()), "{}", report.hits.len());
    assert_eq!(report.skipped.len(), 1);
    assert_eq!(report.skipped[0].path, directory.path());
    assert!(report.skipped[0].is_failure && report.skipped[0].reason.contains("100000 hits"));
}

#[cfg(unix)]
#[expect(clippy::disallowed_types, reason = "mkfifo creates pipes")]
mod unix {
    use std::io::Write as _;
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    use super::*;

    #[test]
    fn a_link_given_as_a_path_is_followed() {
        let directory = directory();
        write(&directory, "real/a", SECRET);
        let link = directory.path().join("link");
        symlink("real", &link).expect("a link");
        let file_link = directory.path().join("file-link");
        symlink("real/a", &file_link).expect("a link");
        assert_eq!(hit_paths(&scan(&[&link])), [link.join("a")]);
        assert_eq!(hit_paths(&scan(&[&file_link])), [file_link]);
    }

    #[test]
    fn a_given_link_and_its_target_are_searched_once() {
        let directory = directory();
        let path = write(&directory, "real/a", SECRET);
        let link = directory.path().join("link");
        symlink("real", &link).expect("a link");
        assert_eq!(hit_paths(&scan(&[&link, directory.path()])), [path]);
    }

    #[test]
    fn a_link_inside_a_directory_is_skipped_unless_its_target_is_searched() {
        let directory = directory();
        write(&directory, "outside/a", SECRET);
        write(&directory, "tree/a", "");
        let tree = directory.path().join("tree");
        symlink("../outside", tree.join("out")).expect("a link");
        symlink("a", tree.join("in")).expect("a link");
        symlink("nowhere", tree.join("dangling")).expect("a link");
        let report = scan(&[&tree]);
        assert_eq!(report.hits, []);
        let skipped: Vec<&Path> =
            report.skipped.iter().map(|skipped| skipped.path.as_path()).collect();
        assert_eq!(skipped, [tree.join("dangling"), tree.join("out")]);
        assert!(
            report.skipped[0].reason.starts_with("it is a symbolic link that cannot be followed: ")
        );
        assert!(
            report.skipped[1]
                .reason
                .starts_with("it is a symbolic link out of the given paths, to ")
        );

        let report = scan(&[&tree, &directory.path().join("outside")]);
        assert_eq!(report.hits.len(), 1);
        assert_eq!(report.skipped.len(), 1);
    }

    #[test]
    fn circular_links_do_not_make_the_search_endless() {
        let directory = directory();
        write(&directory, "a/file", SECRET);
        symlink("..", directory.path().join("a/up")).expect("a link");
        symlink("self", directory.path().join("self")).expect("a link");
        let report = scan(&[directory.path()]);
        assert_eq!(report.hits.len(), 1);
        assert_eq!(report.skipped.len(), 1);
        assert_eq!(report.skipped[0].path, directory.path().join("self"));
    }

    #[test]
    fn pipes_and_sockets_are_skipped_and_not_opened() {
        let directory = directory();
        let pipe = directory.path().join("pipe");
        let status = Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
        assert!(status.success());
        let socket = directory.path().join("socket");
        let _listener = UnixListener::bind(&socket).expect("a socket");
        let skipped = |path: PathBuf, is_failure| Skipped {
            path,
            reason: "it is a pipe, a socket or a device".to_owned(),
            is_failure,
        };
        let expected = [skipped(pipe.clone(), false), skipped(socket, false)];
        assert_eq!(scan(&[directory.path()]).skipped, expected);
        assert_eq!(scan(&[&pipe]).skipped, [skipped(pipe, true)]);
        assert_eq!(scan(&[Path::new("/dev/zero")]).skipped, [skipped("/dev/zero".into(), true)]);
    }

    #[test]
    fn files_and_directories_without_read_permission_are_skipped_with_the_reason() {
        let directory = directory();
        let file = write(&directory, "file", SECRET);
        let inner = write(&directory, "closed/file", SECRET);
        let closed = directory.path().join("closed");
        for path in [&file, &closed] {
            fs::set_permissions(path, fs::Permissions::from_mode(0o000)).expect("permissions");
        }
        // The superuser can read everything.
        let may_read = File::open(&inner).is_ok();
        let report = scan(&[directory.path()]);
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).expect("permissions");
        if may_read {
            assert_eq!(report.hits.len(), 2);
            return;
        }
        assert_eq!(report.hits, []);
        let skipped: Vec<&Path> =
            report.skipped.iter().map(|skipped| skipped.path.as_path()).collect();
        assert_eq!(skipped, [closed, file]);
        assert!(report.skipped.iter().all(|skipped| skipped.reason.contains("os error 13")));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_hole_of_a_terabyte_is_not_read_and_places_after_it_are_right() {
        const HOLE: u64 = 1 << 40;
        let directory = directory();
        let path = write(&directory, "file", format!("a\n{SECRET}\nb").as_bytes());
        let mut file = File::options().append(true).open(&path).expect("a file");
        let start = HOLE + 5;
        file.set_len(start).expect("a hole");
        write!(file, " {SECRET}\n{SECRET}").expect("text");
        file.set_len(start + HOLE).expect("a hole");

        let report = scan(&[&path]);
        let length = SECRET.len() as u64;
        let places: Vec<_> =
            report.hits.iter().map(|hit| (hit.offset, hit.line, hit.column)).collect();
        let in_line = start + 1 - (length + 3) + 1;
        let expected = [(2, 2, 1), (start + 1, 3, in_line), (start + length + 2, 4, 1)];
        assert_eq!(places, expected);
        assert_eq!((report.files, report.bytes), (1, start + HOLE));
        assert_eq!(report.skipped, []);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_secret_that_a_hole_splits_is_no_hit() {
        let directory = directory();
        let (first, second) = SECRET.split_at(16);
        let path = write(&directory, "file", first.as_bytes());
        let mut file = File::options().append(true).open(&path).expect("a file");
        file.set_len(1 << 20).expect("a hole");
        write!(file, "{second}{SECRET}").expect("text");
        assert_eq!(scan(&[&path]).hits.len(), 1);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_whose_reading_fails_is_skipped_with_the_reason() {
        // Nothing is mapped at the start of a process's memory.
        let path = Path::new("/proc/self/mem");
        let report = scan(&[path]);
        assert_eq!(report.files, 0);
        assert_eq!(report.skipped.len(), 1);
        assert_eq!(report.skipped[0].path, path);
        assert!(report.skipped[0].reason.starts_with("search stopped: "));
    }

    #[test]
    fn a_file_whose_name_is_not_utf_8_is_searched() {
        use std::os::unix::ffi::OsStrExt as _;
        let directory = directory();
        let path = directory.path().join(std::ffi::OsStr::from_bytes(b"\xff\xfe"));
        if fs::write(&path, SECRET).is_ok() {
            assert_eq!(hit_paths(&scan(&[directory.path()])), [path]);
        }
    }
}
