//! The table of signers and verifiers.

use deskseal::{Secret, Signer, Verifier, VerifierOptions};
use deskseal_bridge::Failure;
use deskseal_bridge::handles::{free, keep_signer, keep_verifier, signer, verifier};

fn secret() -> Result<Secret, Failure> {
    Ok(Secret::new("example-secret-for-documentation")?)
}

#[test]
fn a_handle_that_is_freed_wrong_or_of_the_other_kind_is_misuse() -> Result<(), Failure> {
    let freed = keep_signer(Signer::new(secret()?))?;
    let kept = keep_signer(Signer::new(secret()?))?;
    let other = keep_verifier(Verifier::new(secret()?, VerifierOptions::default()))?;
    assert!(signer(freed).is_ok() && verifier(other).is_ok());
    assert!(matches!(verifier(freed), Err(Failure::Misuse)));
    assert!(matches!(signer(other), Err(Failure::Misuse)));
    free(freed);
    free(freed);
    for handle in [freed, 0, u64::MAX] {
        assert!(matches!(signer(handle), Err(Failure::Misuse)));
        assert!(matches!(verifier(handle), Err(Failure::Misuse)));
    }
    assert!(signer(kept).is_ok());
    Ok(())
}

#[test]
fn a_signer_that_is_freed_during_a_call_is_kept_until_the_call_ends() -> Result<(), Failure> {
    let handle = keep_signer(Signer::new(secret()?))?;
    let used = signer(handle)?;
    free(handle);
    assert!(used.sign_email("ada@example.com").is_ok());
    assert!(signer(handle).is_err());
    Ok(())
}
