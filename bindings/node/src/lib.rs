//! The native addon of the npm package `deskseal`.
//!
//! It takes texts and whole numbers from `index.cjs`, makes the calls of `deskseal-bridge`, and returns texts, numbers
//! and lists. `index.cjs` checks types and makes the results' objects. An error of the core is thrown as
//! `[kind, code, message, isAboutCustomer]`, and `index.cjs` makes the error of that kind.

// The test harness does not register the addon, so its functions are unused there.
#![cfg_attr(test, allow(dead_code, unused_imports))]

mod callback;
mod error;

use deskseal_bridge as bridge;

use callback::Function;

const FUNCTIONS: &[(&str, Function)] = &[
    ("canonicalEmail", |call| call.answer(bridge::canonical_email(call)?)),
    ("canonicalHost", |call| call.answer(bridge::canonical_host(call)?)),
    ("generateSecret", |call| call.answer(bridge::generate_secret(call)?)),
    ("publicFormUrl", |call| call.answer(bridge::public_form_url(call)?)),
    ("portalHost", |call| call.answer(bridge::portal_host(call)?)),
    ("responseUnlessClick", |call| call.answer(bridge::response_unless_click(call)?)),
    ("attributeNames", |call| call.answer(bridge::attribute_names(call.value(0)?)?)),
    ("createSigner", |call| call.object(bridge::create_signer(call)?, bridge::signer_calls())),
    ("createVerifier", |call| {
        call.object(bridge::create_verifier(call)?, bridge::verifier_calls())
    }),
    #[cfg(feature = "panic-test")]
    ("panic", |_| panic!("on purpose")),
];
