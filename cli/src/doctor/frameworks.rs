//! Lists the frameworks that the doctor knows, one row each.

/// The language whose manifest declares a dependency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Python,
    Node,
    Ruby,
    Php,
    Go,
}

/// What the doctor checks in a framework's projects, and what it says about them.
#[derive(Debug)]
pub(super) struct Framework {
    pub(super) name: &'static str,
    pub(super) language: Language,
    /// The dependency by which it is recognized.
    pub(super) dependency: &'static str,
    /// A file that every project has, by which it is recognized if no manifest declares it.
    pub(super) marker: Option<&'static str>,
    /// The package with Deskseal's integration.
    pub(super) package: &'static str,
    /// The command that installs the package.
    pub(super) install: &'static str,
    /// Whether it runs on a server, where identities can be signed.
    pub(super) is_server: bool,
    /// Its section in the document.
    pub(super) section: &'static str,
    /// Where a deployed application keeps its secrets.
    pub(super) secret_belongs: &'static str,
    /// The setting for a variable of another name, or for a secret that the code reads itself.
    pub(super) variable_setting: &'static str,
    /// The `.env` files that it reads in each of its modes. In a mode, an earlier file wins.
    pub(super) environment_files: &'static [&'static [&'static str]],
    /// The dependencies that make it read those files, or `None` if it reads them by itself.
    pub(super) environment_loaders: Option<&'static [&'static str]>,
    /// The only command that reads those files, if a deployed application does not.
    pub(super) files_are_for: Option<&'static str>,
    /// The folders of its build output.
    pub(super) outputs: &'static [&'static str],
    /// The folders whose files browsers receive.
    pub(super) browser_outputs: &'static [&'static str],
}

/// Deskseal's module for Go.
pub(super) const GO_MODULE: &str = "github.com/deskseal/deskseal/bindings/go";

const NODE_LOADERS: &[&str] = &["dotenv", "@dotenvx/dotenvx", "--env-file"];
const PLAIN_FILES: &[&[&str]] = &[&[".env"]];
const VITE_FILES: &[&[&str]] = &[
    &[".env.production.local", ".env.production", ".env.local", ".env"],
    &[".env.development.local", ".env.development", ".env.local", ".env"],
];
const ENVIRONMENT: &str = "the environment of the server process, such as systemd's EnvironmentFile, \
                           the container's variables or the host's settings";
const NODE_SETTING: &str = "`secretVariable` in `ticketCenter` or `portal`";
const PYTHON_SETTING: &str = "`\"secret_variable\"` in `DESKSEAL`";

/// Connect uses the same middleware, and Fastify's plugin has the same settings.
const EXPRESS: Framework = Framework {
    name: "Express",
    language: Language::Node,
    dependency: "express",
    marker: None,
    package: "deskseal",
    install: "npm install deskseal",
    is_server: true,
    section: "express",
    secret_belongs: ENVIRONMENT,
    variable_setting: NODE_SETTING,
    environment_files: PLAIN_FILES,
    environment_loaders: Some(NODE_LOADERS),
    files_are_for: None,
    outputs: &["dist", "build", "public"],
    browser_outputs: &["public"],
};

/// Vue's row is the same but for its names.
const REACT: Framework = Framework {
    name: "React",
    language: Language::Node,
    dependency: "react",
    marker: None,
    package: "deskseal",
    install: "npm install deskseal",
    is_server: false,
    section: "react-and-vue",
    secret_belongs: ENVIRONMENT,
    variable_setting: NODE_SETTING,
    environment_files: VITE_FILES,
    environment_loaders: None,
    files_are_for: None,
    outputs: &["dist", "build", "public"],
    browser_outputs: &["dist", "build", "public"],
};

/// The part of Go's standard library that the package stands on. Routers mount its handlers.
const NET_HTTP: Framework = Framework {
    name: "net/http",
    language: Language::Go,
    dependency: GO_MODULE,
    marker: Some("main.go"),
    package: GO_MODULE,
    install: "go get github.com/deskseal/deskseal/bindings/go",
    is_server: true,
    section: "go",
    secret_belongs: ENVIRONMENT,
    variable_setting: "`deskseal.SignerFromEnv`",
    environment_files: PLAIN_FILES,
    environment_loaders: Some(&["github.com/joho/godotenv"]),
    files_are_for: None,
    // A program contains the files that it embeds.
    outputs: &["bin", "dist", "public", "static", "assets"],
    browser_outputs: &["public", "static", "assets"],
};

/// All frameworks. In a project with several, the first one that runs on a server signs.
pub(super) static FRAMEWORKS: [Framework; 17] = [
    Framework {
        name: "Django",
        language: Language::Python,
        dependency: "django",
        marker: Some("manage.py"),
        package: "deskseal",
        install: "pip install 'deskseal[django]'",
        is_server: true,
        section: "django",
        secret_belongs: ENVIRONMENT,
        variable_setting: PYTHON_SETTING,
        environment_files: PLAIN_FILES,
        environment_loaders: Some(&["django-environ", "environs", "python-dotenv"]),
        files_are_for: None,
        outputs: &["staticfiles", "static", "media"],
        browser_outputs: &["staticfiles", "static", "media"],
    },
    Framework {
        name: "Flask",
        language: Language::Python,
        dependency: "flask",
        marker: None,
        package: "deskseal",
        install: "pip install 'deskseal[flask]'",
        is_server: true,
        section: "flask",
        secret_belongs: ENVIRONMENT,
        variable_setting: PYTHON_SETTING,
        environment_files: &[&[".env", ".flaskenv"]],
        environment_loaders: Some(&["python-dotenv"]),
        files_are_for: None,
        outputs: &["static"],
        browser_outputs: &["static"],
    },
    Framework {
        name: "Next.js",
        language: Language::Node,
        dependency: "next",
        marker: None,
        package: "deskseal",
        install: "npm install deskseal",
        is_server: true,
        section: "nextjs",
        secret_belongs: "`.env.local`, or the environment of `next start`",
        variable_setting: NODE_SETTING,
        environment_files: &[
            &[".env.production.local", ".env.local", ".env.production", ".env"],
            &[".env.development.local", ".env.local", ".env.development", ".env"],
        ],
        environment_loaders: None,
        files_are_for: None,
        outputs: &[".next/server", ".next/standalone", ".next/static", "out", "public"],
        browser_outputs: &[".next/static", "out", "public"],
    },
    Framework {
        name: "Astro",
        language: Language::Node,
        dependency: "astro",
        marker: None,
        package: "deskseal",
        install: "npm install deskseal",
        is_server: true,
        section: "astro",
        secret_belongs: "the environment of the built server; `.env` is for `astro dev`",
        variable_setting: NODE_SETTING,
        environment_files: VITE_FILES,
        environment_loaders: None,
        files_are_for: Some("astro dev"),
        outputs: &["dist", "public"],
        browser_outputs: &["dist/client", "public"],
    },
    EXPRESS,
    Framework { name: "Fastify", dependency: "fastify", section: "fastify", ..EXPRESS },
    Framework { name: "Connect", dependency: "connect", ..EXPRESS },
    // After the frameworks that can be deployed as Workers, and that sign themselves.
    Framework {
        name: "Cloudflare Workers",
        language: Language::Node,
        dependency: "wrangler",
        marker: None,
        package: "deskseal",
        install: "npm install deskseal",
        is_server: true,
        section: "cloudflare-workers",
        secret_belongs: "the Worker with `wrangler secret put`, or in `.dev.vars` for `wrangler dev`",
        variable_setting: "`Signer.fromEnv`",
        environment_files: &[&[".dev.vars", ".env.local", ".env"]],
        environment_loaders: None,
        files_are_for: Some("wrangler dev"),
        outputs: &["dist", "public"],
        browser_outputs: &["public"],
    },
    Framework {
        name: "Rails",
        language: Language::Ruby,
        dependency: "rails",
        marker: Some("config/application.rb"),
        package: "deskseal",
        install: "bundle add deskseal && bin/rails generate deskseal:install",
        is_server: true,
        section: "rails",
        secret_belongs: "`bin/rails credentials:edit`, or the environment of the server process",
        variable_setting: "`config.deskseal.ticket_center.secret_variable` or \
                           `config.deskseal.portal.secret_variable`",
        environment_files: &[
            &[".env.production.local", ".env.local", ".env.production", ".env"],
            &[".env.development.local", ".env.local", ".env.development", ".env"],
        ],
        environment_loaders: Some(&["dotenv", "dotenv-rails"]),
        files_are_for: None,
        outputs: &["public"],
        browser_outputs: &["public"],
    },
    Framework {
        name: "Laravel",
        language: Language::Php,
        dependency: "laravel/framework",
        marker: Some("artisan"),
        package: "deskseal/laravel",
        install: "pie install deskseal/deskseal && composer config repositories.deskseal artifact packages \
                  && composer require deskseal/laravel",
        is_server: true,
        section: "laravel",
        secret_belongs: "`.env`, or the environment of PHP",
        variable_setting: "`secret` in `config/deskseal.php`",
        environment_files: PLAIN_FILES,
        environment_loaders: None,
        files_are_for: None,
        outputs: &["public"],
        browser_outputs: &["public"],
    },
    Framework { name: "chi", dependency: "github.com/go-chi/chi", marker: None, ..NET_HTTP },
    Framework { name: "Gin", dependency: "github.com/gin-gonic/gin", marker: None, ..NET_HTTP },
    Framework { name: "Echo", dependency: "github.com/labstack/echo", marker: None, ..NET_HTTP },
    Framework { name: "Fiber", dependency: "github.com/gofiber/fiber", marker: None, ..NET_HTTP },
    NET_HTTP,
    REACT,
    Framework { name: "Vue", dependency: "vue", ..REACT },
];
