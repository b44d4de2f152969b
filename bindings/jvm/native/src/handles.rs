//! Signers and verifiers, by the handles that Java has for them.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use deskseal::{Signer, Verifier};
use deskseal_bridge::Failure;

/// What a handle stands for.
pub(crate) enum Object {
    Signer(Arc<Signer>),
    Verifier(Arc<Verifier>),
}

/// The objects of all threads. A handle is never used a second time, so one that was freed stands for nothing.
static OBJECTS: RwLock<Objects> = RwLock::new(Objects { by_handle: BTreeMap::new(), last: 0 });

struct Objects {
    by_handle: BTreeMap<i64, Object>,
    last: i64,
}

/// Keeps the object, and returns its handle.
pub(crate) fn keep(object: Object) -> Result<i64, Failure> {
    let mut objects = OBJECTS.write().unwrap_or_else(PoisonError::into_inner);
    let handle = objects.last.checked_add(1).ok_or(Failure::Misuse)?;
    objects.last = handle;
    objects.by_handle.insert(handle, object);
    Ok(handle)
}

/// Drops the object and overwrites its secrets, when no call uses it any more. A handle that stands for nothing is
/// ignored.
pub(crate) fn free(handle: i64) {
    // The object is dropped after the lock.
    let _dropped =
        OBJECTS.write().unwrap_or_else(PoisonError::into_inner).by_handle.remove(&handle);
}

/// Returns the signer, which lives at least as long as the result: no call waits for another one.
pub(crate) fn signer(handle: i64) -> Result<Arc<Signer>, Failure> {
    match OBJECTS.read().unwrap_or_else(PoisonError::into_inner).by_handle.get(&handle) {
        Some(Object::Signer(signer)) => Ok(Arc::clone(signer)),
        _ => Err(Failure::Misuse),
    }
}

/// Returns the verifier, as [`signer`] does.
pub(crate) fn verifier(handle: i64) -> Result<Arc<Verifier>, Failure> {
    match OBJECTS.read().unwrap_or_else(PoisonError::into_inner).by_handle.get(&handle) {
        Some(Object::Verifier(verifier)) => Ok(Arc::clone(verifier)),
        _ => Err(Failure::Misuse),
    }
}

#[cfg(test)]
mod tests {
    use deskseal::Secret;

    use super::*;

    #[test]
    fn a_handle_that_is_freed_wrong_or_of_the_other_kind_is_a_failure() -> Result<(), Failure> {
        let secret = || Secret::new(Some("example-secret-for-documentation"));
        let freed = keep(Object::Signer(Arc::new(Signer::new(secret()?))))?;
        let other = keep(Object::Signer(Arc::new(Signer::new(secret()?))))?;
        assert!(signer(freed).is_ok() && verifier(freed).is_err());
        free(freed);
        free(freed);
        for handle in [freed, 0, -1, i64::MIN, i64::MAX] {
            assert!(signer(handle).is_err() && verifier(handle).is_err());
        }
        assert!(signer(other).is_ok());
        free(other);
        Ok(())
    }
}
