//! Lists of calls, each written once, beside the calls.

/// Makes from one list of calls of an object: a function that returns them with their names, and with the feature
/// `exports` the function over memory for each, and a list of these.
macro_rules! calls {
    (
        $(#[$documentation:meta])*
        $list:ident($Object:ty, $object:ident), $exports:ident, $count:literal;
        $($call:ident $export:ident $secrecy:ident;)*
    ) => {
        $(#[$documentation])*
        pub fn $list<A: Arguments>() -> [(&'static str, fn(&$Object, &A) -> Result<Answer, Failure>); $count] {
            [$((stringify!($call), $call::<A>)),*]
        }

        #[cfg(feature = "exports")]
        pub(crate) mod exports {
            #![expect(unsafe_code, reason = "a host finds functions by their names")]

            use crate::exports::{Secrecy, answer};

            $(
                #[doc = concat!("See [`", stringify!($call), "`](crate::", stringify!($call), ").")]
                #[unsafe(no_mangle)]
                pub extern "C" fn $export(handle: u32, length: usize) -> isize {
                    answer(length, Secrecy::$secrecy, |arguments| {
                        super::$call(&*crate::handles::$object(handle.into())?, arguments)
                    })
                }
            )*

            /// Every function of the object: each takes its handle, and the number of the arguments' bytes.
            pub const $exports: [extern "C" fn(u32, usize) -> isize; $count] = [$($export),*];
        }
    };
}

pub(crate) use calls;
