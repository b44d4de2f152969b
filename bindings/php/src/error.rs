//! What becomes an exception, and of which class.

use std::io;

use deskseal::{Error, ErrorKind};
use ext_php_rs::zend::ClassEntry;

use crate::describe::{INTEGER, TEXT, Type, class, functions};
use crate::engine::{self, Class, ClassHandle};

/// What was caught before.
const PREVIOUS: Type = Type::object("Throwable").or_null();

/// Why a call gives no result.
pub(crate) enum Failure {
    /// The core refused.
    Refused(Error),
    /// An exception of PHP's is on its way already.
    Thrown,
    /// The operating system's random source cannot be read.
    Random(io::Error),
    /// The constructor has not run, or runs a second time.
    Construction(&'static str),
    /// A panic: a defect of Deskseal.
    Panic,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl Failure {
    /// Makes the failure PHP's exception.
    pub(crate) fn throw(&self) {
        match self {
            Self::Refused(error) => {
                engine::throw_refusal(class_of(error), error.message(), error.code().as_str());
            }
            Self::Thrown => {}
            Self::Random(error) => engine::throw_random_exception(&format!(
                "The operating system's random source cannot be read: {error}"
            )),
            Self::Construction(message) => engine::throw_error(message),
            Self::Panic => engine::throw_runtime_exception(
                "deskseal failed inside, and neither signed nor verified anything; please report \
                 this.",
            ),
        }
    }
}

/// Returns the class under which every kind is.
pub(crate) fn base() -> &'static ClassEntry {
    DesksealException::handle().entry()
}

fn class_of(error: &Error) -> &'static ClassHandle {
    match error.kind() {
        ErrorKind::Secret => SecretException::handle(),
        ErrorKind::Input => InputException::handle(),
        ErrorKind::Verification => VerificationException::handle(),
        _ => DesksealException::handle(),
    }
}

/// Makes a class of exceptions.
macro_rules! exception {
    ($(#[doc = $line:literal])+ $class:ident: $functions:expr) => {
        $(#[doc = $line])+
        pub(crate) struct $class;

        class! {
            $(#[doc = $line])+
            $class, concat!("Deskseal\\Exception\\", stringify!($class)) => $functions
        }
    };
}

exception! {
    /// What Deskseal refuses.
    ///
    /// Catch one of its three kinds, which say whose fault it is, and act on the code: the message is
    /// a sentence for the developer, and may change between versions.
    ///
    /// ```php
    /// use Deskseal\Exception\DesksealException;
    ///
    /// try {
    ///     Deskseal\canonical_email('');
    /// } catch (DesksealException $exception) {
    ///     assert($exception->errorCode() === 'email_empty');
    /// }
    /// ```
    DesksealException: functions! {
        /// Makes an exception, which applications need in their tests alone.
        ///
        /// ```php
        /// use Deskseal\Exception\VerificationException;
        ///
        /// $exception = new VerificationException('It is too old.', errorCode: 'timestamp_expired');
        /// assert($exception->errorCode() === 'timestamp_expired');
        /// ```
        ///
        /// @param string $message a sentence for the developer
        /// @param int $code PHP's number of an exception, which Deskseal does not use
        /// @param \Throwable|null $previous what was caught before
        /// @param string $errorCode the stable code
        fn __construct(
            message: TEXT = "\"\"",
            code: INTEGER = "0",
            previous: PREVIOUS = "null",
            errorCode: TEXT = "\"\"",
        ) = engine::exception_constructor();

        /// Returns the stable code, such as `email_empty` (SPEC 7.1).
        fn errorCode() -> TEXT = engine::exception_code();
    }
}

exception! {
    /// The deployment is wrong: a secret is missing, or cannot be one (SPEC 2.2).
    ///
    /// ```php
    /// use Deskseal\Exception\SecretException;
    ///
    /// try {
    ///     new Deskseal\Signer(getenv('A_VARIABLE_THAT_IS_NOT_SET'));
    /// } catch (SecretException $exception) {
    ///     assert($exception->errorCode() === 'secret_missing');
    /// }
    /// ```
    SecretException: Vec::new()
}

exception! {
    /// The caller passed something that cannot be signed, or a setting that cannot be used.
    ///
    /// ```php
    /// use Deskseal\Exception\InputException;
    ///
    /// try {
    ///     Deskseal\canonical_host('https://help.company.com');
    /// } catch (InputException $exception) {
    ///     assert($exception->errorCode() === 'host_malformed');
    /// }
    /// ```
    InputException: Vec::new()
}

exception! {
    /// The visitor's proof does not hold.
    ///
    /// ```php
    /// use Deskseal\Exception\VerificationException;
    ///
    /// $verifier = new Deskseal\Verifier('example-secret-for-documentation');
    /// try {
    ///     $verifier->verifyEmail('ada@example.com', str_repeat('0', 64));
    /// } catch (VerificationException $exception) {
    ///     assert($exception->errorCode() === 'signature_mismatch');
    /// }
    /// ```
    VerificationException: Vec::new()
}
