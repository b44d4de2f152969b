//! Starts a PostgreSQL cluster for the tests in a temporary folder, with a database for each test.

use std::fs;
use std::io::Read as _;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::Connection as _;

use crate::scratch;

/// The folder in which Debian installs the programs of each version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The cluster's user if the tests run as root, which PostgreSQL does not allow.
const USER: &str = "postgres";

/// Stops PostgreSQL and removes its folder when standard input ends: when the test process ends in any way.
/// The data is not synced, because it need not survive a crash of the machine.
const KEEPER: &str = r#"
folder=$(mktemp -d -p "$3") || exit
fail() { cat "$folder/log" >&2; rm -rf "$folder"; exit 1; }
"$1/initdb" --pgdata "$folder/data" --auth trust --username postgres --no-sync >"$folder/log" 2>&1 ||
    fail
"$1/postgres" -D "$folder/data" -h 127.0.0.1 -p "$2" -k "" -c max_connections=300 -c fsync=off \
    >>"$folder/log" 2>&1 &
server=$!
until "$1/pg_isready" -q -h 127.0.0.1 -p "$2"; do
    kill -0 "$server" 2>/dev/null || fail
    sleep 0.1
done
echo ready
read -r _
kill -INT "$server"
wait "$server"
rm -rf "$folder"
"#;

struct Cluster {
    port: u16,
    _keeper: Child,
    _end: ChildStdin,
}

static CLUSTER: OnceLock<Cluster> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// Returns the URL of a new database.
pub(crate) async fn new_database() -> String {
    let port = CLUSTER.get_or_init(Cluster::start).port;
    let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::SeqCst));
    let server = format!("postgres://postgres@127.0.0.1:{port}");
    sqlx::any::install_default_drivers();
    let mut connection =
        sqlx::AnyConnection::connect(&format!("{server}/postgres")).await.expect("it is reached");
    let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::query(create).execute(&mut connection).await.expect("it is created");
    format!("{server}/{name}")
}

impl Cluster {
    fn start() -> Self {
        let port = free_port();
        let mut keeper = shell()
            .args(["-c", KEEPER, "keeper"])
            .arg(programs())
            .arg(port.to_string())
            .arg(scratch::folder())
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("there is a shell");
        let mut ready = [0; 6];
        let output = keeper.stdout.as_mut().expect("it is piped").read_exact(&mut ready);
        output.expect("PostgreSQL starts, or has said why not");
        let end = keeper.stdin.take().expect("it is piped");
        Self { port, _keeper: keeper, _end: end }
    }
}

fn shell() -> Command {
    if !rustix::process::geteuid().is_root() {
        return Command::new("sh");
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", USER, "--regid", USER, "--clear-groups", "sh"]);
    command
}

/// Returns the folder of the newest version's programs; without one, the programs in the search path are
/// used.
fn programs() -> PathBuf {
    let in_path = || {
        let path = std::env::var_os("PATH")?;
        // The folder may contain only a link, without the programs beside it.
        let initdb = std::env::split_paths(&path)
            .find_map(|folder| fs::canonicalize(folder.join("initdb")).ok())?;
        Some(initdb.parent()?.to_owned())
    };
    newest_of_debian().or_else(in_path).expect("PostgreSQL is installed: apt install postgresql")
}

fn newest_of_debian() -> Option<PathBuf> {
    let number = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let versions = fs::read_dir(DEBIAN).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let newest = versions.max_by_key(number)?;
    Some(newest.join("bin"))
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("there is a free port");
    listener.local_addr().expect("it is bound").port()
}
