//! Lists how each example is built and started, as the example's own instructions say.

use super::Framework;

/// How an example is built and started.
pub(super) struct Recipe {
    pub(super) language: Language,
    /// Variables for every command.
    pub(super) environment: &'static [(&'static str, &'static str)],
    /// The commands that build it.
    pub(super) builds: &'static [&'static [&'static str]],
    pub(super) production: Server,
    /// The development server, which shows full error pages.
    pub(super) development: Server,
}

/// The language whose package manager installs an example's packages.
#[derive(Clone, Copy)]
pub(super) enum Language {
    Python,
    Node,
    Ruby,
    Php,
    Go,
}

/// A command that starts an example. In `words`, `{port}` stands for the port.
pub(super) struct Server {
    pub(super) words: &'static [&'static str],
    pub(super) environment: &'static [(&'static str, &'static str)],
}

const DJANGO: &[&str] = &["python", "manage.py", "runserver", "--noreload", "127.0.0.1:{port}"];
const FLASK: &[&str] = &["python", "-m", "flask", "run", "--no-reload", "--port={port}"];
const EXPRESS: &[&str] = &["node", "server.js"];
/// Two of these start at the same time, so the system chooses the port for debuggers.
const WORKER: &[&str] =
    &["wrangler", "dev", "--ip=127.0.0.1", "--port={port}", "--inspector-port=0"];
const RAILS: &[&str] = &[
    "ruby",
    "bin/rails",
    "server",
    "--binding=127.0.0.1",
    "--port={port}",
    "--pid=tmp/{port}.pid",
];
const LARAVEL: &[&str] = &["php", "-S", "127.0.0.1:{port}", "-t", "public"];

/// Makes Python write its output without buffering.
const PYTHON: (&str, &str) = ("PYTHONUNBUFFERED", "1");

const SILENT_NEXT: (&str, &str) = ("NEXT_TELEMETRY_DISABLED", "1");
const SILENT_ASTRO: (&str, &str) = ("ASTRO_TELEMETRY_DISABLED", "1");
const SILENT_WORKER: (&str, &str) = ("WRANGLER_SEND_METRICS", "false");

/// Puts wrangler's own logs into the example's folder, where they are searched for secrets.
const LOGS_OF_WORKER: (&str, &str) = ("WRANGLER_LOG_PATH", ".wrangler/logs");

const PRODUCTION: (&str, &str) = ("NODE_ENV", "production");
const DEVELOPMENT: (&str, &str) = ("NODE_ENV", "development");

/// Returns the framework's recipe.
pub(super) const fn of(framework: Framework) -> &'static Recipe {
    match framework {
        Framework::Django => &Recipe {
            language: Language::Python,
            environment: &[PYTHON],
            builds: &[&["python", "manage.py", "check"], &["python", "manage.py", "migrate"]],
            production: Server { words: DJANGO, environment: &[] },
            development: Server { words: DJANGO, environment: &[("DEBUG", "1")] },
        },
        Framework::Flask => &Recipe {
            language: Language::Python,
            environment: &[PYTHON],
            builds: &[&["python", "-m", "flask", "routes"]],
            production: Server { words: FLASK, environment: &[] },
            development: Server { words: FLASK, environment: &[("FLASK_DEBUG", "1")] },
        },
        Framework::Express => &Recipe {
            language: Language::Node,
            environment: &[],
            builds: &[&["vite", "build"]],
            production: Server { words: EXPRESS, environment: &[PRODUCTION] },
            development: Server { words: EXPRESS, environment: &[DEVELOPMENT] },
        },
        Framework::Next => &Recipe {
            language: Language::Node,
            environment: &[SILENT_NEXT],
            builds: &[&["next", "build"]],
            production: Server {
                words: &["next", "start", "--hostname=127.0.0.1", "--port={port}"],
                environment: &[PRODUCTION],
            },
            development: Server {
                words: &["next", "dev", "--hostname=127.0.0.1", "--port={port}"],
                environment: &[DEVELOPMENT],
            },
        },
        Framework::Astro => &Recipe {
            language: Language::Node,
            environment: &[SILENT_ASTRO],
            builds: &[&["astro", "build"]],
            production: Server {
                words: &["node", "dist/server/entry.mjs"],
                environment: &[PRODUCTION],
            },
            development: Server {
                words: &["astro", "dev", "--host=127.0.0.1", "--port={port}"],
                environment: &[DEVELOPMENT],
            },
        },
        Framework::Worker => &Recipe {
            language: Language::Node,
            environment: &[SILENT_WORKER, LOGS_OF_WORKER],
            builds: &[&["wrangler", "deploy", "--dry-run", "--outdir=dist"]],
            production: Server { words: WORKER, environment: &[PRODUCTION] },
            development: Server { words: WORKER, environment: &[DEVELOPMENT] },
        },
        Framework::Rails => &Recipe {
            language: Language::Ruby,
            environment: &[],
            builds: &[&["ruby", "bin/rails", "routes"]],
            production: Server {
                words: RAILS,
                // A real shop keeps its key, so that its customers stay signed in after a restart.
                environment: &[
                    ("RAILS_ENV", "production"),
                    ("SECRET_KEY_BASE", "an example's key"),
                ],
            },
            development: Server { words: RAILS, environment: &[("RAILS_ENV", "development")] },
        },
        Framework::Laravel => &Recipe {
            language: Language::Php,
            environment: &[],
            builds: &[
                &["php", "artisan", "config:cache"],
                // Without a cached configuration, the application reads the environment.
                &["php", "artisan", "config:clear"],
                &["php", "artisan", "view:cache"],
            ],
            production: Server { words: LARAVEL, environment: &[] },
            development: Server { words: LARAVEL, environment: &[("APP_DEBUG", "true")] },
        },
        Framework::Go => &Recipe {
            language: Language::Go,
            environment: &[],
            builds: &[&["go", "build"]],
            production: Server { words: &["shop"], environment: &[] },
            development: Server { words: &["go", "run", "."], environment: &[] },
        },
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;
    use crate::workspace::Workspace;

    #[test]
    fn node_examples_are_built_and_started_as_npm_start_does() {
        let workspace = Workspace::find().expect("this is a checkout");
        for framework in Framework::value_variants() {
            let recipe = of(*framework);
            if !matches!(recipe.language, Language::Node) {
                continue;
            }
            let steps = recipe.builds.iter().chain([&recipe.production.words]);
            let started = steps.map(|words| words.join(" ")).collect::<Vec<_>>().join(" && ");
            let manifest = workspace.read(&format!("examples/{}/package.json", framework.name()));
            let manifest = manifest.expect("the example has a manifest");
            let manifest: serde_json::Value = serde_json::from_str(&manifest).expect("it is JSON");
            let script = manifest["scripts"]["start"].as_str().expect("npm can start it");
            // The recipe adds only the port and the host, which have defaults.
            assert!(started.starts_with(script), "{started}: {script}");
        }
    }
}
