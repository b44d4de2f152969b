//! Threads can share one signer and one verifier.

use std::thread;

use deskseal::{Secret, Signer, Verifier, VerifierOptions};

const THREADS: usize = 8;
const CUSTOMERS: usize = 500;

#[test]
fn threads_share_one_signer_and_one_verifier() {
    let secret = || Secret::new("example-secret-for-documentation").expect("a good secret");
    let signer = Signer::new(secret());
    let verifier = Verifier::new(secret(), VerifierOptions::default());

    let verify_all = |thread: usize| {
        for customer in 0..CUSTOMERS {
            let email = format!("customer-{customer}@{thread}.example.com");
            let identity = signer.sign_email(&email).expect("a good e-mail");
            let signature = identity.signature.to_hex();
            let result = verifier.verify_email(&email, &signature, 0).expect("a good signature");
            assert_eq!(result.email.as_str(), email);
        }
    };
    thread::scope(|scope| {
        for thread in 0..THREADS {
            scope.spawn({
                let verify_all = &verify_all;
                move || verify_all(thread)
            });
        }
    });
}
