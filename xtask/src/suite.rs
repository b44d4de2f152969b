//! Runs steps with a header and a duration, and prints the table at the end.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// One finished step.
pub(crate) struct Suite {
    name: &'static str,
    is_passed: bool,
    duration: Duration,
}

impl Suite {
    /// Runs the step, and prints a header, an error if it fails, and its duration.
    pub(crate) fn run(name: &'static str, step: impl FnOnce() -> Result<()>) -> Self {
        header(name);
        let start = Instant::now();
        let result = step();
        let duration = start.elapsed();
        if let Err(error) = &result {
            println!("error: {error:#}");
        }
        let word = word(result.is_ok());
        println!("-- {name}: {word} in {}", seconds(duration));
        Self { name, is_passed: result.is_ok(), duration }
    }

    /// Returns a step that ran in another process.
    pub(crate) const fn ended(name: &'static str, is_passed: bool, duration: Duration) -> Self {
        Self { name, is_passed, duration }
    }

    /// Returns the step's name.
    pub(crate) const fn name(&self) -> &'static str {
        self.name
    }

    /// Tells whether the step succeeded.
    pub(crate) const fn is_passed(&self) -> bool {
        self.is_passed
    }
}

/// A check: its name and its function.
pub(crate) type Check<T> = (&'static str, fn(&T) -> Result<()>);

/// Runs all checks of a language's package, even if one fails.
pub(crate) fn run_checks<T>(language: &str, checks: &[Check<T>], package: &T) -> Result<()> {
    let run = |(name, check): &Check<T>| Suite::run(name, || check(package));
    let suites: Vec<Suite> = checks.iter().map(run).collect();
    conclude(language, &suites)
}

/// Prints how many checks passed, and fails unless all passed.
pub(crate) fn conclude(name: &str, suites: &[Suite]) -> Result<()> {
    let failed = suites.iter().filter(|suite| !suite.is_passed()).count();
    println!("{}", closing_line(name, suites.len() - failed, failed));
    only_passed(suites)
}

/// Fails unless all steps passed.
pub(crate) fn only_passed(suites: &[Suite]) -> Result<()> {
    let failed = suites.iter().filter(|suite| !suite.is_passed());
    let failed: Vec<&str> = failed.map(|suite| suite.name).collect();
    if failed.is_empty() {
        Ok(())
    } else {
        bail!("these checks failed, see their output above: {}", failed.join(", "))
    }
}

/// Prints the header of a step.
pub(crate) fn header(title: &str) {
    println!("\n== {title}");
}

/// Prints one line for each step, the sum of the durations, and the time until all steps ended.
pub(crate) fn print_table(suites: &[Suite], wall_clock: Duration) {
    header("summary");
    let names = suites.iter().map(|suite| suite.name).chain(["wall clock"]);
    let width = names.map(str::len).max().unwrap_or_default();
    for Suite { name, is_passed, duration } in suites {
        println!("{name:width$}  {:6}  {:>8}", word(*is_passed), seconds(*duration));
    }
    let total = suites.iter().map(|suite| suite.duration).sum();
    println!("{:width$}  {:6}  {:>8}", "together", "", seconds(total));
    println!("{:width$}  {:6}  {:>8}", "wall clock", "", seconds(wall_clock));
}

/// Returns the line with which every test runner of the project ends.
pub(crate) fn closing_line(name: &str, passed: usize, failed: usize) -> String {
    format!("{name}: {passed} passed, {failed} failed")
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

const fn word(is_passed: bool) -> &'static str {
    if is_passed { "passed" } else { "FAILED" }
}
