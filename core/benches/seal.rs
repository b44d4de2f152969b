//! Measures signing, verifying and explaining, and two figures to compare with in the same run: the two SHA-256
//! compressions that an HMAC with a prepared key needs at least, and the few lines of code with which products
//! sign today.
//!
//! `cargo xtask bench rust` prints the ratios and the promised limits.

use std::fmt::Write;
use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use deskseal::{
    EmbedOptions, IdentityClaims, PreviousSecret, Secret, Signer, Verifier, VerifierOptions,
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use sha2::block_api::compress256;

const SECRET: &str = "example-secret-for-documentation";
const ASCII_24: &str = "Ada.Lovelace@Example.com";
const NON_ASCII: &str = "ΟΔΥΣΣΕΥΣ@Example.GR";
const PORTAL_URL: &str = "https://help.company.com";
const HOST: &str = "help.company.com";
const USER_ID: &str = "user-42";
const NOW: i64 = 1_767_225_600;
/// The initial state of SHA-256 (FIPS 180-4, section 5.3.3).
const INITIAL_STATE: [u32; 8] = [
    0x6A09_E667,
    0xBB67_AE85,
    0x3C6E_F372,
    0xA54F_F53A,
    0x510E_527F,
    0x9B05_688C,
    0x1F83_D9AB,
    0x5BE0_CD19,
];

fn secret(text: &str) -> Secret {
    Secret::new(text).expect("the secret is accepted")
}

fn signer() -> Signer {
    Signer::new(secret(SECRET))
}

fn verifier(previous_secrets: usize) -> Verifier {
    let previous = (0..previous_secrets).map(|number| {
        PreviousSecret::new(secret(&format!("an-older-secret-number-{number}")), NOW + 1)
    });
    let previous = previous.collect::<Result<_, _>>().expect("a time in its range");
    Verifier::new(secret(SECRET), VerifierOptions { previous, ..VerifierOptions::default() })
}

/// An e-mail of exactly `length` bytes.
fn email_of(length: usize) -> String {
    let domain = "@Example.com";
    format!("{}{domain}", "Ada.".repeat(length).split_at(length - domain.len()).0)
}

fn limits(criterion: &mut Criterion) {
    criterion.bench_function("two_sha256_compressions", |bencher| {
        // Each compression depends on the one before, as in an HMAC. Otherwise the processor would compute
        // several at the same time.
        let block = [0x36; 64];
        let mut state = INITIAL_STATE;
        bencher.iter(|| {
            compress256(&mut state, black_box(&[block]));
            compress256(&mut state, black_box(&[block]));
        });
    });
    criterion.bench_function("snippet/ascii_24", |bencher| {
        bencher.iter(|| sign_as_products_do_today(black_box(ASCII_24)));
    });
}

fn sign_as_products_do_today(email: &str) -> String {
    let email = email.trim().to_lowercase();
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("any length is a key");
    mac.update(email.as_bytes());
    mac.finalize().into_bytes().iter().fold(String::with_capacity(64), |mut hexadecimal, byte| {
        write!(hexadecimal, "{byte:02x}").expect("a text takes whatever is written");
        hexadecimal
    })
}

fn sign_email(criterion: &mut Criterion) {
    let signer = signer();
    let sign = |email: &str| {
        let identity = signer.sign_email(black_box(email)).expect("the e-mail is accepted");
        let mut digits = [0; 64];
        identity.signature.write_hex(&mut digits);
        (identity.email, digits)
    };
    let mut group = criterion.benchmark_group("sign_email");
    group.bench_function("ascii_24", |bencher| bencher.iter(|| sign(ASCII_24)));
    group.bench_function("non_ascii", |bencher| bencher.iter(|| sign(NON_ASCII)));
    for length in [24, 64, 128, 256, 320] {
        let email = email_of(length);
        group.throughput(Throughput::Bytes(length as u64));
        let id = BenchmarkId::from_parameter(format!("length_{length}"));
        group.bench_function(id, |bencher| bencher.iter(|| sign(&email)));
    }
    group.finish();
}

fn verify(criterion: &mut Criterion) {
    let signature = signer().sign_email(ASCII_24).expect("accepted").signature.to_hex();
    let mut group = criterion.benchmark_group("verify_email");
    for (id, verifier) in [("one_secret", verifier(0)), ("four_secrets", verifier(3))] {
        group.bench_function(id, |bencher| {
            bencher.iter(|| verifier.verify_email(black_box(ASCII_24), &signature, NOW));
        });
    }
    group.finish();

    let link = signer().portal_link(PORTAL_URL, USER_ID, NOW).expect("accepted");
    let verifier = verifier(0);
    criterion.bench_function("verify_link", |bencher| {
        bencher.iter(|| verifier.verify_link(HOST, black_box(&link), NOW));
    });
}

fn build(criterion: &mut Criterion) {
    let signer = signer();
    criterion.bench_function("ticket_center", |bencher| {
        let options = EmbedOptions::default();
        bencher.iter(|| signer.ticket_center(black_box(ASCII_24), "desk-1", &options));
    });
    criterion.bench_function("portal_link", |bencher| {
        bencher.iter(|| signer.portal_link(black_box(PORTAL_URL), USER_ID, NOW));
    });
}

/// A token with everything that products usually sign.
fn tokens(criterion: &mut Criterion) {
    let (signer, verifier) = (signer(), verifier(0));
    let claims = IdentityClaims {
        user_id: Some(USER_ID),
        email: Some(ASCII_24),
        name: Some("Ada Lovelace"),
        attributes: [("plan".to_owned(), "pro".into()), ("seats".to_owned(), 5.into())].into(),
        token_id: Some("pMqkoVZpzIc8ZuIlIMCuoA"),
        ..IdentityClaims::default()
    };
    criterion.bench_function("identity_token", |bencher| {
        bencher.iter(|| signer.identity_token("desk-1", black_box(&claims), NOW));
    });
    let token = signer.identity_token("desk-1", &claims, NOW).expect("accepted");
    criterion.bench_function("verify_identity_token", |bencher| {
        bencher.iter(|| verifier.verify_identity_token("desk-1", black_box(&token), NOW));
    });
    // Its signature is nothing's, so that every deviation is tried.
    let forged = format!("{}.{}", &token[..token.len() - 44], "5".repeat(42) + "U");
    criterion.bench_function("explain_identity_token", |bencher| {
        bencher.iter(|| verifier.explain_identity_token("desk-1", black_box(&forged), &[], NOW));
    });
}

fn link_of(user_id: &str, signature: &str) -> String {
    let user_id: String = form_urlencoded::byte_serialize(user_id.as_bytes()).collect();
    format!(
        "{PORTAL_URL}/submit-ticket?user_id={user_id}&user_id_timestamp={NOW}\
         &user_id_signature={signature}"
    )
}

/// Signatures that nothing explains, so that every deviation is tried.
fn explain(criterion: &mut Criterion) {
    let verifier = verifier(3);
    let signature = "5".repeat(64);
    criterion.bench_function("explain_email", |bencher| {
        bencher.iter(|| verifier.explain_email(black_box(ASCII_24), &signature, &[], NOW));
    });
    let link = link_of(USER_ID, &signature);
    criterion.bench_function("explain_link", |bencher| {
        bencher.iter(|| verifier.explain_link(HOST, black_box(&link), &[], NOW));
    });
}

/// Inputs that make explaining slow: many secrets, and texts of the greatest length that is tried with one and
/// with two deviations.
fn explain_adversarial(criterion: &mut Criterion) {
    let verifier = verifier(20);
    let others: Vec<_> =
        (0..20).map(|number| secret(&format!("{number:02}/").repeat(40))).collect();
    let signature = "5".repeat(64);
    let mut group = criterion.benchmark_group("explain_adversarial");
    // Few samples: there are many benchmarks here, and only the order of magnitude matters.
    group.sample_size(10);
    group.warm_up_time(Duration::from_millis(200));
    group.measurement_time(Duration::from_millis(500));
    for length in [512, 4096] {
        for (kind, unit) in NASTY_UNITS {
            let email = format!("{}@b", unit.repeat((length - 2) / unit.len()));
            group.bench_function(format!("email_{length}/{kind}"), |bencher| {
                bencher
                    .iter(|| verifier.explain_email(black_box(&email), &signature, &others, NOW));
            });
        }
    }
    for length in [768, 4096] {
        for (kind, unit) in NASTY_UNITS {
            let encoded_length = link_of(unit, "").len() - link_of("", "").len();
            let room = length - link_of("", &signature).len();
            let link = link_of(&unit.repeat(room / encoded_length), &signature);
            group.bench_function(format!("link_{length}/{kind}"), |bencher| {
                bencher.iter(|| verifier.explain_link(HOST, black_box(&link), &others, NOW));
            });
        }
    }
    group.finish();
}

/// Texts that are repeated: each makes another step of the search slow.
const NASTY_UNITS: [(&str, &str); 10] = [
    ("capitals", "A"),
    ("blanks", " a "),
    ("sigmas", "Σ"),
    ("sigmas_and_dots", "Σ......."),
    ("dots", "."),
    ("marks_to_order", "a\u{315}\u{300}\u{5AE}"),
    ("decomposable", "\u{390}"),
    ("ampersands", "&amp;"),
    ("percents", "%41+"),
    ("other_plane", "\u{10400}"),
];

criterion_group!(seal, limits, sign_email, verify, build, tokens, explain, explain_adversarial);
criterion_main!(seal);
