//! Creates Python's virtual environments.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use fs_err as fs;

use crate::process;
use crate::setup;
use crate::tools;

/// The file that records what an environment was made from.
const STAMP: &str = "made-from.txt";

/// A virtual environment.
pub(crate) struct Environment {
    folder: PathBuf,
}

impl Environment {
    /// Creates an empty environment, and removes an older one in the same folder.
    pub(crate) fn create(folder: &Path) -> Result<Self> {
        let mut venv = setup::python_with_venv()?;
        process::run(venv.args(["-m", "venv", "--clear"]).arg(folder))?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// Returns the folder's environment if it was made from this and its Python still runs. Otherwise creates it,
    /// and installs its packages with `fill`.
    pub(crate) fn made_from(
        folder: &Path,
        stamp: &str,
        fill: impl FnOnce(&Self) -> Result<()>,
    ) -> Result<Self> {
        let kept = Self { folder: folder.to_owned() };
        let is_current = fs::read_to_string(folder.join(STAMP)).is_ok_and(|found| found == stamp);
        // An upgrade of the system can remove the Python that an environment uses.
        let runs = || process::answer(kept.program("python").ok()?.arg("--version")).ok();
        if is_current && runs().is_some() {
            return Ok(kept);
        }
        let environment = Self::create(folder)?;
        fill(&environment)?;
        // The stamp is written last: it marks the environment as complete.
        fs::write(folder.join(STAMP), stamp)?;
        Ok(environment)
    }

    /// Returns a program of the environment, which finds the environment's other programs first.
    pub(crate) fn program(&self, name: &str) -> Result<Command> {
        let mut command = Command::new(self.programs().join(name));
        self.prefer(&mut command)?;
        // The user's own variables must not add other packages.
        command.env_remove("PYTHONPATH").env_remove("PYTHONHOME").env("VIRTUAL_ENV", &self.folder);
        Ok(command)
    }

    /// Makes the command find the environment's programs first.
    pub(crate) fn prefer(&self, command: &mut Command) -> Result<()> {
        tools::prefer(command, &self.programs())
    }

    /// Returns the command `pip install`, without arguments.
    pub(crate) fn install(&self) -> Result<Command> {
        let mut pip = self.program("python")?;
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        Ok(pip)
    }

    fn programs(&self) -> PathBuf {
        self.folder.join("bin")
    }
}
