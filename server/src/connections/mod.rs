//! Serves HTTP/1.1 and HTTP/2 on a listener, within bounds on connections, time and memory.
//!
//! Each rule is for every kind of client, since none of them asks what the client sends:
//!
//! - A connection without a request is closed after `silence`, whatever it sent so far ([`guest`]).
//! - A request ends when its answer is in the system's hands, and has `handling` and then `reading` to get
//!   there. Where HTTP/2 carries it, only its stream is reset.
//! - Answers that are not read take up to `unread_bytes` together; beyond, the oldest one of the
//!   address that has most of them is ended ([`room`]).
//! - There are so many connections from one address and in all; beyond, one that waits makes room, and
//!   where none waits, a few more are taken for health checks alone ([`room`]).

mod answer;
mod caps;
mod guest;
mod room;
mod stream;

use std::convert::Infallible;
use std::future::Future;
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
use tokio::sync::watch;
use tokio_io_timeout::TimeoutStream;
use tower::{Service, ServiceExt as _};

pub(crate) use caps::{Caps, raise_open_files};
use guest::{End, Guest};
pub(crate) use room::ConnectionCounts;
use room::Room;
use stream::Streams;

use crate::api::ApiError;
use crate::http::is_health_check;

/// How long a connection has to end by itself once it was told to.
const PARTING: Duration = Duration::from_secs(1);

/// How long other requests have to end on a connection of which a stream was reset.
const STREAM_PARTING: Duration = Duration::from_secs(15);

/// How long to wait when the system has no connection to give, such as without a file to open.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What the system keeps of an answer that is not read; twice as much with its own needs.
const SEND_BUFFER: usize = 256 * 1024;

/// The longest head of a request, and what is prepared of an answer before it is sent.
const BUFFER: usize = 64 * 1024;

/// Requests at the same time on one connection of HTTP/2.
const STREAMS: u32 = 64;

/// What a client may send of a body before it is read: on one stream, and on all of a connection's.
const STREAM_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 256 * 1024;

/// The longest headers of a request on HTTP/2.
const HEADER_LIST: u32 = 16 * 1024;

type Connection<'builder> = auto::Connection<
    'builder,
    TokioIo<Pin<Box<TimeoutStream<TcpStream>>>>,
    TowerToHyperService<Attended>,
    Streams,
>;

/// How far the server is on its way to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Running,
    Draining,
    Over,
}

/// Answers requests until `stop` is done, then lets running ones end for as long as `drain`.
///
/// # Errors
/// Those of the listener.
pub(crate) async fn serve(
    listener: std::net::TcpListener,
    router: Router,
    (caps, counts): (Caps, ConnectionCounts),
    stop: impl Future<Output = ()>,
    drain: Duration,
) -> io::Result<()> {
    #[cfg(unix)]
    rustix::net::sockopt::set_socket_send_buffer_size(&listener, SEND_BUFFER)?;
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    let builder = Arc::new(protocols());
    let room = Room::new(caps, counts);
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
                room.make_room_after(&error);
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        if let Some(guest) = room.admit(peer.ip()).await {
            let service = Attended { router: router.clone(), room: Arc::clone(&room), guest, peer };
            tokio::spawn(attend(Arc::clone(&builder), stream, service, phases.clone()));
        }
    }
    // From here on the system refuses new connections.
    drop((listener, phases));
    phase.send_replace(Phase::Draining);
    // Every connection has a receiver.
    if tokio::time::timeout(drain, phase.closed()).await.is_err() {
        phase.send_replace(Phase::Over);
        phase.closed().await;
    }
    Ok(())
}

fn protocols() -> Builder<Streams> {
    let mut builder = Builder::new(Streams);
    // The guest's silence bounds heads, and idle connections too.
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
async fn attend(
    builder: Arc<Builder<Streams>>,
    stream: TcpStream,
    service: Attended,
    mut phases: watch::Receiver<Phase>,
) {
    // A small answer is not held back; where that cannot be said, it is only slower.
    let _ = stream.set_nodelay(true);
    let guest = Arc::clone(&service.guest);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(service.room.caps().silence));
    let stream = Box::pin(stream);
    let service = TowerToHyperService::new(service);
    {
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        converse(pin!(connection), &guest, &mut phases).await;
    }
    guest.end_streams();
}

/// Lets the connection go on until it ends by itself, has to end, or the server does.
async fn converse(
    mut connection: Pin<&mut Connection<'_>>,
    guest: &Guest,
    phases: &mut watch::Receiver<Phase>,
) {
    let end = tokio::select! {
        _ = connection.as_mut() => return,
        end = guest.end() => Some(end),
        _ = phases.wait_for(|phase| *phase != Phase::Running) => None,
    };
    match end {
        // Who is evicted is in the way now.
        Some(End::Unread | End::Evicted) => {}
        Some(End::Silence | End::StreamReset) => {
            connection.as_mut().graceful_shutdown();
            let parting = if end == Some(End::Silence) { PARTING } else { STREAM_PARTING };
            tokio::select! {
                _ = connection => {}
                () = guest.closer().closed_at_once() => {}
                () = tokio::time::sleep(parting) => {}
            }
        }
        None => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                _ = connection => {}
                _ = guest.end() => {}
                _ = phases.wait_for(|phase| *phase == Phase::Over) => {}
            }
        }
    }
}

/// Answers the requests of one connection.
#[derive(Clone)]
struct Attended {
    router: Router,
    room: Arc<Room>,
    guest: Arc<Guest>,
    peer: SocketAddr,
}

impl<B> Service<Request<B>> for Attended
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
        let open = Guest::begin(&self.guest);
        let Self { router, room, guest, peer } = self.clone();
        request.extensions_mut().insert(ConnectInfo(peer));
        Box::pin(async move {
            open.carried_by(stream::current());
            let response = if guest.is_for_health_checks() && !is_health_check(&request) {
                ApiError::overloaded().into_response()
            } else {
                let Ok(response) = router.oneshot(request).await;
                response
            };
            let held = room.hold(open, response).await;
            Ok(held.unwrap_or_else(|| ApiError::overloaded().into_response()))
        })
    }
}
