//! What an identity token says about the customer.

use std::collections::BTreeMap;

use deskseal::{AttributeValue, IdentityClaims, LinkClaims, Parameter, token_id_from_entropy};

use crate::answer::{ESCAPE, ESCAPED, PART_END, push_part};
use crate::{Arguments, Failure};

/// The memory for the claims' texts.
pub(crate) struct Memory<A: Arguments> {
    texts: [A::Memory; 4],
    token_id: String,
}

impl<A: Arguments> Default for Memory<A> {
    fn default() -> Self {
        Self { texts: Default::default(), token_id: String::new() }
    }
}

/// Takes the arguments from the second one on: e-mail, whether it is proved, user id, name, attributes, token id and
/// lifetime, each or none. If there is no token id, it is made of the random bytes of the argument `random`.
pub(crate) fn identity_claims<'text, A: Arguments>(
    arguments: &'text A,
    random: usize,
    memory: &'text mut Memory<A>,
) -> Result<IdentityClaims<'text>, Failure> {
    let [email, user_id, name, token_id] = &mut memory.texts;
    let usual = IdentityClaims::default();
    Ok(IdentityClaims {
        email: arguments.optional_text(1, Parameter::Email, email)?,
        email_verified: arguments.optional_flag(2)?.unwrap_or(usual.email_verified),
        user_id: arguments.optional_text(3, Parameter::UserId, user_id)?,
        name: arguments.optional_text(4, Parameter::Claim, name)?,
        attributes: arguments.attributes(5)?,
        token_id: match arguments.optional_text(6, Parameter::Claim, token_id)? {
            None => Some(new_token_id(arguments, random, &mut memory.token_id)?),
            given => given,
        },
        expires_in: arguments.optional_integer(7)?,
    })
}

/// Takes the arguments from the second one on: e-mail, whether it is proved, user id, token id and lifetime, each or
/// none; and random bytes as [`identity_claims`] does.
pub(crate) fn link_claims<'text, A: Arguments>(
    arguments: &'text A,
    random: usize,
    memory: &'text mut Memory<A>,
) -> Result<LinkClaims<'text>, Failure> {
    let [email, user_id, token_id, _] = &mut memory.texts;
    let usual = LinkClaims::default();
    Ok(LinkClaims {
        email: arguments.optional_text(1, Parameter::Email, email)?,
        email_verified: arguments.optional_flag(2)?.unwrap_or(usual.email_verified),
        user_id: arguments.optional_text(3, Parameter::UserId, user_id)?,
        token_id: match arguments.optional_text(4, Parameter::Claim, token_id)? {
            None => Some(new_token_id(arguments, random, &mut memory.token_id)?),
            given => given,
        },
        expires_in: arguments.optional_integer(5)?,
    })
}

fn new_token_id<'text>(
    arguments: &impl Arguments,
    random: usize,
    token_id: &'text mut String,
) -> Result<&'text str, Failure> {
    *token_id = token_id_from_entropy(&arguments.random(random)?);
    Ok(token_id)
}

/// Reads attributes from parts as [`Answer`](crate::Answer) defines them: for each attribute `t` (text), `i`
/// (integer) or `b` (true or false) and its name, then its value. Returns `None` for another text.
pub fn attributes_from_parts(parts: &str) -> Option<BTreeMap<String, AttributeValue>> {
    let mut attributes = BTreeMap::new();
    let mut parts = parts.split_terminator(PART_END);
    while let Some(named) = parts.next() {
        let (letter, name) = named.split_at_checked(1)?;
        let value = unescaped(parts.next()?);
        let value = match letter {
            "t" => AttributeValue::Text(value),
            "i" => AttributeValue::Integer(value.parse().ok()?),
            "b" => AttributeValue::Flag(value.parse().ok()?),
            _ => return None,
        };
        attributes.insert(unescaped(name), value);
    }
    Some(attributes)
}

fn unescaped(part: &str) -> String {
    if !part.contains(ESCAPE) {
        return part.to_owned();
    }
    ESCAPED
        .iter()
        .fold(part.to_owned(), |text, (character, written)| text.replace(written, character))
}

/// Adds the attributes to an answer, as [`attributes_from_parts`] reads them.
pub(crate) fn push_attributes(attributes: &BTreeMap<String, AttributeValue>, answer: &mut String) {
    for (name, value) in attributes {
        let integer;
        let (letter, value) = match value {
            AttributeValue::Text(text) => ('t', text.as_str()),
            AttributeValue::Integer(number) => {
                integer = number.to_string();
                ('i', integer.as_str())
            }
            AttributeValue::Flag(true) => ('b', "true"),
            AttributeValue::Flag(false) => ('b', "false"),
        };
        answer.push(letter);
        push_part(name, answer);
        push_part(value, answer);
    }
}
