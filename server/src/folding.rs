//! Folds texts for the search, with the same result on every database.

use std::borrow::Cow;

use icu_casemap::CaseMapper;
use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::CodePointSetData;
use icu_properties::props::DefaultIgnorableCodePoint;

/// Returns the text without the differences that a search ignores: case, compatibility forms such as full
/// width, and invisible characters.
///
/// It is Unicode's caseless matching of compatibility forms, except that the two i of Turkish become one: a
/// search for "istanbul" finds "İSTANBUL" and "ISTANBUL" too.
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
            // Case folding turns a dotted capital I into `i` and this combining dot.
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
    fn texts_that_people_read_as_the_same_have_the_same_folded_form() {
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
    fn folding_a_folded_text_changes_nothing() {
        for text in
            ["İSTANBUL", "ΐ", "Straße ﬃ", "e\u{301}\u{327}", "ǰ", "I\u{307}", "i\u{307}\u{307}"]
        {
            let once = folded(text);
            assert_eq!(folded(&once), once, "{text}");
        }
    }
}
