//! Serves HTTP/1.1 and HTTP/2 on a listener, with limits on connections, time and memory.
//!
//! The rules do not depend on what a client sends:
//!
//! - A connection without a request is closed after `idle_timeout` ([`connection`]).
//! - A request ends when the system has its whole response. It has `handler_timeout` to produce the response
//!   and `read_timeout` to deliver it. On HTTP/2, only the request's stream is reset.
//! - Responses that clients do not read take up to `unread_bytes` together. Beyond that, the oldest one of the
//!   client network with the most bytes is ended ([`table`]).
//! - The number of connections is limited per client network and in total. Beyond a limit, an idle connection
//!   is closed; where none is idle, a small reserve accepts health checks only ([`table`]).

mod body;
mod connection;
mod limits;
mod stream;
mod table;

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Bytes, HttpBody};
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::response::{IntoResponse as _, Response};
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto::{self, Builder};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio_io_timeout::TimeoutStream;
use tower::{Service, ServiceExt as _};

use connection::{Connection, End};
pub(crate) use limits::{ConnectionLimits, raise_open_files};
use stream::Streams;
use table::ConnectionTable;

use crate::metrics::ConnectionMetrics;
use crate::web::{JsonError, is_health_check};

/// How long a connection may take to close gracefully.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// How long the other requests of a connection may take to end after one of its streams was reset.
const STREAM_CLOSE_TIMEOUT: Duration = Duration::from_secs(15);

/// The pause after the system cannot accept a connection, for example when no file can be opened.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The size of the socket send buffer; the kernel doubles it for its own use.
const SEND_BUFFER: usize = 256 * 1024;

/// The longest request head, and how much of a response is buffered before it is sent.
const BUFFER: usize = 64 * 1024;

/// Concurrent requests on one HTTP/2 connection.
const STREAMS: u32 = 64;

/// How much of a request body a client may send before the server reads it: on one stream, and on one connection.
const STREAM_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 256 * 1024;

/// The longest request headers on HTTP/2.
const HEADER_LIST: u32 = 16 * 1024;

type HttpConnection<'builder> = auto::Connection<
    'builder,
    TokioIo<Pin<Box<TimeoutStream<TcpStream>>>>,
    TowerToHyperService<RequestService>,
    Streams,
>;

/// The phases of a shutdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Running,
    Draining,
    Stopped,
}

/// Serves requests until `stop` completes, then lets open ones end for as long as `drain`.
///
/// # Errors
/// Those of the listener.
pub(crate) async fn serve(
    listener: std::net::TcpListener,
    router: Router,
    limits: ConnectionLimits,
    metrics: ConnectionMetrics,
    stop: impl Future<Output = ()>,
    drain: Duration,
) -> io::Result<()> {
    #[cfg(unix)]
    rustix::net::sockopt::set_socket_send_buffer_size(&listener, SEND_BUFFER)?;
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    let builder = Arc::new(protocols());
    let table = ConnectionTable::new(limits, metrics);
    let (phase, phases) = watch::channel(Phase::Running);
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                table.evict_after(&error);
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        if let Some(connection) = table.accept(peer.ip()).await {
            let is_for_health_checks = connection.is_for_health_checks();
            let service = RequestService {
                router: router.clone(),
                table: Arc::clone(&table),
                connection,
                peer,
            };
            let serving = serve_connection(Arc::clone(&builder), stream, service, phases.clone());
            let started = spawn(serving);
            // The reserve is small: without this, a burst of connections would evict one whose request has arrived
            // and was not read yet.
            if is_for_health_checks {
                let _ = started.await;
            }
        }
    }
    // From here on the system rejects new connections.
    drop((listener, phases));
    phase.send_replace(Phase::Draining);
    // Every connection has a receiver.
    if tokio::time::timeout(drain, phase.closed()).await.is_err() {
        phase.send_replace(Phase::Stopped);
        phase.closed().await;
    }
    Ok(())
}

/// Spawns a task. The returned channel closes when the task has run once, and thereby read what had arrived.
fn spawn(task: impl Future<Output = ()> + Send + 'static) -> oneshot::Receiver<Infallible> {
    let (running, started) = oneshot::channel();
    tokio::spawn(async move {
        let mut task = pin!(task);
        let first = poll_fn(|context| Poll::Ready(task.as_mut().poll(context))).await;
        drop(running);
        if first.is_pending() {
            task.await;
        }
    });
    started
}

fn protocols() -> Builder<Streams> {
    let mut builder = Builder::new(Streams);
    // `Connection` enforces the idle timeout itself.
    builder.http1().header_read_timeout(None).max_buf_size(BUFFER);
    builder
        .http2()
        .max_concurrent_streams(STREAMS)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_header_list_size(HEADER_LIST)
        .max_send_buf_size(BUFFER);
    builder
}

/// Serves a connection to its end.
async fn serve_connection(
    builder: Arc<Builder<Streams>>,
    stream: TcpStream,
    service: RequestService,
    mut phases: watch::Receiver<Phase>,
) {
    // Small responses are sent at once. If the option cannot be set, they are only slower.
    let _ = stream.set_nodelay(true);
    let connection = Arc::clone(&service.connection);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(service.table.limits().idle_timeout));
    let stream = Box::pin(stream);
    let service = TowerToHyperService::new(service);
    {
        let http = builder.serve_connection(TokioIo::new(stream), service);
        drive(pin!(http), &connection, &mut phases).await;
    }
    connection.end_streams();
}

/// Runs the connection until it ends, must be closed, or the server stops.
async fn drive(
    mut http: Pin<&mut HttpConnection<'_>>,
    connection: &Connection,
    phases: &mut watch::Receiver<Phase>,
) {
    let end = tokio::select! {
        _ = http.as_mut() => return,
        end = connection.end() => Some(end),
        _ = phases.wait_for(|phase| *phase != Phase::Running) => None,
    };
    match end {
        // Evicted connections are dropped at once.
        Some(End::UnreadResponse | End::Evicted) => {}
        Some(End::Idle | End::StreamReset) => {
            http.as_mut().graceful_shutdown();
            let timeout = if end == Some(End::Idle) { CLOSE_TIMEOUT } else { STREAM_CLOSE_TIMEOUT };
            tokio::select! {
                _ = http => {}
                () = connection.closer().closed_at_once() => {}
                () = tokio::time::sleep(timeout) => {}
            }
        }
        None => {
            http.as_mut().graceful_shutdown();
            tokio::select! {
                _ = http => {}
                _ = connection.end() => {}
                _ = phases.wait_for(|phase| *phase == Phase::Stopped) => {}
            }
        }
    }
}

/// Handles the requests of one connection.
#[derive(Clone)]
struct RequestService {
    router: Router,
    table: Arc<ConnectionTable>,
    connection: Arc<Connection>,
    peer: SocketAddr,
}

impl<B> Service<Request<B>> for RequestService
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        // From this moment on the connection is in use.
        let open = Connection::begin(&self.connection);
        let Self { router, table, connection, peer } = self.clone();
        request.extensions_mut().insert(ConnectInfo(peer));
        Box::pin(async move {
            open.set_stream(stream::current());
            let response = if connection.is_for_health_checks() && !is_health_check(&request) {
                JsonError::overloaded().into_response()
            } else {
                let Ok(response) = router.oneshot(request).await;
                response
            };
            let tracked = table.track(open, response).await;
            Ok(tracked.unwrap_or_else(|| JsonError::overloaded().into_response()))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::net::{SocketAddr, TcpListener, TcpStream};
    use std::pin::pin;
    use std::sync::Arc;

    use axum::Router;
    use axum::routing::{MethodRouter, get};
    use tokio::io::AsyncReadExt as _;
    use tokio::sync::Notify;

    use super::{ConnectionLimits, Duration, serve};
    use crate::config::Config;
    use crate::metrics::ConnectionMetrics;

    /// Connects without giving other tasks the time to run: the system completes the connection by itself.
    fn connect(address: SocketAddr, request: &str) -> TcpStream {
        let mut stream = TcpStream::connect(address).expect("the system accepts it");
        stream.write_all(request.as_bytes()).expect("the system takes it");
        stream.set_nonblocking(true).expect("it can be read by a task");
        stream
    }

    async fn response(stream: TcpStream) -> String {
        let mut stream = tokio::net::TcpStream::from_std(stream).expect("it can be read by a task");
        let mut response = String::new();
        // An evicted connection is reset; what was read before counts.
        let _ = stream.read_to_string(&mut response).await;
        response
    }

    /// Returns a handler that tells when it has a request, and responds when it is released.
    fn held(entered: &Arc<Notify>, release: &Arc<Notify>) -> MethodRouter {
        let (entered, release) = (Arc::clone(entered), Arc::clone(release));
        get(async move || {
            entered.notify_one();
            release.notified().await;
        })
    }

    /// All tasks run on one thread, so the task of a connection does not run before the server waits for something.
    #[tokio::test(flavor = "current_thread")]
    async fn a_health_check_that_has_arrived_is_not_evicted_by_the_next_connections() {
        let [entered, checked, release, stopped] = [(); 4].map(|()| Arc::new(Notify::new()));
        let router = Router::new()
            .route("/busy", held(&entered, &release))
            .route("/healthz", held(&checked, &release));
        let limits = ConnectionLimits {
            connections: 1,
            reserve: 1,
            ..ConnectionLimits::new(&Config::default())
        };
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listener.local_addr().expect("it is bound");
        let (stop, metrics) = (Arc::clone(&stopped), ConnectionMetrics::default());
        let server = tokio::spawn(async move {
            serve(listener, router, limits, metrics, stop.notified(), Duration::from_mins(1)).await
        });
        // The only regular connection is in use, so the next ones need the reserve.
        let busy = connect(address, "GET /busy HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        entered.notified().await;
        let check =
            connect(address, "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        let silent = [(); 8].map(|()| connect(address, ""));
        let mut check = pin!(response(check));
        let rejected = async {
            for stream in silent {
                assert_eq!(response(stream).await, "");
            }
        };
        tokio::select! {
            response = &mut check => panic!("the health check was evicted: {response}"),
            () = rejected => {}
        }
        release.notify_waiters();
        assert!(check.await.starts_with("HTTP/1.1 200 "));
        assert!(response(busy).await.starts_with("HTTP/1.1 200 "));
        stopped.notify_one();
        server.await.expect("the task did not panic").expect("it served");
    }
}
