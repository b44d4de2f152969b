//! What calls return: readonly objects that compare by their fields and go into JSON.

use deskseal::Signature;
use ext_php_rs::types::Zval;

use crate::describe::{
    ARRAY, Access, CREDENTIAL, CREDENTIALS, INTEGER, Property, TEXT, class, functions,
};
use crate::engine::{self, Fields, index, integer, list, map, text};

/// Makes a class of the core's result: its properties in their order, then what else it can do.
///
/// Its objects come from a signer or verifier alone: the constructor is private, the class final, and
/// PHP neither serialises nor unserialises one.
macro_rules! result {
    (
        $(#[doc = $line:literal])+
        $class:ident($core:ident) {
            $(
                $(#[doc = $property_line:literal])+
                $name:ident: $type:path = $value:expr;
            )+
        }
        $(functions { $($function:tt)+ })?
    ) => {
        $(#[doc = $line])+
        pub(crate) struct $class(pub(crate) deskseal::$class);

        class! {
            $(#[doc = $line])+
            $class, concat!("Deskseal\\", stringify!($class)) => {
                let common = functions! {
                    /// Does nothing: only a signer or verifier makes one.
                    fn __construct() = engine::private_constructor();

                    /// Returns the fields by their names, for `json_encode`.
                    ///
                    /// @return array<string, mixed>
                    fn jsonSerialize() -> ARRAY = engine::fields_by_name::<$class>();
                };
                let own = [common, $(functions! { $($function)+ })?];
                own.into_iter().flatten().collect()
            }
        }

        impl Fields for $class {
            const PROPERTIES: &'static [Property] = &[$(Property {
                name: stringify!($name),
                documentation: &[$($property_line),+],
                r#type: $type,
                access: Access::Readonly,
            }),+];

            fn each_value(self, mut put: impl FnMut(Zval)) {
                let Self($core) = self;
                $(put($value);)+
            }
        }
    };
}

result! {
    /// A canonical e-mail and its signature: put both into the page (SPEC 3.2).
    ///
    /// Dumps do not show the signature.
    ///
    /// ```php
    /// $signer = new Deskseal\Signer('example-secret-for-documentation');
    /// $signed = $signer->signEmail('  Ada@Example.com ');
    /// assert($signed->email === 'ada@example.com');
    /// assert(strlen($signed->signature) === 64);
    /// ```
    SignedEmail(signed) {
        /// The canonical e-mail.
        email: TEXT = text(signed.email.as_str());
        /// Its signature, 64 lowercase hexadecimal digits.
        signature: CREDENTIAL = hexadecimal(&signed.signature);
    }
}

result! {
    /// A user id, when it was signed, and the signature (SPEC 4.6).
    ///
    /// Dumps do not show the signature.
    ///
    /// ```php
    /// $signer = new Deskseal\Signer('example-secret-for-documentation');
    /// $signed = $signer->signUser('help.company.com', 'user-42', timestamp: 1767225600);
    /// assert($signed->userId === 'user-42');
    /// assert($signed->timestamp === 1767225600);
    /// ```
    SignedUser(signed) {
        /// The user id, as given.
        userId: TEXT = text(signed.user_id.as_str());
        /// When it was signed, in Unix seconds.
        timestamp: INTEGER = integer(signed.timestamp.seconds());
        /// The signature of host, user id and timestamp, 64 lowercase hexadecimal digits.
        signature: CREDENTIAL = hexadecimal(&signed.signature);
    }
}

result! {
    /// A customer whose e-mail was proved (SPEC 5.1).
    ///
    /// ```php
    /// $secret = 'example-secret-for-documentation';
    /// $signed = (new Deskseal\Signer($secret))->signEmail('ada@example.com');
    /// $verifier = new Deskseal\Verifier($secret);
    /// $verified = $verifier->verifyEmail($signed->email, $signed->signature);
    /// assert(json_encode($verified) === '{"email":"ada@example.com","secretIndex":0}');
    /// ```
    VerifiedEmail(verified) {
        /// The canonical e-mail.
        email: TEXT = text(verified.email.as_str());
        /// Which secret made the signature: 0 is the current one, 1 and up are the previous ones.
        secretIndex: INTEGER = index(verified.secret_index);
    }
}

result! {
    /// A customer whose user id was proved (SPEC 5.2).
    ///
    /// ```php
    /// $secret = 'example-secret-for-documentation';
    /// $link = (new Deskseal\Signer($secret))->portalLink('https://help.company.com', 'user-42');
    /// $verified = (new Deskseal\Verifier($secret))->verifyLink('help.company.com', $link);
    /// assert($verified?->userId === 'user-42');
    /// ```
    VerifiedUser(verified) {
        /// The user id, as signed.
        userId: TEXT = text(verified.user_id.as_str());
        /// When it was signed, in Unix seconds.
        timestamp: INTEGER = integer(verified.timestamp.seconds());
        /// Which secret made the signature: 0 is the current one, 1 and up are the previous ones.
        secretIndex: INTEGER = index(verified.secret_index);
    }
}

result! {
    /// One reason why a signature does not hold (SPEC 8).
    ///
    /// ```php
    /// $verifier = new Deskseal\Verifier('example-secret-for-documentation');
    /// $explanation = $verifier->explainEmail('ada@example.com', str_repeat('0', 64));
    /// assert($explanation->findings[0]->code === 'unexplained');
    /// ```
    Finding(finding) {
        /// The stable code.
        code: TEXT = text(finding.code.as_str());
        /// A sentence that says what to change. It may change between versions.
        message: TEXT = text(&finding.message);
    }
}

result! {
    /// Why a signature does not hold: one finding or more (SPEC 8).
    ///
    /// ```php
    /// $verifier = new Deskseal\Verifier('example-secret-for-documentation');
    /// $explanation = $verifier->explainEmail('ada@example.com', str_repeat('0', 64));
    /// assert(array_column($explanation->findings, 'code') === ['unexplained']);
    /// ```
    Explanation(explanation) {
        /// The findings. Together they reproduce the signature, unless the last is `unexplained`.
        ///
        /// @var list<\Deskseal\Finding>
        findings: ARRAY = list(
            explanation.findings.into_iter().map(|finding| engine::object(Finding(finding)))
        );
    }
}

result! {
    /// The Ticket Center's markup for one customer (SPEC 6).
    ///
    /// `<?= $embed ?>` writes it as it is. Template engines that escape want to be told: Twig by
    /// `{{ embed|raw }}`, Blade by `{!! $embed !!}`. Dumps do not show it, since the signature is in it.
    ///
    /// ```php
    /// $signer = new Deskseal\Signer('example-secret-for-documentation');
    /// $embed = $signer->ticketCenter('Ada@example.com', 'desk-1');
    /// assert($embed->attributes['data-email'] === 'ada@example.com');
    /// assert(str_starts_with($embed, '<div id="hdh-ticket-center"></div>'));
    /// ```
    Embed(embed) {
        /// The script tag's attributes, unescaped and in order, for frameworks that build their own
        /// tags.
        ///
        /// @var array<string, string>
        attributes: CREDENTIALS = map(
            embed.attributes.iter().map(|(name, value)| (*name, text(value)))
        );
        /// The container and the script tag, escaped.
        html: CREDENTIAL = text(&embed.html);
    }
    functions {
        /// Returns the markup.
        fn __toString() -> TEXT = engine::field::<1>();

        /// Returns the markup, for template engines.
        fn toHtml() -> TEXT = engine::field::<1>();
    }
}

/// Returns the signature's digits.
fn hexadecimal(signature: &Signature) -> Zval {
    text(signature.write_hex(&mut [0; 64]))
}
