//! Signers and verifiers, by the handles that a host has for them.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use deskseal::{Signer, Verifier};

use crate::Failure;

/// What a handle stands for.
enum Object {
    Signer(Arc<Signer>),
    Verifier(Arc<Verifier>),
}

/// The objects of all threads. A handle is never used a second time, so one that was freed stands for nothing.
static OBJECTS: RwLock<Objects> = RwLock::new(Objects { by_handle: BTreeMap::new(), last: 0 });

struct Objects {
    by_handle: BTreeMap<u64, Object>,
    last: u64,
}

/// Keeps the signer, and returns its handle, which is never 0.
///
/// # Errors
/// [`Failure::Misuse`] if there are no more handles.
pub fn keep_signer(signer: Signer) -> Result<u64, Failure> {
    keep(Object::Signer(Arc::new(signer)))
}

/// Keeps the verifier, and returns its handle, which is never 0.
///
/// # Errors
/// [`Failure::Misuse`] if there are no more handles.
pub fn keep_verifier(verifier: Verifier) -> Result<u64, Failure> {
    keep(Object::Verifier(Arc::new(verifier)))
}

fn keep(object: Object) -> Result<u64, Failure> {
    let mut objects = OBJECTS.write().unwrap_or_else(PoisonError::into_inner);
    let handle = objects.last.checked_add(1).ok_or(Failure::Misuse)?;
    objects.last = handle;
    objects.by_handle.insert(handle, object);
    Ok(handle)
}

/// Drops the signer or verifier and overwrites its secrets, when no call uses it any more. A handle that stands for
/// nothing is ignored.
pub fn free(handle: u64) {
    // The object is dropped after the lock.
    let _dropped =
        OBJECTS.write().unwrap_or_else(PoisonError::into_inner).by_handle.remove(&handle);
}

/// Returns the signer, which lives at least as long as the result: no call waits for another one.
///
/// # Errors
/// [`Failure::Misuse`] if the handle was freed, is of a verifier, or was never returned.
pub fn signer(handle: u64) -> Result<Arc<Signer>, Failure> {
    match OBJECTS.read().unwrap_or_else(PoisonError::into_inner).by_handle.get(&handle) {
        Some(Object::Signer(signer)) => Ok(Arc::clone(signer)),
        _ => Err(Failure::Misuse),
    }
}

/// Returns the verifier, as [`signer`] does.
///
/// # Errors
/// [`Failure::Misuse`] if the handle was freed, is of a signer, or was never returned.
pub fn verifier(handle: u64) -> Result<Arc<Verifier>, Failure> {
    match OBJECTS.read().unwrap_or_else(PoisonError::into_inner).by_handle.get(&handle) {
        Some(Object::Verifier(verifier)) => Ok(Arc::clone(verifier)),
        _ => Err(Failure::Misuse),
    }
}
