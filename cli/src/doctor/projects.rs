//! Finds the projects below a folder, and the frameworks of each.

use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};

use super::files::Root;
use super::frameworks::{FRAMEWORKS, Framework, GO_MODULE, Language};
use super::manifests::{Dependency, Manifests};

/// How deep below the examined folder a project may be.
const MAX_DEPTH: usize = 5;

/// How many folders are searched for projects.
const MAX_FOLDERS: usize = 5_000;

/// Folders of dependencies, build output and fixtures, which are not searched for projects.
const SKIPPED: [&str; 16] = [
    "node_modules",
    "vendor",
    "venv",
    "env",
    "site-packages",
    "__pycache__",
    "target",
    "dist",
    "build",
    "out",
    "tmp",
    "log",
    "storage",
    "public",
    "coverage",
    "testdata",
];

/// A folder with an application, or a part of one.
pub(super) struct Project {
    pub(super) folder: PathBuf,
    /// The folder below the examined one, for output.
    pub(super) shown: String,
    pub(super) frameworks: Vec<&'static Framework>,
    pub(super) manifests: Manifests,
}

/// All projects that were found, and whether there may be more.
pub(super) struct Projects {
    pub(super) all: Vec<Project>,
    pub(super) is_incomplete: bool,
}

impl Projects {
    /// Searches for projects, without following links.
    pub(super) fn find(root: &Root) -> Self {
        let walk = WalkBuilder::new(root.path())
            .standard_filters(false)
            .follow_links(false)
            .max_depth(Some(MAX_DEPTH))
            .sort_by_file_name(Ord::cmp)
            .filter_entry(|entry| entry.depth() == 0 || is_searched(entry))
            .build();
        let mut folders = walk.filter_map(Result::ok).take(MAX_FOLDERS + 1);
        let all = folders
            .by_ref()
            .take(MAX_FOLDERS)
            .filter_map(|entry| Project::in_folder(root, entry.path()))
            .collect();
        Self { all, is_incomplete: folders.next().is_some() }
    }

    /// Tells whether any project declares Deskseal's package.
    pub(super) fn any_uses_deskseal(&self) -> bool {
        self.all.iter().any(|project| project.package().is_some())
    }

    /// Tells whether any project can sign.
    pub(super) fn any_can_sign(&self) -> bool {
        self.all.iter().any(Project::can_sign)
    }
}

impl Project {
    /// Returns the project in this folder, if there is one.
    fn in_folder(root: &Root, folder: &Path) -> Option<Self> {
        let manifests = Manifests::read(root, folder);
        let is_made_with = |framework: &&Framework| {
            let is_declared = manifests.dependencies.iter().any(|dependency| {
                dependency.language == framework.language && dependency.name == framework.dependency
            });
            let is_marked = framework.marker.is_some_and(|marker| {
                root.text(&folder.join(marker)).is_some_and(|text| is_marker_of(framework, &text))
            });
            // A module of Go has several folders with a main.go, and its manifest is in one of them.
            let may_be_marked = framework.language != Language::Go || manifests.has(Language::Go);
            is_declared || (is_marked && may_be_marked)
        };
        let mut frameworks: Vec<_> = FRAMEWORKS.iter().filter(is_made_with).collect();
        // What the package alone shows says nothing new beside a framework of the same language.
        frameworks.dedup_by(|next, before| {
            next.dependency == next.package && next.language == before.language
        });
        let shown = root.shown(folder);
        let project = Self { folder: folder.to_owned(), shown, frameworks, manifests };
        let is_project = !project.frameworks.is_empty()
            || project.package().is_some()
            || !project.manifests.unreadable.is_empty();
        is_project.then_some(project)
    }

    /// Returns the framework that signs, on a server.
    pub(super) fn server(&self) -> Option<&'static Framework> {
        self.frameworks.iter().copied().find(|framework| framework.is_server)
    }

    /// Returns the framework that findings refer to: the one that signs, or else the first.
    pub(super) fn framework(&self) -> Option<&'static Framework> {
        self.server().or_else(|| self.frameworks.first().copied())
    }

    /// Tells whether the project can sign: with a framework on a server, or with the package alone.
    pub(super) fn can_sign(&self) -> bool {
        self.server().is_some() || (self.frameworks.is_empty() && self.package().is_some())
    }

    /// Returns Deskseal's package as declared; a production dependency before a development one.
    pub(super) fn package(&self) -> Option<&Dependency> {
        let is_package = |dependency: &&Dependency| match dependency.language {
            Language::Php => {
                dependency.name.starts_with("deskseal/") || dependency.name == "ext-deskseal"
            }
            Language::Go => dependency.name == GO_MODULE,
            _ => dependency.name == "deskseal",
        };
        let packages = self.manifests.dependencies.iter().filter(is_package);
        packages.min_by_key(|dependency| dependency.is_for_development)
    }

    /// Tells whether a dependency or an option in a script makes the application read `.env`.
    pub(super) fn has_loader(&self, loaders: &[&str]) -> bool {
        let Manifests { dependencies, scripts, .. } = &self.manifests;
        loaders.iter().any(|loader| {
            dependencies.iter().any(|dependency| dependency.name == *loader)
                || (loader.starts_with("--") && scripts.contains(loader))
        })
    }

    /// Returns the section of the document about this project's framework.
    pub(super) fn section(&self) -> &'static str {
        self.framework().map_or("without-a-framework", |framework| framework.section)
    }

    /// Returns the names of the frameworks.
    pub(super) fn names(&self) -> Vec<&'static str> {
        self.frameworks.iter().map(|framework| framework.name).collect()
    }
}

/// Tells whether the file belongs to the framework: other programs have a `manage.py` or `artisan`, too.
fn is_marker_of(framework: &Framework, text: &str) -> bool {
    let word = match framework.language {
        Language::Python => "django",
        Language::Ruby => "Rails::Application",
        Language::Go => "\"net/http\"",
        Language::Php | Language::Node => "Illuminate",
    };
    text.contains(word)
}

fn is_searched(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
    is_folder && !name.starts_with('.') && !SKIPPED.contains(&&*name)
}
