//! Runs `cargo xtask conform`: checks that every language gives the same results.
//!
//! An adapter is a child process that reads one JSON request a line, and writes one JSON response a line. Each
//! language has one process, which gets all cases.

mod adapter;
mod ill_formed;
mod languages;
mod random;
pub(crate) mod wrong;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};

use crate::api;
use crate::cases::{self, Case};
use crate::suite;
use crate::workspace::Workspace;

use adapter::Verdict;
use ill_formed::Contract;
use languages::{LANGUAGES, Language, NAMED_ONLY};

/// The time limit of one adapter: much more than it needs, so that an adapter that hangs is ended.
const LIMIT: Duration = Duration::from_secs(900);

/// How many failures are printed.
const SHOWN: usize = 20;

/// The arguments of `cargo xtask conform`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The languages to check, and `command` and `oracle` [default: all but `jvm`].
    #[arg(value_name = "LANG")]
    languages: Vec<String>,

    /// The seed of the random identities.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,

    /// The number of random identities for each language, in addition to the vectors.
    #[arg(long, default_value_t = 10_000, value_name = "N")]
    random: usize,
}

impl Default for Arguments {
    fn default() -> Self {
        Self { languages: Vec::new(), seed: 1, random: 10_000 }
    }
}

/// Checks the languages, and prints the differences.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let languages = chosen(&arguments.languages)?;
    let vectors: Vec<Case> =
        cases::vector_files(workspace)?.into_iter().flat_map(|file| file.cases).collect();
    let vector_count = vectors.len();
    let contract = Contract::new(api::contract(workspace)?)?;
    let random = random::cases(arguments.seed, arguments.random, &contract, &vectors)?;
    let cases: Vec<Case> = vectors.into_iter().chain(random).collect();
    println!(
        "{vector_count} vectors, and {} random identities with the seed {}",
        arguments.random, arguments.seed
    );
    let mut failed = Vec::new();
    for language in languages {
        let verdict = verdict_on(workspace, language, &cases)
            .with_context(|| format!("cannot check {}", language.name))?;
        print(&verdict);
        println!("{}", suite::closing_line(language.name, verdict.passed, verdict.failures.len()));
        if !verdict.failures.is_empty() {
            failed.push(language.name);
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    bail!("wrong results in {}; SPEC.md describes the correct ones", failed.join(", "))
}

fn chosen(names: &[String]) -> Result<Vec<&'static Language>> {
    if names.is_empty() {
        return Ok(LANGUAGES.iter().collect());
    }
    let all = || LANGUAGES.iter().chain(NAMED_ONLY);
    let language = |name: &String| {
        all().find(|language| language.name == name).with_context(|| {
            let known = all().map(|language| language.name).collect::<Vec<_>>();
            format!("the language {name} is not known; choose from {}", known.join(", "))
        })
    };
    names.iter().map(language).collect()
}

fn verdict_on(workspace: &Workspace, language: &Language, cases: &[Case]) -> Result<Verdict> {
    (language.prepare)(workspace)?;
    let mut command = language.adapter(workspace)?;
    set_environment(&mut command, cases)?;
    adapter::verdict(&mut command, &covered(language, cases)?, LIMIT)
}

/// Returns the cases of the calls that the language implements, and prints the number of the others.
fn covered(language: &Language, cases: &[Case]) -> Result<Vec<Case>> {
    for name in language.not_covered {
        let count = cases.iter().filter(|case| case.call() == Some(*name)).count();
        ensure!(count > 0, "the row of {} names {name}, which no case calls", language.name);
        println!("{}: does not implement {name}; {count} cases not checked", language.name);
    }
    let is_covered =
        |case: &&Case| case.call().is_none_or(|name| !language.not_covered.contains(&name));
    let covered = cases.iter().filter(is_covered);
    if language.has_none {
        return Ok(covered.cloned().collect());
    }
    let (without, rest): (Vec<&Case>, Vec<&Case>) = covered.partition(|case| case.has_no_secret());
    ensure!(!without.is_empty(), "no case has a missing secret");
    println!("{}: texts cannot be none; {} cases not checked", language.name, without.len());
    Ok(rest.into_iter().cloned().collect())
}

/// Sets the variables of all cases, and removes those that a case needs unset.
fn set_environment(command: &mut Command, cases: &[Case]) -> Result<()> {
    let mut variables = BTreeMap::new();
    for (name, value) in cases.iter().flat_map(|case| &case.environment) {
        let before = variables.insert(name, value);
        if before.is_some_and(|before| before != value) {
            bail!("two cases set {name} to different values, but all cases run in one process");
        }
    }
    let unset: BTreeSet<&str> = cases.iter().filter_map(Case::variable).collect();
    for name in unset {
        command.env_remove(name);
    }
    command.envs(variables);
    Ok(())
}

fn print(verdict: &Verdict) {
    for failure in verdict.failures.iter().take(SHOWN) {
        println!("{failure}");
    }
    let hidden = verdict.failures.len().saturating_sub(SHOWN);
    if hidden > 0 {
        println!("… and {hidden} more");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cases::Outcome;

    fn case_of(call: &str) -> Case {
        Case {
            id: call.to_owned(),
            comment: String::new(),
            request: json!({ "id": call, "call": call, "args": {} }),
            environment: BTreeMap::new(),
            expected: Outcome::Value(json!("a value")),
        }
    }

    fn oracle() -> Result<&'static Language> {
        LANGUAGES.iter().find(|language| language.name == "oracle").context("no oracle")
    }

    #[test]
    fn only_the_cases_of_calls_that_the_oracle_implements_are_sent_to_it() -> Result<()> {
        let cases = [
            "sign_email",
            "explain_email",
            "explain_link",
            "explain_identity_token",
            "portal_link",
        ]
        .map(case_of);
        let covered = covered(oracle()?, &cases)?;
        let calls: Vec<&str> = covered.iter().filter_map(Case::call).collect();
        assert_eq!(calls, ["sign_email", "portal_link"]);
        Ok(())
    }

    #[test]
    fn a_row_that_excludes_a_call_without_cases_is_an_error() -> Result<()> {
        let error = covered(oracle()?, &["sign_email", "explain_email"].map(case_of));
        assert!(error.is_err_and(|error| error.to_string().contains("explain_link")));
        Ok(())
    }
}
