//! What the search compares instead of a text: the same on every database.

use std::borrow::Cow;

use icu_casemap::CaseMapper;
use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::CodePointSetData;
use icu_properties::props::DefaultIgnorableCodePoint;

/// Returns the text without what people do not mean when they look for it: case, compatibility forms such
/// as full width, and invisible characters.
///
/// It is Unicode's caseless matching of compatibility forms, but for the two i of Turkish, which become
/// one: whoever looks for "istanbul" means "İSTANBUL" and "ISTANBUL" alike.
pub(crate) fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let normalizer = ComposingNormalizerBorrowed::new_nfkc();
    let compatible = normalizer.normalize(text);
    let folded: Cow<'_, str> = CaseMapper::new().fold_string(&compatible);
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let mut seen = String::with_capacity(folded.len());
    for character in folded.chars().filter(|character| !ignorable.contains(*character)) {
        match character {
            'ı' => seen.push('i'),
            // What case folding leaves of a dotted capital I.
            '\u{307}' if seen.ends_with('i') => {}
            _ => seen.push(character),
        }
    }
    normalizer.normalize(&seen).into_owned()
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn texts_that_people_take_for_the_same_fold_to_the_same() {
        for (one, other) in [
            ("Invoice", "INVOICE"),
            ("İSTANBUL", "istanbul"),
            ("ISPARTA", "ısparta"),
            ("Straße", "STRASSE"),
            ("STRAẞE", "straße"),
            ("ПРИВЕТ", "привет"),
            ("ΌΔΥΣΣΕΎΣ", "όδυσσεύς"),
            ("Café", "CAFE\u{301}"),
            ("Ｆｕｌｌ", "full"),
            ("ﬁnd", "FIND"),
            ("pass\u{ad}word", "password"),
            ("zero\u{200b}width", "zerowidth"),
            ("Ⅷ", "viii"),
        ] {
            assert_eq!(folded(one), folded(other), "{one} {other}");
        }
    }

    #[test]
    fn texts_that_differ_stay_different() {
        for (one, other) in [("Über", "uber"), ("日本", "日木"), ("100%", "100_")] {
            assert_ne!(folded(one), folded(other));
        }
    }

    #[test]
    fn folding_twice_changes_nothing_more() {
        for text in
            ["İSTANBUL", "ΐ", "Straße ﬃ", "e\u{301}\u{327}", "ǰ", "I\u{307}", "i\u{307}\u{307}"]
        {
            let once = folded(text);
            assert_eq!(folded(&once), once, "{text}");
        }
    }
}
