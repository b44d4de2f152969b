//! Tests whether the time of verifying discloses the expected signature. It computes Welch's t of two kinds of
//! received signatures, as dudect does (Reparaz, Balasch, Verbauwhede: "Dude, is my code constant time?").
//!
//! Each measurement verifies one signature, of a kind that is chosen at random; all signatures are at the same
//! address. The operating system causes a few slow measurements, so t is computed over all measurements and over
//! those below each of a hundred percentiles. The largest |t| is printed.

use std::hint::black_box;
use std::time::Instant;

use deskseal::{Secret, Signer, Verifier, VerifierOptions};

const SECRET: &str = "example-secret-for-documentation";
const EMAIL: &str = "ada.lovelace@example.com";
const OTHER_EMAIL: &str = "eve.lovelace@example.com";
const NOW: i64 = 1_767_225_600;

/// The number of measurements of each pair; few in a run that only tests this program.
const MEASUREMENTS: usize = 1_000_000;
const FEW: usize = 2_000;

/// The number of signatures that are made before they are measured, so that making them disturbs no measurement.
const BATCH: usize = 1_000;

/// The number of percentiles.
const CROPS: i32 = 100;

/// From these values of |t| on, dudect calls a difference probable, and certain.
const PROBABLE: f64 = 4.5;
const CERTAIN: f64 = 10.0;

/// A received signature: 64 hexadecimal digits.
type Digits = [u8; 64];

/// Makes a signature of one kind.
type Kind<'a> = &'a dyn Fn(&mut Random) -> Digits;

/// Verifies a signature.
type Verify<'a> = &'a dyn Fn(&str) -> bool;

/// Two kinds of signatures whose verification must take the same time, and the function that verifies them.
struct Pair<'a> {
    name: &'a str,
    kinds: [Kind<'a>; 2],
    verify: Verify<'a>,
}

/// `SplitMix64`: the same numbers in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Returns one of the elements, each with nearly the same probability, since the lists here are short.
    fn choose<T: Copy>(&mut self, elements: &[T]) -> T {
        let length = u64::try_from(elements.len()).expect("lists are short");
        elements[usize::try_from(self.next() % length).expect("it is an index")]
    }
}

/// The mean and the variance of one class, updated with each value (Welford).
#[derive(Clone, Copy, Default)]
struct Class {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Class {
    fn add(&mut self, value: f64) {
        self.count += 1.0;
        let distance = value - self.mean;
        self.mean += distance / self.count;
        self.squares += distance * (value - self.mean);
    }

    /// Returns the variance of the mean.
    fn error(&self) -> f64 {
        self.squares / (self.count - 1.0) / self.count
    }
}

/// Returns Welch's t of two classes; 0 if there are too few values.
fn welch([one, other]: &[Class; 2]) -> f64 {
    let error = (one.error() + other.error()).sqrt();
    let is_enough = one.count > 100.0 && other.count > 100.0 && error > 0.0;
    if is_enough { (one.mean - other.mean) / error } else { 0.0 }
}

/// The result for a pair: the largest |t|, and the difference of the means of its two classes.
struct Outcome {
    t: f64,
    nanoseconds: f64,
}

/// Measures a pair.
fn measured(pair: &Pair<'_>, measurements: usize) -> Outcome {
    let mut random = Random(1);
    // The first tenth warms up and gives the percentiles.
    let mut first: Vec<f64> =
        samples(pair, measurements / 10, &mut random).into_iter().map(|(_, time)| time).collect();
    first.sort_by(f64::total_cmp);
    let limits = (1..=CROPS).map(|crop| percentile(&first, crop)).chain([f64::INFINITY]);
    let mut crops: Vec<(f64, [Class; 2])> =
        limits.map(|limit| (limit, [Class::default(); 2])).collect();
    for (class, time) in samples(pair, measurements, &mut random) {
        for (_, classes) in crops.iter_mut().filter(|(limit, _)| time <= *limit) {
            classes[class].add(time);
        }
    }
    let outcomes = crops.iter().map(|(_, classes)| Outcome {
        t: welch(classes),
        nanoseconds: classes[0].mean - classes[1].mean,
    });
    outcomes.max_by(|one, other| one.t.abs().total_cmp(&other.t.abs())).expect("there are crops")
}

/// Returns the time below which a share of the sorted times is. The shares are dudect's: close together where most
/// measurements are.
fn percentile(sorted: &[f64], crop: i32) -> f64 {
    let share = 1.0 - 0.5_f64.powf(10.0 * f64::from(crop) / f64::from(CROPS));
    let above = sorted.iter().enumerate().find(|(index, _)| {
        let index = u32::try_from(*index).expect("there are fewer measurements");
        let length = u32::try_from(sorted.len()).expect("there are fewer measurements");
        f64::from(index) >= share * f64::from(length)
    });
    above.map_or(f64::INFINITY, |(_, time)| *time)
}

/// Returns the class and the time in nanoseconds of each measurement.
fn samples(pair: &Pair<'_>, measurements: usize, random: &mut Random) -> Vec<(usize, f64)> {
    let mut samples = Vec::with_capacity(measurements);
    while samples.len() < measurements {
        let draw = |_| {
            let class = random.choose(&[0, 1]);
            (class, pair.kinds[class](random))
        };
        let batch: Vec<(usize, Digits)> = (0..BATCH).map(draw).collect();
        let mut received = [0; 64];
        for (class, digits) in batch {
            received.copy_from_slice(&digits);
            let text = std::str::from_utf8(black_box(&received)).expect("digits are ASCII");
            let start = Instant::now();
            black_box((pair.verify)(black_box(text)));
            samples.push((class, start.elapsed().as_secs_f64() * 1e9));
        }
    }
    samples
}

fn digits_of(text: &str) -> Digits {
    text.as_bytes().try_into().expect("a signature has 64 digits")
}

/// Returns the digits with another byte, of two digits, at one place.
fn wrong_at(digits: &Digits, byte: usize, random: &mut Random) -> Digits {
    let mut wrong = *digits;
    let place = &mut wrong[2 * byte..2 * byte + 2];
    while *place == digits[2 * byte..2 * byte + 2] {
        place.fill_with(|| random.choose(b"0123456789abcdef"));
    }
    wrong
}

fn all_of(alphabet: &[u8], random: &mut Random) -> Digits {
    std::array::from_fn(|_| random.choose(alphabet))
}

/// Compares as products do today: byte by byte, until one differs.
fn ends_early(expected: &str, received: &str) -> bool {
    expected.bytes().zip(received.bytes()).all(|(one, other)| black_box(one) == other)
}

fn meaning(outcome: &Outcome) -> &'static str {
    match outcome.t.abs() {
        ..PROBABLE => "no difference was found",
        PROBABLE..CERTAIN => "a difference is probable; run this again on a quiet machine",
        _ => "the time differs",
    }
}

fn print(pair: &Pair<'_>, outcome: &Outcome) {
    let Outcome { t, nanoseconds } = outcome;
    println!("{:58} {t:9.2} {nanoseconds:9.2} ns  {}", pair.name, meaning(outcome));
}

fn main() {
    // `cargo bench` passes `--bench`; `cargo test` does not.
    let is_measuring = std::env::args().any(|argument| argument == "--bench");
    let measurements = if is_measuring { MEASUREMENTS } else { FEW };
    let secret = || Secret::new(SECRET).expect("the secret is accepted");
    let signer = Signer::new(secret());
    let verifier = Verifier::new(secret(), VerifierOptions::default());
    let signature = |email| signer.sign_email(email).expect("it is accepted").signature.to_hex();
    let expected = signature(EMAIL);
    let right = digits_of(&expected);
    let capital = digits_of(&expected.to_uppercase());
    let others = digits_of(&signature(OTHER_EMAIL));

    let verify: Verify<'_> = &|text| verifier.verify_email(EMAIL, text, NOW).is_ok();
    let verify_early: Verify<'_> = &|text| {
        let expected = signer.sign_email(EMAIL).expect("it is accepted").signature.to_hex();
        ends_early(&expected, text)
    };
    // Verifies with the e-mail of the signature, so that both signatures are valid.
    assert_ne!(right[0], others[0], "the first digit tells the two signatures apart");
    let emails = [EMAIL, OTHER_EMAIL];
    let verify_of_two: Verify<'_> = &|text| {
        let email = emails[usize::from(text.as_bytes()[0] == others[0])];
        verifier.verify_email(email, text, NOW).is_ok()
    };
    let wrong_first: Kind<'_> = &|random| wrong_at(&right, 0, random);
    let wrong_middle: Kind<'_> = &|random| wrong_at(&right, 16, random);
    let wrong_last: Kind<'_> = &|random| wrong_at(&right, 31, random);
    let random: Kind<'_> = &|random| all_of(b"0123456789abcdef", random);
    let digits: Kind<'_> = &|random| all_of(b"0123456789", random);
    let letters: Kind<'_> = &|random| all_of(b"abcdef", random);
    let capitals: Kind<'_> = &|random| all_of(b"ABCDEF", random);

    let null_control =
        Pair { name: "null control: the same kind twice", kinds: [wrong_last, wrong_last], verify };
    let positive_control = Pair {
        name: "positive control: a comparison that ends early",
        kinds: [wrong_last, wrong_first],
        verify: verify_early,
    };
    let pairs = [
        Pair {
            name: "comparing: 31 bytes right, the first byte wrong",
            kinds: [wrong_last, wrong_first],
            verify,
        },
        Pair {
            name: "comparing: 31 bytes right, 16 bytes right",
            kinds: [wrong_last, wrong_middle],
            verify,
        },
        Pair {
            name: "comparing: 31 bytes right, no byte right",
            kinds: [wrong_last, random],
            verify,
        },
        Pair { name: "decoding: digits, letters", kinds: [digits, letters], verify },
        Pair {
            name: "decoding: small letters, capital letters",
            kinds: [letters, capitals],
            verify,
        },
        Pair {
            name: "decoding: a right signature, the same in capitals",
            kinds: [&|_| right, &|_| capital],
            verify,
        },
        Pair {
            name: "verifying: right signatures of two e-mails",
            kinds: [&|_| right, &|_| others],
            verify: verify_of_two,
        },
    ];

    println!("{:58} {:>9} {:>12}", "", "t", "difference");
    let [null, positive] = [&null_control, &positive_control].map(|pair| {
        let outcome = measured(pair, measurements);
        print(pair, &outcome);
        outcome
    });
    for pair in &pairs {
        print(pair, &measured(pair, measurements));
    }
    println!(
        "{measurements} measurements of each pair. |t| below {PROBABLE}: no difference was found. From \
         {CERTAIN} on: the difference is certain. The difference is that of the largest |t|."
    );
    if null.t.abs() >= PROBABLE || positive.t.abs() < CERTAIN {
        println!(
            "The controls failed, so these figures mean nothing. Measure again on a quiet machine."
        );
    }
}
