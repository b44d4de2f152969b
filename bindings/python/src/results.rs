//! What calls return: immutable objects that compare, hash, unpack and match by their fields.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use deskseal::AttributeValue;
use pyo3::exceptions::PyTypeError;
#[cfg(feature = "stubs")]
use pyo3::inspect::{PyStaticConstant, PyStaticExpr};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{IntoPyDict, PyDict, PyIterator, PyTuple, PyType};
use pyo3::{IntoPyObjectExt as _, intern};
#[cfg(feature = "stubs")]
use pyo3::{type_hint_identifier, type_hint_subscript, type_hint_union};

use crate::error::Never;

/// A field's name and value.
type NamedField<'py> = (&'static str, Bound<'py, PyAny>);

/// The names of a class's fields, for positional patterns. Type checkers see each name.
struct MatchArgs<Class>(PhantomData<Class>);

/// Implements the conversion to Python with an expression. The last argument is the stub's type.
macro_rules! into_python {
    ($type:ty, |$value:ident, $py:ident| $object:expr, $hint:expr) => {
        impl<'py> IntoPyObject<'py> for $type {
            type Target = PyAny;
            type Output = Bound<'py, PyAny>;
            type Error = PyErr;

            #[cfg(feature = "stubs")]
            const OUTPUT_TYPE: PyStaticExpr = $hint;

            fn into_pyobject(self, $py: Python<'py>) -> PyResult<Self::Output> {
                let Self($value) = self;
                $object
            }
        }
    };
}

/// Defines a Python class for a result of the core: its fields in order, then its own methods.
///
/// Only a signer or verifier creates its objects: Python cannot construct or unpickle one.
macro_rules! result {
    (
        $(#[$class_doc:meta])*
        $class:ident($core:ident) {
            $($(#[$field_doc:meta])* $field:ident: $type:ty = $value:expr;)+
        }
        $($method:item)*
    ) => {
        $(#[$class_doc])*
        #[pyclass(frozen, eq, module = "deskseal")]
        #[derive(PartialEq)]
        pub(crate) struct $class(pub(crate) deskseal::$class);

        #[pymethods]
        impl $class {
            $(
                $(#[$field_doc])*
                #[getter]
                fn $field(&self) -> $type {
                    let Self($core) = self;
                    $value
                }
            )+

            #[classattr]
            fn __match_args__() -> MatchArgs<Self> {
                MatchArgs(PhantomData)
            }

            /// Return the fields in their order, to unpack them.
            fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Unpacked<'py>> {
                self.fields(py)?.try_iter().map(Unpacked)
            }

            fn __hash__(&self, py: Python<'_>) -> PyResult<isize> {
                hash(&self.fields(py)?)
            }

            fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
                representation(stringify!($class), &self.named_fields(py)?)
            }

            /// Return the fields by name, ready for JSON.
            fn _asdict<'py>(&self, py: Python<'py>) -> PyResult<Plain<'py>> {
                plain(py, self.named_fields(py)?)
            }

            fn __copy__(slf: Py<Self>) -> Py<Self> {
                slf
            }

            fn __deepcopy__(slf: Py<Self>, _memo: Bound<'_, PyAny>) -> Py<Self> {
                slf
            }

            fn __reduce__(&self) -> PyResult<Never> {
                Err(PyTypeError::new_err(concat!(
                    stringify!($class),
                    " cannot be pickled: only the package creates one; pickle its fields instead"
                )))
            }

            $($method)*
        }

        into_python!(
            MatchArgs<$class>,
            |_class, py| Ok(($(stringify!($field),)+).into_pyobject(py)?.into_any()),
            type_hint_subscript!(
                type_hint_identifier!("builtins", "tuple"),
                $(type_hint_subscript!(
                    type_hint_identifier!("typing", "Literal"),
                    PyStaticExpr::Constant {
                        value: PyStaticConstant::Str(stringify!($field)),
                    }
                )),+
            )
        );

        impl $class {
            fn fields<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
                ($(self.$field(),)+).into_pyobject(py)
            }

            fn named_fields<'py>(&self, py: Python<'py>) -> PyResult<Vec<NamedField<'py>>> {
                Ok([$(stringify!($field)),+].into_iter().zip(self.fields(py)?).collect())
            }
        }
    };
}

result! {
    /// A canonical e-mail and its signature: put both into the page (SPEC 3.2).
    ///
    /// Its `repr` does not show the signature.
    ///
    /// Example:
    ///     >>> from deskseal import Signer
    ///     >>> signer = Signer("example-secret-for-documentation")
    ///     >>> email, signature = signer.sign_email("  Ada@Example.com ")
    ///     >>> email
    ///     'ada@example.com'
    SignedEmail(signed) {
        /// The canonical e-mail.
        email: &str = signed.email.as_str();
        /// Its signature, 64 lowercase hexadecimal digits.
        signature: String = signed.signature.to_hex();
    }
}

result! {
    /// A user id, the time at which it was signed, and the signature (SPEC 4.6).
    ///
    /// Its `repr` does not show the signature.
    ///
    /// Example:
    ///     >>> from deskseal import Signer
    ///     >>> signer = Signer("example-secret-for-documentation")
    ///     >>> signer.sign_user("help.company.com", "user-42", timestamp=1767225600)
    ///     SignedUser(user_id='user-42', timestamp=1767225600, signature=<hidden>)
    SignedUser(signed) {
        /// The user id as given.
        user_id: &str = signed.user_id.as_str();
        /// The time at which it was signed, in Unix seconds.
        timestamp: i64 = signed.timestamp.seconds();
        /// The signature of host, user id and timestamp, 64 lowercase hexadecimal digits.
        signature: String = signed.signature.to_hex();
    }
}

result! {
    /// The values that a page's own code needs to show the customer's Ticket Center (SPEC 6.4).
    ///
    /// Its `repr` does not show the signature.
    ///
    /// Example:
    ///     >>> from deskseal import Signer
    ///     >>> signer = Signer("example-secret-for-documentation")
    ///     >>> email, signature, helpdesk_id = signer.identity("Ada@Example.com", "desk-1")
    ///     >>> email, helpdesk_id
    ///     ('ada@example.com', 'desk-1')
    Identity(identity) {
        /// The canonical e-mail.
        email: &str = identity.email.as_str();
        /// Its signature, 64 lowercase hexadecimal digits.
        signature: String = identity.signature.to_hex();
        /// The help desk's id.
        helpdesk_id: &str = identity.helpdesk_id.as_str();
    }
}

result! {
    /// The response of the portal's route to a request that is not a customer's click (SPEC 6.5).
    ///
    /// Example:
    ///     >>> from deskseal import response_unless_click
    ///     >>> answer = response_unless_click("/help", {"hx-request": "true"})
    ///     >>> answer.status, answer.headers["HX-Redirect"]
    ///     (200, '/help')
    HttpResponse(answer) {
        /// The status code.
        status: u16 = answer.status;
        /// The headers' values by name; a new dictionary on each access.
        headers: Texts<'_> = Texts(answer.headers.iter().map(|(name, value)| (*name, value.as_str())).collect());
        /// The body.
        body: &str = answer.body.as_str();
    }
}

result! {
    /// A customer whose e-mail a valid signature proves (SPEC 5.1).
    ///
    /// Example:
    ///     >>> from deskseal import Signer, Verifier
    ///     >>> secret = "example-secret-for-documentation"
    ///     >>> signed = Signer(secret).sign_email("ada@example.com")
    ///     >>> Verifier(secret).verify_email(signed.email, signed.signature)
    ///     VerifiedEmail(email='ada@example.com', secret_index=0)
    VerifiedEmail(verified) {
        /// The canonical e-mail.
        email: &str = verified.email.as_str();
        /// The number of the secret that made the signature: 0 is the current one.
        secret_index: usize = verified.secret_index;
    }
}

result! {
    /// A customer whose user id a valid signature proves (SPEC 5.2).
    ///
    /// Example:
    ///     >>> from deskseal import Signer, Verifier
    ///     >>> secret = "example-secret-for-documentation"
    ///     >>> signer = Signer(secret)
    ///     >>> link = signer.portal_link("https://help.company.com", "user-42", timestamp=1767225600)
    ///     >>> Verifier(secret).verify_link("help.company.com", link, now=1767225660)
    ///     VerifiedUser(user_id='user-42', timestamp=1767225600, secret_index=0)
    VerifiedUser(verified) {
        /// The user id as signed.
        user_id: &str = verified.user_id.as_str();
        /// The time at which it was signed, in Unix seconds.
        timestamp: i64 = verified.timestamp.seconds();
        /// The number of the secret that made the signature: 0 is the current one.
        secret_index: usize = verified.secret_index;
    }
}

result! {
    /// A customer whom a valid identity token proves (SPEC 12.6).
    ///
    /// There is a user id, an e-mail, or both.
    ///
    /// Example:
    ///     >>> from deskseal import Signer, Verifier
    ///     >>> secret = "example-secret-for-documentation"
    ///     >>> token = Signer(secret).identity_token(
    ///     ...     "desk-1", user_id="user-42", attributes={"plan": "pro", "seats": 5}
    ///     ... )
    ///     >>> identity = Verifier(secret).verify_identity_token("desk-1", token)
    ///     >>> identity.user_id, identity.email, identity.attributes
    ///     ('user-42', None, {'plan': 'pro', 'seats': 5})
    VerifiedIdentity(identity) {
        /// The canonical e-mail, which the product has proved.
        email: Option<&str> = identity.email.as_ref().map(AsRef::as_ref);
        /// The canonical e-mail, if the product has not proved it. It identifies no customer.
        unverified_email: Option<&str> = identity.unverified_email.as_ref().map(AsRef::as_ref);
        /// The customer's permanent id.
        user_id: Option<&str> = identity.user_id.as_ref().map(AsRef::as_ref);
        /// The customer's name.
        name: Option<&str> = identity.name.as_deref();
        /// What agents see beside the customer, in the order of the names; a new dictionary on each
        /// access.
        attributes: CustomerAttributes = CustomerAttributes(identity.attributes.clone());
        /// The token's id.
        token_id: Option<&str> = identity.token_id.as_deref();
        /// The time of signing, in Unix seconds.
        issued_at: i64 = identity.issued_at;
        /// The time from which the token is expired, in Unix seconds.
        expires_at: i64 = identity.expires_at;
        /// The number of the secret that made the token: 0 is the current one.
        secret_index: usize = identity.secret_index;
    }
}

result! {
    /// One reason why a signature is invalid (SPEC 8).
    ///
    /// Example:
    ///     >>> from deskseal import Verifier
    ///     >>> verifier = Verifier("example-secret-for-documentation")
    ///     >>> explanation = verifier.explain_email("ada@example.com", "0" * 64)
    ///     >>> code, message = explanation.findings[0]
    ///     >>> code
    ///     'unexplained'
    Finding(finding) {
        /// The stable code.
        code: FindingCode = FindingCode(finding.code);
        /// A sentence that says what to change. It may change between versions.
        message: &str = finding.message.as_str();
    }
}

result! {
    /// Why a signature is invalid: one or more findings (SPEC 8).
    ///
    /// Example:
    ///     >>> from deskseal import Verifier
    ///     >>> verifier = Verifier("example-secret-for-documentation")
    ///     >>> for finding in verifier.explain_email("ada@example.com", "0" * 64).findings:
    ///     ...     print(finding.code)
    ///     unexplained
    Explanation(explanation) {
        /// The findings. Together they reproduce the signature, unless the last is `unexplained`.
        findings: Findings = Findings(explanation.findings.clone());
    }
}

result! {
    /// The Ticket Center's markup for one customer (SPEC 6).
    ///
    /// Templates of Django and Jinja render it as it is: `{{ embed }}`.
    ///
    /// Example:
    ///     >>> from deskseal import Signer
    ///     >>> signer = Signer("example-secret-for-documentation")
    ///     >>> embed = signer.ticket_center("Ada@Example.com", "desk-1")
    ///     >>> embed.attributes["data-email"]
    ///     'ada@example.com'
    ///     >>> str(embed).partition(chr(10))[0]
    ///     '<div id="hdh-ticket-center"></div>'
    Embed(embed) {
        /// The script tag's attributes, unescaped and in order, for frameworks that build their own
        /// tags; a new dictionary on each access.
        attributes: Texts<'_> = Texts(embed.attributes().collect());
        /// The container and the script tag, escaped.
        html: Html<'_> = Html(&embed.html);
    }

    /// Return the markup. Django calls this first, then `__html__` of the result.
    fn __str__(&self) -> Html<'_> {
        self.html()
    }

    /// Return the markup, for template engines.
    fn __html__(&self) -> Html<'_> {
        self.html()
    }
}

/// The code of a finding. Type checkers see each code.
struct FindingCode(deskseal::FindingCode);

/// The findings of an explanation, a tuple.
struct Findings(Vec<deskseal::Finding>);

/// Texts by name, a dictionary.
struct Texts<'result>(Vec<(&'static str, &'result str)>);

/// What a token says about the customer, by name: a dictionary.
struct CustomerAttributes(BTreeMap<String, AttributeValue>);

/// The value of a customer's attribute.
struct CustomerAttribute(AttributeValue);

/// Markup: a `str` that template engines do not escape.
struct Html<'embed>(&'embed str);

/// An iterator over fields, whose types differ.
struct Unpacked<'py>(Bound<'py, PyIterator>);

/// Fields by name, converted to types that JSON has.
struct Plain<'py>(Bound<'py, PyDict>);

#[cfg(feature = "stubs")]
const STR: PyStaticExpr = type_hint_identifier!("builtins", "str");
#[cfg(feature = "stubs")]
const ANY: PyStaticExpr = type_hint_identifier!("typing", "Any");

into_python!(
    FindingCode,
    |code, py| Ok(code.as_str().into_pyobject(py)?.into_any()),
    type_hint_identifier!("deskseal._contract", "FindingCode")
);
into_python!(
    Findings,
    |findings, py| Ok(
        PyTuple::new(py, findings.into_iter().map(Finding).collect::<Vec<_>>())?.into_any()
    ),
    type_hint_subscript!(
        type_hint_identifier!("builtins", "tuple"),
        <Finding as pyo3::PyTypeInfo>::TYPE_HINT,
        PyStaticExpr::Constant { value: PyStaticConstant::Ellipsis }
    )
);
into_python!(
    Texts<'_>,
    |texts, py| Ok(texts.into_py_dict(py)?.into_any()),
    type_hint_subscript!(type_hint_identifier!("builtins", "dict"), STR, STR)
);
into_python!(
    CustomerAttributes,
    |attributes, py| {
        let attributes = attributes.into_iter();
        let attributes = attributes.map(|(name, value)| (name, CustomerAttribute(value)));
        Ok(attributes.into_py_dict(py)?.into_any())
    },
    type_hint_subscript!(
        type_hint_identifier!("builtins", "dict"),
        STR,
        CustomerAttribute::OUTPUT_TYPE
    )
);
into_python!(
    CustomerAttribute,
    |value, py| match value {
        AttributeValue::Text(text) => text.into_bound_py_any(py),
        AttributeValue::Integer(integer) => integer.into_bound_py_any(py),
        AttributeValue::Flag(flag) => flag.into_bound_py_any(py),
    },
    type_hint_union!(
        STR,
        type_hint_identifier!("builtins", "int"),
        type_hint_identifier!("builtins", "bool")
    )
);
into_python!(
    Html<'_>,
    |html, py| {
        static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        CLASS.import(py, "deskseal._html", "Html")?.call1((html,))
    },
    STR
);
into_python!(
    Unpacked<'py>,
    |fields, _py| Ok(fields.into_any()),
    type_hint_subscript!(type_hint_identifier!("collections.abc", "Iterator"), ANY)
);
into_python!(
    Plain<'py>,
    |fields, _py| Ok(fields.into_any()),
    type_hint_subscript!(type_hint_identifier!("builtins", "dict"), STR, ANY)
);

/// Returns the hash of all fields but dictionaries, which have none.
fn hash(fields: &Bound<'_, PyTuple>) -> PyResult<isize> {
    let hashable = fields.iter().filter(|field| !field.is_instance_of::<PyDict>());
    PyTuple::new(fields.py(), hashable.collect::<Vec<_>>())?.hash()
}

/// Tells whether `repr` does not show the field, because it contains a signature or a token.
fn is_hidden(class: &str, field: &str) -> bool {
    matches!((class, field), (_, "signature") | ("Embed", "attributes" | "html"))
}

fn representation(class: &str, fields: &[NamedField<'_>]) -> PyResult<String> {
    let shown = |(name, value): &NamedField<'_>| {
        Ok(if is_hidden(class, name) {
            format!("{name}=<hidden>")
        } else {
            format!("{name}={}", value.repr()?)
        })
    };
    let fields = fields.iter().map(shown).collect::<PyResult<Vec<_>>>()?;
    Ok(format!("{class}({})", fields.join(", ")))
}

fn plain<'py>(py: Python<'py>, fields: Vec<NamedField<'py>>) -> PyResult<Plain<'py>> {
    let plain = PyDict::new(py);
    for (name, value) in fields {
        plain.set_item(name, plain_value(value)?)?;
    }
    Ok(Plain(plain))
}

/// Returns the value, a tuple of findings as a list of dictionaries.
fn plain_value<'py>(value: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = value.py();
    match value.cast::<PyTuple>() {
        Ok(results) => {
            let plain = |result: Bound<'py, PyAny>| result.call_method0(intern!(py, "_asdict"));
            results.iter().map(plain).collect::<PyResult<Vec<_>>>()?.into_pyobject(py)
        }
        Err(_) => Ok(value),
    }
}
