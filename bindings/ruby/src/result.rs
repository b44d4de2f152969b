//! What calls return: frozen objects of classes that `lib/deskseal/results.rb` defines.

use std::sync::OnceLock;

use magnus::prelude::*;
use magnus::rb_sys::{AsRawId as _, AsRawValue as _, FromRawValue as _, protect};
use magnus::value::{IntoId as _, Opaque, OpaqueId};
use magnus::{Error, IntoValue as _, RArray, RClass, RHash, RModule, RString, Ruby, Value};

static SIGNED_EMAIL: ResultClass<2> = ResultClass::new("SignedEmail", ["@email", "@signature"]);
static SIGNED_USER: ResultClass<3> =
    ResultClass::new("SignedUser", ["@user_id", "@timestamp", "@signature"]);
static EMBED: ResultClass<2> = ResultClass::new("Embed", ["@attributes", "@html"]);
static IDENTITY: ResultClass<3> =
    ResultClass::new("Identity", ["@email", "@signature", "@helpdesk_id"]);
static HTTP_ANSWER: ResultClass<3> =
    ResultClass::new("HttpResponse", ["@status", "@headers", "@body"]);
static VERIFIED_EMAIL: ResultClass<2> =
    ResultClass::new("VerifiedEmail", ["@email", "@secret_index"]);
static VERIFIED_USER: ResultClass<3> =
    ResultClass::new("VerifiedUser", ["@user_id", "@timestamp", "@secret_index"]);
static EXPLANATION: ResultClass<1> = ResultClass::new("Explanation", ["@findings"]);
static FINDING: ResultClass<2> = ResultClass::new("Finding", ["@code", "@message"]);

/// A class of Ruby, and the variables that its readers show.
struct ResultClass<const FIELDS: usize> {
    name: &'static str,
    variables: [&'static str; FIELDS],
    found: OnceLock<Found<FIELDS>>,
}

/// The same as Ruby knows them, for as long as it runs.
struct Found<const FIELDS: usize> {
    class: Opaque<RClass>,
    variables: [OpaqueId; FIELDS],
}

impl<const FIELDS: usize> ResultClass<FIELDS> {
    const fn new(name: &'static str, variables: [&'static str; FIELDS]) -> Self {
        Self { name, variables, found: OnceLock::new() }
    }

    /// Returns a frozen object. Only this makes one: the class's own `new` is private.
    #[expect(
        unsafe_code,
        reason = "magnus guards each step against exceptions; one guard is faster"
    )]
    fn object(&self, ruby: &Ruby, fields: [Value; FIELDS]) -> Result<Value, Error> {
        let Found { class, variables } = self.found(ruby)?;
        let class = ruby.get_inner(*class).as_raw();
        // SAFETY: these are a class, ids of variables, and values on the stack; an exception leaves
        // nothing of Rust undone inside the guard.
        let object = protect(|| unsafe {
            let object = rb_sys::rb_obj_alloc(class);
            for (variable, field) in variables.iter().zip(fields) {
                rb_sys::rb_ivar_set(object, variable.into_id_with(ruby).as_raw(), field.as_raw());
            }
            rb_sys::rb_obj_freeze(object)
        })?;
        // SAFETY: Ruby has just made it.
        Ok(unsafe { Value::from_raw(object) })
    }

    fn found(&self, ruby: &Ruby) -> Result<&Found<FIELDS>, Error> {
        if let Some(found) = self.found.get() {
            return Ok(found);
        }
        let deskseal: RModule = ruby.class_object().const_get("Deskseal")?;
        let class: RClass = deskseal.const_get(self.name)?;
        ruby.gc_register_mark_object(class);
        let variables = self.variables.map(|variable| ruby.intern(variable).into());
        Ok(self.found.get_or_init(|| Found { class: class.into(), variables }))
    }
}

/// Returns a frozen string in UTF-8.
pub(crate) fn string(ruby: &Ruby, text: &str) -> RString {
    let string = ruby.str_new(text);
    string.freeze();
    string
}

pub(crate) fn signed_email(ruby: &Ruby, signed: &deskseal::SignedEmail) -> Result<Value, Error> {
    let email = string(ruby, signed.email.as_str()).as_value();
    SIGNED_EMAIL.object(ruby, [email, hex(ruby, &signed.signature)])
}

pub(crate) fn signed_user(ruby: &Ruby, signed: &deskseal::SignedUser) -> Result<Value, Error> {
    let user_id = string(ruby, signed.user_id.as_str()).as_value();
    let timestamp = integer(ruby, signed.timestamp.seconds());
    SIGNED_USER.object(ruby, [user_id, timestamp, hex(ruby, &signed.signature)])
}

pub(crate) fn embed(ruby: &Ruby, embed: &deskseal::Embed) -> Result<Value, Error> {
    let attributes = map(ruby, &embed.attributes)?;
    EMBED.object(ruby, [attributes, string(ruby, &embed.html).as_value()])
}

pub(crate) fn identity(ruby: &Ruby, identity: &deskseal::Identity) -> Result<Value, Error> {
    let email = string(ruby, identity.email.as_str()).as_value();
    let helpdesk_id = string(ruby, &identity.helpdesk_id).as_value();
    IDENTITY.object(ruby, [email, hex(ruby, &identity.signature), helpdesk_id])
}

pub(crate) fn http_response(ruby: &Ruby, answer: &deskseal::HttpResponse) -> Result<Value, Error> {
    let status = integer(ruby, answer.status.into());
    let headers = map(ruby, &answer.headers)?;
    HTTP_ANSWER.object(ruby, [status, headers, string(ruby, &answer.body).as_value()])
}

pub(crate) fn verified_email(
    ruby: &Ruby,
    verified: &deskseal::VerifiedEmail,
) -> Result<Value, Error> {
    let email = string(ruby, verified.email.as_str()).as_value();
    VERIFIED_EMAIL.object(ruby, [email, verified.secret_index.into_value_with(ruby)])
}

pub(crate) fn verified_user(
    ruby: &Ruby,
    verified: &deskseal::VerifiedUser,
) -> Result<Value, Error> {
    let user_id = string(ruby, verified.user_id.as_str()).as_value();
    let timestamp = integer(ruby, verified.timestamp.seconds());
    let secret_index = verified.secret_index.into_value_with(ruby);
    VERIFIED_USER.object(ruby, [user_id, timestamp, secret_index])
}

pub(crate) fn explanation(
    ruby: &Ruby,
    explanation: &deskseal::Explanation,
) -> Result<Value, Error> {
    let findings: RArray = ruby.ary_new_capa(explanation.findings.len());
    for finding in &explanation.findings {
        let code = string(ruby, finding.code.as_str()).as_value();
        let message = string(ruby, &finding.message).as_value();
        findings.push(FINDING.object(ruby, [code, message])?)?;
    }
    findings.freeze();
    EXPLANATION.object(ruby, [findings.as_value()])
}

fn map(ruby: &Ruby, texts: &[(&str, String)]) -> Result<Value, Error> {
    let map: RHash = ruby.hash_new();
    for (name, value) in texts {
        map.aset(string(ruby, name), string(ruby, value))?;
    }
    map.freeze();
    Ok(map.as_value())
}

fn hex(ruby: &Ruby, signature: &deskseal::Signature) -> Value {
    string(ruby, signature.write_hex(&mut [0; 64])).as_value()
}

fn integer(ruby: &Ruby, integer: i64) -> Value {
    ruby.integer_from_i64(integer).as_value()
}
