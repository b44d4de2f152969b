//! Checks that suites in parallel print their output in one piece, and end with the run.

use std::path::Path;
use std::process::Command;

/// Returns `cargo xtask test` with a target folder of its own.
fn xtask_test(target: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("test").args(arguments).env("CARGO_TARGET_DIR", target);
    command
}

#[test]
fn the_output_of_each_suite_stays_together() {
    let target = tempfile::tempdir().expect("a folder");
    let mut command = xtask_test(target.path(), &["--lanes=2", "generated", "one-version"]);
    let output = command.output().expect("xtask runs");
    let printed = String::from_utf8(output.stdout).expect("xtask prints UTF-8");
    assert!(output.status.success(), "{printed}");
    for (name, closing_line) in [("generated", "generated: "), ("one-version", "versions: ")] {
        let start = printed.find(&format!("\n== {name}\n")).expect("the suite has a header");
        let end = printed.find(&format!("-- {name}: passed")).expect("the suite has an end");
        let own = &printed[start..end];
        assert!(own.contains(&format!("\n{closing_line}")), "{printed}");
        assert_eq!(own.matches("\n== ").count(), 1, "another suite is between:\n{printed}");
        assert!(printed.contains(&format!("-> {name}: started\n")), "{printed}");
    }
    assert!(printed.ends_with("\nsuites: 2 passed, 0 failed\n"), "{printed}");
}

#[test]
fn a_suite_that_fails_stops_no_other_and_fails_the_run() {
    let target = tempfile::tempdir().expect("a folder");
    let mut command = xtask_test(target.path(), &["--lanes=2", "features", "one-version"]);
    // Without a compiler, nothing is built.
    let output = command.env("RUSTC", "no-such-compiler").output().expect("xtask runs");
    let printed = String::from_utf8(output.stdout).expect("xtask prints UTF-8");
    assert!(!output.status.success(), "{printed}");
    assert!(printed.contains("-- features: FAILED"), "{printed}");
    assert!(printed.contains("-- one-version: passed"), "{printed}");
    assert!(printed.ends_with("\nsuites: 1 passed, 1 failed\n"), "{printed}");
}

/// Returns what a run of one suite with `--all` prints, in another checkout.
fn printed_by_all(checkout: &Path, arguments: &[&str]) -> String {
    let mut command = xtask_test(&checkout.join("target"), &["--all", "one-version"]);
    command.args(arguments).env("CARGO_MANIFEST_DIR", checkout.join("xtask"));
    let output = command.output().expect("xtask runs");
    let printed = String::from_utf8(output.stdout).expect("xtask prints UTF-8");
    assert!(output.status.success(), "{printed}");
    printed
}

#[test]
fn a_suite_that_has_passed_for_a_commit_is_run_again_only_when_asked_or_after_a_change() {
    let folder = tempfile::tempdir().expect("a folder");
    let checkout = folder.path().join("checkout");
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut clone = Command::new("git");
    clone
        .args(["-c", "advice.detachedHead=false", "clone", "--quiet", "--no-hardlinks"])
        .arg(repository)
        .arg(&checkout);
    assert!(clone.status().expect("git runs").success());
    let has_run = |printed: &str| printed.contains("-- one-version: passed");
    assert!(has_run(&printed_by_all(&checkout, &[])));
    let second = printed_by_all(&checkout, &[]);
    assert!(!has_run(&second), "{second}");
    assert!(second.contains("one-version: has passed for this commit"), "{second}");
    assert!(has_run(&printed_by_all(&checkout, &["--again"])));
    std::fs::write(checkout.join("a-new-file"), "").expect("it can be written");
    let changed = printed_by_all(&checkout, &[]);
    assert!(has_run(&changed), "{changed}");
    assert!(changed.contains("The checkout has changes"), "{changed}");
}

#[cfg(target_os = "linux")]
mod interrupted {
    use std::fs;
    use std::path::Path;
    use std::process::Stdio;
    use std::thread;
    use std::time::Duration;

    use rustix::process::{Pid, Signal};

    use super::xtask_test;

    /// Returns the processes with this folder in their environment.
    fn processes_of(target: &Path) -> Vec<String> {
        let folder = target.to_str().expect("it is UTF-8");
        let processes = fs::read_dir("/proc").expect("there are processes").flatten();
        let is_of = |path: &Path| {
            fs::read(path.join("environ"))
                .is_ok_and(|environment| String::from_utf8_lossy(&environment).contains(folder))
        };
        let command = |path: &Path| fs::read_to_string(path.join("cmdline")).unwrap_or_default();
        processes
            .map(|entry| entry.path())
            .filter(|path| is_of(path))
            .map(|path| command(&path))
            .collect()
    }

    #[test]
    fn an_interrupt_ends_the_suites_with_their_children_and_starts_no_other() {
        let target = tempfile::tempdir().expect("a folder");
        // The second one waits for the first, since both compile.
        let mut command = xtask_test(target.path(), &["--lanes=2", "rust-tests", "features"]);
        let mut run = command.stdout(Stdio::piped()).spawn().expect("xtask runs");
        while !processes_of(target.path()).iter().any(|command| command.contains("rustc")) {
            assert!(run.try_wait().expect("it can be asked").is_none(), "nothing was compiled");
            thread::sleep(Duration::from_millis(10));
        }
        let id = Pid::from_raw(i32::try_from(run.id()).expect("an id")).expect("it is not 0");
        rustix::process::kill_process(id, Signal::INT).expect("it can be interrupted");
        let output = run.wait_with_output().expect("it ends");
        let printed = String::from_utf8(output.stdout).expect("xtask prints UTF-8");
        assert_eq!(output.status.code(), Some(130), "{printed}");
        assert!(printed.contains("-> rust-tests: started"), "{printed}");
        assert!(!printed.contains("-> features: started"), "{printed}");
        // A compiler that has been told to end may need a moment.
        while let [command, ..] = &processes_of(target.path())[..] {
            assert!(command.contains("rustc") || command.is_empty(), "{command} goes on");
            thread::sleep(Duration::from_millis(10));
        }
    }
}
