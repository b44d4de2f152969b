//! Types of columns that both databases store as text or as a number.

/// A truth value, stored as 0 or 1.
#[derive(Clone, Copy, Debug, sqlx::Type)]
#[sqlx(transparent)]
pub struct Flag(i64);

impl From<Flag> for bool {
    fn from(Flag(number): Flag) -> Self {
        number != 0
    }
}

/// A column that stores a moment, of which only the presence matters.
#[derive(Clone, Copy, Debug, sqlx::Type)]
#[sqlx(transparent)]
pub struct IsSet(Option<i64>);

impl From<IsSet> for bool {
    fn from(IsSet(moment): IsSet) -> Self {
        moment.is_some()
    }
}

/// Lets a column be read as a type with `parse`. The literal is the error for an unknown text.
macro_rules! stored_as_text {
    ($type:ty, $what:literal) => {
        impl TryFrom<String> for $type {
            type Error = $crate::store::StoreError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text).ok_or($crate::store::StoreError::Unreadable($what))
            }
        }
    };
}
pub(crate) use stored_as_text;
