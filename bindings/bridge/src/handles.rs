//! Signers and verifiers, by the handles that a host has for them.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use deskseal::{Signer, Verifier};

use crate::Failure;

/// What a handle stands for.
pub(crate) enum Object {
    Signer(Signer),
    Verifier(Verifier),
}

/// The objects of all threads. A handle is never used a second time, so one that was freed stands for nothing.
static OBJECTS: RwLock<Objects> = RwLock::new(Objects { by_handle: BTreeMap::new(), last: 0 });

struct Objects {
    by_handle: BTreeMap<u32, Object>,
    last: u32,
}

/// Keeps the object, and returns its handle.
pub(crate) fn keep(object: Object) -> Result<u32, Failure> {
    let mut objects = OBJECTS.write().unwrap_or_else(PoisonError::into_inner);
    let handle = objects.last.checked_add(1).ok_or(Failure::Misuse)?;
    objects.last = handle;
    objects.by_handle.insert(handle, object);
    Ok(handle)
}

/// Drops the object, and overwrites its secrets. A handle that stands for nothing is ignored.
pub(crate) fn free(handle: u32) {
    OBJECTS.write().unwrap_or_else(PoisonError::into_inner).by_handle.remove(&handle);
}

/// Calls `call` with the signer.
pub(crate) fn with_signer<T>(
    handle: u32,
    call: impl FnOnce(&Signer) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let objects = OBJECTS.read().unwrap_or_else(PoisonError::into_inner);
    match objects.by_handle.get(&handle) {
        Some(Object::Signer(signer)) => call(signer),
        _ => Err(Failure::Misuse),
    }
}

/// Calls `call` with the verifier.
pub(crate) fn with_verifier<T>(
    handle: u32,
    call: impl FnOnce(&Verifier) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let objects = OBJECTS.read().unwrap_or_else(PoisonError::into_inner);
    match objects.by_handle.get(&handle) {
        Some(Object::Verifier(verifier)) => call(verifier),
        _ => Err(Failure::Misuse),
    }
}
