//! What of a secret stays in memory: the pages of this process, searched as a core dump would be.

#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::hint::black_box;
use std::os::unix::fs::FileExt as _;

use deskseal::{Secret, Signer, Verifier, VerifierOptions, generate_secret};
use zeroize::Zeroize as _;

/// RFC 2104's pads, which HMAC combines with the key.
const PADS: [u8; 2] = [0x36, 0x5C];

/// The key, combined with no pad.
const PLAIN: u8 = 0;

/// Eight random bytes of a key, kept inverted so that the search does not find itself.
struct Needle(u64);

impl Needle {
    /// Takes the secret apart, behind the prefix that generated ones start with.
    fn all(secret: &str) -> Vec<Self> {
        let (words, _) = secret.as_bytes().as_chunks();
        words[2..].iter().map(|word| Self(!u64::from_ne_bytes(*word))).collect()
    }
}

/// Returns how often a part of the key, combined with the pad, stands in this process's writable memory.
fn copies(needles: &[Needle], pad: u8) -> usize {
    let memory = File::open("/proc/self/mem").expect("a process may read its own memory");
    let maps = fs::read_to_string("/proc/self/maps").expect("a process may read its own maps");
    let is_copy = |bytes: &[u8]| {
        let bytes = bytes.try_into().expect("a needle has eight bytes");
        let inverted = !(u64::from_ne_bytes(bytes) ^ u64::from_ne_bytes([pad; 8]));
        needles.iter().any(|needle| needle.0 == inverted)
    };
    let mut page = [0; 4096];
    let mut found = 0;
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let (start, rest) = line.split_once('-').expect("a range has two ends");
        let (end, _) = rest.split_once(' ').expect("a range ends before its permissions");
        let address = |text| u64::from_str_radix(text, 16).expect("an address is hexadecimal");
        for start in (address(start)..address(end)).step_by(page.len()) {
            if memory.read_exact_at(&mut page, start).is_ok() {
                found += (0..=page.len() - 8).filter(|at| is_copy(&page[*at..at + 8])).count();
            }
            page.zeroize();
        }
    }
    found
}

/// Calls far down the stack, where what it leaves is not overwritten before the search.
#[inline(never)]
fn far_down<Made>(make: impl FnOnce() -> Made) -> Made {
    let room = black_box([0_u8; 16 * 1024]);
    let result = make();
    black_box(&room);
    result
}

/// What must not be done: combines the key with a pad, and leaves that on the stack.
#[inline(never)]
fn leave_padded(key: &[u8], pad: u8) {
    let mut block = [pad; 64];
    block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
    black_box(&block);
}

/// Tells that the search would find a key where `Signer` and `Verifier` could leave one.
#[test]
fn a_padded_key_that_is_not_overwritten_is_found_on_the_stack() {
    let text = generate_secret().expect("the system has randomness");
    let needles = Needle::all(&text);
    for pad in PADS {
        assert_eq!(copies(&needles, pad), 0, "before anything has used the key");
        far_down(|| leave_padded(text.as_bytes(), pad));
        assert!(copies(&needles, pad) >= needles.len(), "{pad:#x}");
    }
}

#[test]
fn the_padded_key_is_overwritten_and_so_is_a_dropped_secret() {
    let text = generate_secret().expect("the system has randomness");
    let needles = Needle::all(&text);
    let own = copies(&needles, PLAIN);
    assert!(own > 0, "the search does not find the secret that this test holds");

    let has_no_padded_copy = || PADS.iter().all(|pad| copies(&needles, *pad) == 0);
    let secret = || Secret::new(text.as_str()).expect("a generated secret can be used");
    let signer = far_down(|| Signer::new(secret()));
    assert!(has_no_padded_copy(), "a signer leaves the padded key in memory");
    let verifier = far_down(|| Verifier::new(secret(), VerifierOptions::default()));
    assert!(has_no_padded_copy(), "a verifier leaves the padded key in memory");

    drop((signer, verifier));
    assert_eq!(copies(&needles, PLAIN), own, "a dropped secret is still in memory");
}
